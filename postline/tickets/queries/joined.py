"""Why the messages of a ticket stand in it, and who has to do with them besides their senders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from postline.kit.sql import rows
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
    report: str  # JSON of what a complaint report says, "" for everything else


def how_joined(ticket: Ticket) -> dict[int, Joined]:
    """By message, for those of which there is something to say. The caller has been let in to the ticket."""
    return {row[0]: Joined(*row) for row in rows(JOINED, {"ticket": ticket.pk, "shown": SHOWN})}


JOINED = """
SELECT m.id, m.joined_by, hit.id, coalesce(hit.direction, ''), hit.created_at, m.other_role, m.other_name,
    m.other_address, left(coalesce(body.beside, ''), %(shown)s),
    coalesce(m.report::text, '')
FROM tickets_message m
LEFT JOIN tickets_message hit ON hit.id = m.joined_to AND hit.ticket_id = m.ticket_id
LEFT JOIN tickets_body body ON body.message_id = m.id AND m.other_role <> ''
WHERE m.ticket_id = %(ticket)s AND (m.joined_by <> '' OR m.other_role <> '' OR m.report IS NOT NULL)
"""
