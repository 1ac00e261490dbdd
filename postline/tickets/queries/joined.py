"""Why the messages of a ticket stand in it, and who has to do with them besides their senders."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from postline.kit.sql import as_json, rows
from postline.tickets.models import Ticket
from postline.tickets.queries.shown import Shown

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
    is_requester: bool  # whether the other party is the one who asks now


def how_joined(ticket: Ticket, shown: Shown) -> dict[int, Joined]:
    """By message, for those of which there is something to say. The caller has been let in to the ticket and knows how
    the person is shown it."""
    found = (Joined(*row) for row in rows(JOINED, {"ticket": ticket.pk, "shown": SHOWN}))
    return {one.message_id: _as_shown(one, shown) if shown.is_masked else one for one in found}


def _as_shown(one: Joined, shown: Shown) -> Joined:
    return replace(
        one,
        other_name=shown.text(one.other_name),
        other_address=shown.address(one.other_address),
        beside=shown.cut(one.beside, most=SHOWN),
        report=as_json(shown.value(json.loads(one.report))) if one.report else "",
    )


JOINED = """
SELECT m.id, m.joined_by, hit.id, coalesce(hit.direction, ''), hit.created_at, m.other_role, m.other_name,
    m.other_address, left(coalesce(body.beside, ''), %(shown)s),
    coalesce(m.report::text, ''), m.other_address <> '' AND m.other_address = requester.address
FROM tickets_message m
JOIN tickets_ticket ticket ON ticket.id = m.ticket_id
JOIN tickets_requester requester ON requester.id = ticket.requester_id
LEFT JOIN tickets_message hit ON hit.id = m.joined_to AND hit.ticket_id = m.ticket_id
LEFT JOIN tickets_body body ON body.message_id = m.id AND m.other_role <> ''
WHERE m.ticket_id = %(ticket)s AND (m.joined_by <> '' OR m.other_role <> '' OR m.report IS NOT NULL)
"""
