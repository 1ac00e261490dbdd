"""Which ticket does a message belong to? The first that answers wins, and the reason is kept (DESIGN 4.3).

(a) and (c) carry our signature and hold for any sender; (b) and (d) hold for participants alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from postline.intake.parse import ParsedMessage
from postline.kit.sql import rows
from postline.tickets import numbers, references
from postline.tickets.arrival import Arrived
from postline.tickets.models import Participant, Ticket
from postline.tickets.queries.merged import named

IDS_LOOKED_AT = 50  # the nearest references; a header may hold thousands


@dataclass(frozen=True, slots=True)
class Thread:
    """What is known about a message before it is stored."""

    ticket_id: int | None = None
    joined_by: str = ""
    duplicate_of: int | None = None  # the message that was delivered before
    id_seen_before: bool = False  # the same Message-ID with other content (S25)


class Known:
    """What is stored of the messages that a batch names, asked for once; what arrives meanwhile is added."""

    def __init__(self, projects: Sequence[int], messages: Sequence[ParsedMessage]) -> None:
        self._messages: dict[tuple[int, bytes], int] = {}  # (project, digest) → message
        self._tickets: dict[tuple[int, str], list[int]] = {}  # (project, Message-ID) → tickets
        self._participants: dict[int, set[str]] = {}  # of these tickets: addresses that are proved
        wanted = {one for message in messages for one in (message.message_id, *_nearest_first(message)) if one}
        found = rows(
            KNOWN,
            {
                "projects": list(projects),
                "digests": [message.digest for message in messages],
                "ids": list(wanted),
            },
        )
        for key, project_id, digest, ticket_id, message_id, addresses in found:
            if digest is not None:
                self._messages[project_id, digest] = key
            if message_id:
                self._tickets.setdefault((project_id, message_id), []).append(ticket_id)
            self._participants[ticket_id] = set(addresses)

    def add(self, arrived: Arrived, message: ParsedMessage, *, project_id: int) -> None:
        """A message of the batch has just become part of a ticket; the next ones may refer to it."""
        self._messages[project_id, message.digest] = arrived.message_id
        if message.message_id:
            self._tickets.setdefault((project_id, message.message_id), []).append(arrived.ticket_id)
        if arrived.is_new:
            self._participants[arrived.ticket_id] = {message.sender.address.lower()}

    def message(self, digest: bytes, *, project_id: int) -> int | None:
        """The message with this content. Projects are walls: only this one's."""
        return self._messages.get((project_id, digest))

    def tickets(self, message_id: str, *, project_id: int) -> list[int]:
        """The tickets that have a message with this Message-ID: more than one when somebody used it again."""
        return self._tickets.get((project_id, message_id), [])

    def takes_part(self, ticket_id: int, message: ParsedMessage) -> bool:
        """Whether its sender is a proved participant."""
        address = message.sender.address.lower()
        if not address:
            return False
        if ticket_id in self._participants:
            return address in self._participants[ticket_id]
        return Participant.objects.filter(ticket_id=ticket_id, address=address, proved=True).exists()


def find(message: ParsedMessage, known: Known, *, project_id: int, recipients: Sequence[str]) -> Thread:
    """Look for the ticket in this project. `recipients` are the envelope's and the header's addresses."""
    duplicate_of = known.message(message.digest, project_id=project_id)
    if duplicate_of is not None:
        return Thread(duplicate_of=duplicate_of)
    seen = bool(message.message_id) and bool(known.tickets(message.message_id, project_id=project_id))
    for ticket_id, joined_by in _candidates(message, known, project_id=project_id, recipients=recipients):
        return Thread(ticket_id=ticket_id, joined_by=joined_by, id_seen_before=seen)
    return Thread(id_seen_before=seen)


def is_our_own(message: ParsedMessage, *, project_id: int) -> bool:
    """Whether this project sent the message itself and it came back, for example as a copy to its own mailbox."""
    number = references.number_in_message_id(message.message_id)
    return number is not None and Ticket.objects.filter(number=number, project_id=project_id).exists()


def _candidates(
    message: ParsedMessage, known: Known, *, project_id: int, recipients: Sequence[str]
) -> Iterator[tuple[int, str]]:
    ids = _nearest_first(message)
    yield from _after_a_split(ids, known, message, project_id=project_id)
    for address in recipients:
        yield from _named(references.number_in_reply_address(address), "reply-address", project_id=project_id)
    yield from _named(references.nearest(ids), "signed-message-id", project_id=project_id)
    for one in ids:
        for ticket_id in known.tickets(one, project_id=project_id):
            if known.takes_part(ticket_id, message):
                yield ticket_id, "message-id"
    yield from _named(references.number_in_text(message.text), "quoted-address", project_id=project_id)
    for number in numbers.found_in(message.subject):
        for ticket_id, joined_by in _named(number, "number-in-subject", project_id=project_id):
            if known.takes_part(ticket_id, message):
                yield ticket_id, joined_by


def _after_a_split(
    ids: Sequence[str], known: Known, message: ParsedMessage, *, project_id: int
) -> Iterator[tuple[int, str]]:
    """Who replies to a message that was moved into another ticket goes on there, though the address that they replied
    to before names the one that it was split off from. Of the messages that we know, the nearest says which."""
    nearest = next((one for one in ids if known.tickets(one, project_id=project_id)), None)
    if nearest is not None and references.number_in_message_id(nearest) is None:
        for ticket_id, _key in rows(MOVED, {"message_id": nearest, "project": project_id}):
            if known.takes_part(ticket_id, message):
                yield ticket_id, "message-id"


def _named(number: int | None, joined_by: str, *, project_id: int) -> Iterator[tuple[int, str]]:
    """Projects are walls: a signature of another project's ticket names nothing here."""
    ticket_id = named(number, project_id=project_id) if number is not None else None
    if ticket_id is not None:
        yield ticket_id, joined_by


def _nearest_first(message: ParsedMessage) -> list[str]:
    """What it replies to, then its references from the last to the first (RFC 5322, 3.6.4)."""
    ids = [*message.in_reply_to, *reversed(message.references)]
    return list(dict.fromkeys(one for one in ids if one and one != message.message_id))[:IDS_LOOKED_AT]


# Two lookups by index: as one condition with OR the planner may read the whole table. The second does not name the
# project, or a plan made while the table was small goes through all of the project's messages.
KNOWN = """
SELECT id, project_id, digest, ticket_id, message_id,
    ARRAY(
        SELECT address FROM tickets_participant AS one JOIN tickets_ticket AS ticket ON ticket.id = one.ticket_id
        WHERE one.ticket_id = found.ticket_id AND one.proved AND ticket.state <> 'merged'
    )
FROM (
    SELECT id, project_id, digest, ticket_id, message_id FROM tickets_message
    WHERE project_id = ANY(%(projects)s::bigint[]) AND digest = ANY(%(digests)s::bytea[])
    UNION ALL
    SELECT id, project_id, NULL, ticket_id, message_id FROM tickets_message
    WHERE message_id = ANY(%(ids)s::text[]) AND message_id <> ''
) AS found
ORDER BY id
"""

MOVED = """
SELECT ticket_id, id FROM tickets_message
WHERE message_id = %(message_id)s AND message_id <> '' AND project_id = %(project)s AND origin_id IS NOT NULL
ORDER BY id
"""
