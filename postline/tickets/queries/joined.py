"""Why the messages of a ticket stand in it, and who has to do with them besides their senders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.models import Ticket

SHOWN = 2_000  # letters of what whoever forwarded a letter wrote above it


@dataclass(frozen=True, slots=True)
class Joined:
    """Of one message: the reason (`by`, a code of intake.thread) and the message of this ticket that its reference
    hit; the other party (models.Other) and the text of a forward that is not the sender's."""

    message_id: int
    by: str
    to: int | None
    to_direction: str
    to_at: datetime | None
    role: str
    other_name: str
    other_address: str
    beside: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A ticket that this one may belong to."""

    number: int
    subject: str
    reason: str


def how_joined(ticket: Ticket) -> dict[int, Joined]:
    """By message, for those of which there is something to say. The caller has been let in to the ticket."""
    return {row[0]: Joined(*row) for row in rows(JOINED, {"ticket": ticket.pk, "shown": SHOWN})}


def hints_of(reach: Reach, ticket: Ticket) -> Sequence[Hint]:
    """The tickets that it may belong to and that the person sees, unless somebody said that it does not."""
    return [Hint(*row) for row in rows(HINTS, {"ticket": ticket.pk, "queues": list(reach.queues_with(Right.SEE))})]


JOINED = """
SELECT m.id, m.joined_by, hit.id, coalesce(hit.direction, ''), hit.created_at, m.other_role, m.other_name,
    m.other_address, left(coalesce(body.beside, ''), %(shown)s)
FROM tickets_message m
LEFT JOIN tickets_message hit ON hit.id = m.joined_to AND hit.ticket_id = m.ticket_id
LEFT JOIN tickets_body body ON body.message_id = m.id AND m.other_role <> ''
WHERE m.ticket_id = %(ticket)s AND (m.joined_by <> '' OR m.other_role <> '')
"""

HINTS = """
SELECT other.number, other.subject, suggestion.reason
FROM tickets_suggestion AS suggestion JOIN tickets_ticket AS other ON other.id = suggestion.other_id
WHERE suggestion.ticket_id = %(ticket)s AND suggestion.dismissed_at IS NULL AND other.state <> 'merged'
    AND other.queue_id = ANY(%(queues)s::bigint[])
ORDER BY suggestion.id
"""
