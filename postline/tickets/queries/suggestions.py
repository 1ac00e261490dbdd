"""What a ticket's page suggests: another ticket that it may belong to, or that may belong to it."""

from __future__ import annotations

from dataclasses import dataclass

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Suggested:
    """Another ticket, and why. `is_older`: the ticket of the page would become part of it; else it of the page's."""

    number: int
    subject: str
    state: str
    reason: str
    is_older: bool


def suggestions_for(reach: Reach, ticket: Ticket) -> list[Suggested]:
    """What nobody has dismissed, as far as the person sees it; nothing about what is done with on both sides."""
    found = rows(
        SUGGESTIONS, {"ticket": ticket.pk, "state": ticket.state, "queues": reach.queues_with(Right.SEE), "most": MOST}
    )
    return [Suggested(*row) for row in found]


MOST = 3

SUGGESTIONS = """
SELECT other.number, other.subject, other.state, pair.reason, pair.is_older
FROM (
    SELECT id, other_id AS key, reason, true AS is_older FROM tickets_suggestion
    WHERE ticket_id = %(ticket)s AND dismissed_at IS NULL
    UNION ALL
    SELECT id, ticket_id, reason, false FROM tickets_suggestion WHERE other_id = %(ticket)s AND dismissed_at IS NULL
) AS pair JOIN tickets_ticket AS other ON other.id = pair.key
WHERE other.state <> 'merged' AND NOT (other.state = 'closed' AND %(state)s::text = 'closed')
    AND other.queue_id = ANY(%(queues)s::bigint[])
ORDER BY pair.id LIMIT %(most)s
"""
