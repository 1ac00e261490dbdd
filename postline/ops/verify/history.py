"""I8, I10: the history is whole, and what it says is what was done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postline.ops.verify.invariant import Violation, violations
from postline.projects import audit


def unbroken(now: datetime) -> Iterator[Violation]:
    """I8: events are numbered without gaps, the audit chain verifies, and the database still refuses changes."""
    yield from violations("""
        SELECT 'ticket ' || ticket.number, 'has ' || coalesce(events.count, 0) || ' events numbered '
            || coalesce(events.first, 0) || ' to ' || coalesce(events.last, 0) || ', and counts ' || ticket.event_count
        FROM tickets_ticket AS ticket LEFT JOIN (
            SELECT ticket_id, count(*) AS count, min(number) AS first, max(number) AS last
            FROM tickets_event GROUP BY ticket_id
        ) AS events ON events.ticket_id = ticket.id
        WHERE (events.count, events.first, events.last)
            IS DISTINCT FROM (ticket.event_count::bigint, 1, ticket.event_count)
        UNION ALL
        SELECT 'table ' || kept.name, 'the trigger that refuses changes is missing or switched off'
        FROM (VALUES ('tickets_event'), ('projects_auditentry')) AS kept (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = kept.name::regclass AND tgname = 'append_only' AND tgenabled IN ('O', 'A')
        )
    """)
    for sentence in audit.broken_entries():
        yield Violation("audit", sentence)


def follow_ups_returned(now: datetime) -> Iterator[Violation]:
    """I10: a ticket is where its history put it last; a follow-up went where the answer before it had said.

    A queue that was retired meanwhile may have handed its follow-ups on to another one.
    """
    yield from violations("""
        SELECT 'ticket ' || ticket.number, 'is not in the queue that its history names'
        FROM tickets_ticket AS ticket JOIN (
            SELECT DISTINCT ON (ticket_id) ticket_id, (data ->> 'to')::bigint AS queue_id
            FROM tickets_event WHERE kind IN ('moved', 'returned', 'taken-over') ORDER BY ticket_id, number DESC
        ) AS last ON last.ticket_id = ticket.id
        WHERE ticket.queue_id <> last.queue_id
    """)
    yield from violations("""
        WITH steps AS (
            SELECT event.ticket_id, event.number, event.kind,
                lag(event.kind) OVER way AS before,
                (lag(event.data) OVER way ->> 'returns')::bigint AS promised,
                (lag(event.data) OVER way ->> 'queue')::bigint AS answered_in,
                lead(event.kind) OVER way = 'stayed-closed' AS stays,
                CASE WHEN lead(event.kind) OVER way = 'returned'
                    THEN (lead(event.data) OVER way ->> 'to')::bigint END AS returned_to
            FROM tickets_event AS event
            LEFT JOIN tickets_message AS message
                ON event.kind = 'arrived' AND message.id = (event.data ->> 'message')::bigint
            WHERE event.kind IN ('answered', 'opened', 'moved', 'returned', 'taken-over', 'stayed-closed')
                OR (event.kind = 'arrived' AND message.kind = 'letter')
            WINDOW way AS (PARTITION BY event.ticket_id ORDER BY event.number)
        )
        SELECT 'ticket ' || ticket.number, 'the follow-up of event ' || steps.number || ' is not in the queue '
            || coalesce(queue.slug, steps.promised::text) || ' that the answer before it named'
        FROM steps JOIN tickets_ticket AS ticket ON ticket.id = steps.ticket_id
        LEFT JOIN projects_queue AS queue ON queue.id = steps.promised
        WHERE steps.kind = 'arrived' AND NOT coalesce(steps.stays, false)
            AND steps.before IN ('answered', 'opened') AND queue.retired_at IS NULL
            AND queue.successor_id IS NULL
            AND coalesce(steps.returned_to, steps.answered_in) <> steps.promised
    """)
