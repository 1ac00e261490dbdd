"""Which ticket does a message belong to? The first that answers wins, and the reason is kept (DESIGN 4.3).

(a) and (c) carry our signature and hold for any sender; (b) and (d) hold for participants alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postline.intake.parse import ParsedMessage
from postline.kit.sql import rows
from postline.tickets import numbers, references
from postline.tickets.models import Participant, State, Ticket

IDS_LOOKED_AT = 50  # the nearest references; a header may hold thousands


@dataclass(frozen=True, slots=True)
class Thread:
    """What is known about a message before it is stored."""

    ticket_id: int | None = None
    joined_by: str = ""
    duplicate_of: int | None = None  # the message that was delivered before
    id_seen_before: bool = False  # the same Message-ID with other content (S25)


def find(message: ParsedMessage, *, project_id: int, recipients: Sequence[str]) -> Thread:
    """Look for the ticket in this project. `recipients` are the envelope's and the header's addresses."""
    ids = _nearest_first(message)[:IDS_LOOKED_AT]
    wanted = [one for one in (*ids, message.message_id) if one]
    found = rows(KNOWN, {"project": project_id, "digest": message.digest, "ids": wanted})
    known = [one[:4] for one in found if one[4] == project_id]  # projects are walls
    for key, _, _, is_the_same in known:
        if is_the_same:
            return Thread(duplicate_of=key)
    seen = bool(message.message_id) and any(own == message.message_id for _, _, own, _ in known)
    tickets = {own: ticket_id for _, ticket_id, own, _ in known}
    for ticket_id, joined_by in _candidates(message, ids, tickets, project_id=project_id, recipients=recipients):
        return Thread(ticket_id=ticket_id, joined_by=joined_by, id_seen_before=seen)
    return Thread(id_seen_before=seen)


def _candidates(
    message: ParsedMessage, ids: list[str], tickets: dict[str, int], *, project_id: int, recipients: Sequence[str]
) -> Iterator[tuple[int, str]]:
    signed = (
        ("reply-address", next((n for a in recipients if (n := references.number_in_reply_address(a))), None)),
        ("signed-message-id", references.nearest(ids)),
    )
    for joined_by, number in signed:
        yield from _named(number, joined_by, project_id=project_id)
    for one in ids:
        if one in tickets and _takes_part(tickets[one], message):
            yield tickets[one], "message-id"
    yield from _named(references.number_in_text(message.text), "quoted-address", project_id=project_id)
    for number in numbers.found_in(message.subject):
        for ticket_id, joined_by in _named(number, "number-in-subject", project_id=project_id):
            if _takes_part(ticket_id, message):
                yield ticket_id, joined_by


def _named(number: int | None, joined_by: str, *, project_id: int) -> Iterator[tuple[int, str]]:
    """Projects are walls: a signature of another project's ticket names nothing here."""
    if number is not None:
        found = Ticket.objects.filter(number=number, project_id=project_id).exclude(state=State.MERGED)
        for ticket_id in found.values_list("id", flat=True):
            yield ticket_id, joined_by


def _takes_part(ticket_id: int, message: ParsedMessage) -> bool:
    address = message.sender.address.lower()
    return bool(address) and Participant.objects.filter(ticket_id=ticket_id, address=address, proved=True).exists()


def _nearest_first(message: ParsedMessage) -> list[str]:
    """What it replies to, then its references from the last to the first (RFC 5322, 3.6.4)."""
    ids = [*message.in_reply_to, *reversed(message.references)]
    return list(dict.fromkeys(one for one in ids if one and one != message.message_id))


# Two lookups by index: as one condition with OR the planner may read the whole table. The second does not name the
# project, or a plan made while the table was small goes through all of the project's messages.
KNOWN = """
SELECT id, ticket_id, message_id, true, project_id FROM tickets_message
WHERE project_id = %(project)s AND digest = %(digest)s::bytea
UNION ALL
SELECT id, ticket_id, message_id, false, project_id FROM tickets_message
WHERE message_id = ANY(%(ids)s::text[]) AND message_id <> ''
"""
