"""I18: projects are walls. What belongs to one is not in the hands of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postline.ops.verify.invariant import Violation, violations


def whole(now: datetime) -> Iterator[Violation]:
    """I18: a ticket and all that it refers to are of one project, which is the one that it was handed to last; notes
    are of a project that it is in or was in; each handing over stands in the history on both sides."""
    yield from violations("""
        SELECT 'ticket ' || ticket.number, 'its ' || part.name || ' is of another project'
        FROM tickets_ticket AS ticket CROSS JOIN LATERAL (VALUES
            ('queue', (SELECT project_id FROM projects_queue WHERE id = ticket.queue_id)),
            ('return queue', (SELECT project_id FROM projects_queue WHERE id = ticket.return_queue_id)),
            ('topic', (SELECT project_id FROM projects_topic WHERE id = ticket.topic_id)),
            ('mailbox', (SELECT project_id FROM projects_mailbox WHERE id = ticket.mailbox_id)),
            ('requester', (SELECT project_id FROM tickets_requester WHERE id = ticket.requester_id))
        ) AS part (name, project_id)
        WHERE part.project_id <> ticket.project_id
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'is not in the project that it was handed over to last'
        FROM tickets_ticket AS ticket JOIN (
            SELECT DISTINCT ON (ticket_id) ticket_id, target_id FROM tickets_handover ORDER BY ticket_id, event DESC
        ) AS last ON last.ticket_id = ticket.id
        WHERE last.target_id <> ticket.project_id
        UNION ALL
        SELECT 'note ' || note.id, 'is of a project that its ticket was never in'
        FROM tickets_note AS note JOIN tickets_ticket AS ticket ON ticket.id = note.ticket_id
        WHERE note.project_id <> ticket.project_id AND NOT EXISTS (
            SELECT FROM tickets_handover WHERE note.id = ANY(notes) AND source_id = note.project_id
        )
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'its history does not tell that it was handed over at event ' || over.event
        FROM tickets_handover AS over JOIN tickets_ticket AS ticket ON ticket.id = over.ticket_id
        WHERE NOT EXISTS (
            SELECT FROM tickets_event AS left_ JOIN tickets_event AS came ON came.ticket_id = left_.ticket_id
            WHERE left_.ticket_id = over.ticket_id AND left_.number = over.event - 1 AND left_.kind = 'handed-over'
                AND (left_.data ->> 'project')::bigint = over.target_id
                AND came.number = over.event AND came.kind = 'taken-over'
                AND (came.data ->> 'project')::bigint = over.source_id
        )
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'was handed over ' || events.count || ' times by its history, '
            || coalesce(known.count, 0) || ' times by what is kept of it'
        FROM (
            SELECT ticket_id, count(*) AS count FROM tickets_event WHERE kind = 'taken-over' GROUP BY ticket_id
        ) AS events JOIN tickets_ticket AS ticket ON ticket.id = events.ticket_id
        LEFT JOIN (
            SELECT ticket_id, count(*) AS count FROM tickets_handover GROUP BY ticket_id
        ) AS known ON known.ticket_id = events.ticket_id
        WHERE events.count <> coalesce(known.count, 0)
    """)
