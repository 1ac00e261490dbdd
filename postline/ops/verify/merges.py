"""I15: merged tickets lead somewhere, and nothing is left behind in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postline.ops.verify.invariant import Violation, violations


def lead_somewhere(now: datetime) -> Iterator[Violation]:
    """I15: what is merged is so by one merge, within its project, and leads to a ticket that is not; what was said in
    it stands there. A message that stands in another ticket than the one whose history tells of it is of its project,
    unless one of the two was handed over since.
    """
    yield from violations("""
        SELECT 'ticket ' || ticket.number, CASE
            WHEN ticket.state <> 'merged' THEN 'is ' || ticket.state || ' though it was merged'
            WHEN merge.id IS NULL THEN 'is merged into no other ticket'
            WHEN other.project_id <> ticket.project_id THEN 'is merged into a ticket of another project'
            WHEN ticket.taken_by_id IS NOT NULL THEN 'is taken though it is merged'
            ELSE 'is merged, and something that was said still stands in it'
        END
        FROM tickets_ticket AS ticket
        LEFT JOIN tickets_merge AS merge ON merge.ticket_id = ticket.id AND merge.undone_at IS NULL
        LEFT JOIN tickets_ticket AS other ON other.id = merge.into_id
        WHERE (ticket.state = 'merged') <> (merge.id IS NOT NULL)
            OR other.project_id <> ticket.project_id
            OR (ticket.state = 'merged' AND (
                ticket.taken_by_id IS NOT NULL
                OR EXISTS (SELECT FROM tickets_message WHERE ticket_id = ticket.id)
                OR EXISTS (SELECT FROM tickets_note WHERE ticket_id = ticket.id)
            ))
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'leads from merge to merge in a circle'
        FROM (
            WITH RECURSIVE way AS (
                SELECT ticket_id AS start, into_id AS id FROM tickets_merge WHERE undone_at IS NULL
                UNION ALL
                SELECT way.start, merge.into_id FROM way
                JOIN tickets_merge AS merge ON merge.ticket_id = way.id AND merge.undone_at IS NULL
            ) CYCLE id SET is_circle USING passed
            SELECT DISTINCT start FROM way WHERE is_circle
        ) AS circle JOIN tickets_ticket AS ticket ON ticket.id = circle.start
        UNION ALL
        SELECT 'message ' || message.id, 'came from ticket ' || message.origin_id || ', which is not of its project'
        FROM tickets_message AS message LEFT JOIN tickets_ticket AS origin ON origin.id = message.origin_id
        WHERE message.origin_id IS NOT NULL
            AND (message.origin_id = message.ticket_id OR origin.id IS NULL OR (
                origin.project_id <> (SELECT project_id FROM tickets_ticket WHERE id = message.ticket_id)
                AND NOT EXISTS (
                    SELECT FROM tickets_handover WHERE ticket_id IN (message.ticket_id, message.origin_id)
                )
            ))
    """)
