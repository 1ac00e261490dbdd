"""Which ticket does a message belong to? The first that answers wins, and the reason is kept (DESIGN 4.3).

(a) and (c) carry our signature and hold for any sender; (b) and (d) hold for proved participants alone, and not where
the sender is known to be false: there they are a hint, and the message opens a ticket of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from postline.intake.addressed import Mailboxes
from postline.intake.parse import ParsedMessage
from postline.kit.sql import rows
from postline.tickets import numbers, references
from postline.tickets.arrival import Arrived
from postline.tickets.models import Participant, Reason, Ticket
from postline.tickets.queries.merged import named

IDS_LOOKED_AT = 50  # the nearest references; a header may hold thousands
HINTS = 3  # tickets that a new one is said to belong to perhaps


@dataclass(frozen=True, slots=True)
class Thread:
    """What is known about a message before it is stored.

    `joined_to` is the message that its reference hit, where it is stored. `hints` are tickets that it may belong to,
    each with the reason.
    """

    ticket_id: int | None = None
    joined_by: str = ""
    joined_to: int | None = None
    hints: tuple[tuple[int, str], ...] = ()
    bad_token: bool = False  # a reference has the form of ours and a signature that is not (S16)
    duplicate_of: int | None = None  # the message that was delivered before
    id_seen_before: bool = False  # the same Message-ID with other content (S25)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that something in the message names. What is not `signed` holds for proved participants alone."""

    ticket_id: int
    joined_by: str
    joined_to: int | None = None
    signed: bool = True
    hint: str = ""
    elsewhere: bool = False  # it is in another project now, of whose tickets nothing is told here


class Known:
    """What is stored of the messages that a batch names, asked for once; what arrives meanwhile is added."""

    def __init__(self, projects: Sequence[int], messages: Sequence[ParsedMessage]) -> None:
        # by project: that of the ticket, and those that it was handed over from
        self._messages: dict[tuple[int, bytes], int] = {}  # (project, digest) → message
        self._tickets: dict[tuple[int, str], list[tuple[int, int]]] = {}  # (project, Message-ID) → (ticket, message)
        self._participants: dict[int, set[str]] = {}  # of these tickets: addresses that are proved
        self._projects: dict[int, int] = {}  # of these tickets: where they are now
        self._split_off: set[int] = set()  # of these messages: those that stand in another ticket than they came to
        wanted = {one for message in messages for one in (message.message_id, *_nearest_first(message)) if one}
        found = rows(
            KNOWN,
            {
                "projects": list(projects),
                "digests": [message.digest for message in messages],
                "ids": list(wanted),
            },
        )
        for key, digest, ticket_id, message_id, has_moved, addresses, ways in found:
            for way in dict.fromkeys(ways):
                if digest is not None:
                    self._messages.setdefault((way, digest), key)
                if message_id:
                    self._tickets.setdefault((way, message_id), []).append((ticket_id, key))
            self._projects[ticket_id] = ways[0]
            self._participants[ticket_id] = set(addresses)
            if has_moved:
                self._split_off.add(key)

    def add(self, arrived: Arrived, message: ParsedMessage, *, project_id: int, participants: Sequence[str]) -> None:
        """A message of the batch has just become part of a ticket; the next ones may refer to it. `participants` are
        those of a new one."""
        self._projects[arrived.ticket_id] = arrived.project_id
        for way in {project_id, arrived.project_id}:
            self._messages[way, message.digest] = arrived.message_id
            if message.message_id:
                at = arrived.ticket_id, arrived.message_id
                self._tickets.setdefault((way, message.message_id), []).append(at)
        if arrived.is_new:
            self._participants[arrived.ticket_id] = {address.lower() for address in participants if address}

    def message(self, digest: bytes, *, project_id: int) -> int | None:
        """The message with this content. Projects are walls: only this one's."""
        return self._messages.get((project_id, digest))

    def tickets(self, message_id: str, *, project_id: int) -> list[tuple[int, int]]:
        """The tickets that have a message with this Message-ID, and that message: more than one when somebody used it
        again. They are where the message stands now, however it came there."""
        return self._tickets.get((project_id, message_id), [])

    def is_elsewhere(self, ticket_id: int, *, project_id: int) -> bool:
        """Whether the ticket was handed over to another project."""
        return self._projects.get(ticket_id, project_id) != project_id

    def has_moved(self, message: int) -> bool:
        """Whether the message stands in another ticket than it came to."""
        return message in self._split_off

    def takes_part(self, ticket_id: int, message: ParsedMessage) -> bool:
        """Whether its sender is a proved participant."""
        address = message.sender.address.lower()
        if not address:
            return False
        if ticket_id in self._participants:
            return address in self._participants[ticket_id]
        return Participant.objects.filter(ticket_id=ticket_id, address=address, proved=True).exists()


def find(
    message: ParsedMessage,
    known: Known,
    mailboxes: Mailboxes,
    *,
    project_id: int,
    recipients: Sequence[str],
    failed: bool,
) -> Thread:
    """Look for the ticket in this project. `recipients` are the envelope's and the header's addresses; `failed`: the
    sender is known to be false."""
    duplicate_of = known.message(message.digest, project_id=project_id)
    if duplicate_of is not None:
        return Thread(duplicate_of=duplicate_of)
    seen = bool(message.message_id) and bool(known.tickets(message.message_id, project_id=project_id))
    ids = _nearest_first(message)
    bad_token = _carries_bad_token(ids, recipients, mailboxes)
    hints: dict[int, str] = {}
    for one in _candidates(message, ids, known, project_id=project_id, recipients=recipients):
        if one.signed or (not failed and known.takes_part(one.ticket_id, message)):
            return Thread(one.ticket_id, one.joined_by, one.joined_to, bad_token=bad_token, id_seen_before=seen)
        if not (one.elsewhere or known.is_elsewhere(one.ticket_id, project_id=project_id)):
            hints.setdefault(one.ticket_id, one.hint)
    return Thread(hints=tuple(hints.items())[:HINTS], bad_token=bad_token, id_seen_before=seen)


def is_our_own(message: ParsedMessage, *, project_id: int) -> bool:
    """Whether this project sent the message itself and it came back, for example as a copy to its own mailbox."""
    number = references.number_in_message_id(message.message_id)
    if number is None:
        return False
    ours = Ticket.objects.filter(number=number)
    return ours.filter(Q(project_id=project_id) | Q(hand_overs__source=project_id)).exists()


def _candidates(
    message: ParsedMessage, ids: Sequence[str], known: Known, *, project_id: int, recipients: Sequence[str]
) -> Iterator[Candidate]:
    """The tickets that the message names, the best reason first."""
    yield from _after_a_split(ids, known, project_id=project_id)
    for address in recipients:
        yield from _named(references.number_in_reply_address(address), "reply-address", project_id=project_id)
    for message_id in ids:
        yield from _signed(message_id, known, project_id=project_id)
    for message_id in ids:
        for ticket_id, key in known.tickets(message_id, project_id=project_id):
            yield Candidate(ticket_id, "message-id", key, signed=False, hint=Reason.FOREIGN_MESSAGE_ID)
    yield from _named(references.number_in_text(message.text), "quoted-address", project_id=project_id)
    for number in numbers.found_in(message.subject):
        for one in _named(number, "number-in-subject", project_id=project_id):
            yield replace(one, signed=False, hint=Reason.NUMBER_IN_SUBJECT)


def _after_a_split(ids: Sequence[str], known: Known, *, project_id: int) -> Iterator[Candidate]:
    """Who replies to a message of their own that was moved goes on where that one stands now, though the address that
    they once replied to names the ticket that it came to. Whether it is the nearest one that we know says which."""
    nearest = next((one for one in ids if known.tickets(one, project_id=project_id)), None)
    if nearest is not None and references.number_in_message_id(nearest) is None:
        for ticket_id, key in known.tickets(nearest, project_id=project_id):
            if known.has_moved(key):
                yield Candidate(ticket_id, "message-id", key, signed=False, hint=Reason.FOREIGN_MESSAGE_ID)


def _signed(message_id: str, known: Known, *, project_id: int) -> Iterator[Candidate]:
    """A Message-ID of ours: the ticket where our message stands now, else the one that it was written in."""
    number = references.number_in_message_id(message_id)
    if number is not None:
        for ticket_id, key in known.tickets(message_id, project_id=project_id):
            yield Candidate(ticket_id, "signed-message-id", key)
        yield from _named(number, "signed-message-id", project_id=project_id)


def _named(number: int | None, joined_by: str, *, project_id: int) -> Iterator[Candidate]:
    """Projects are walls: a signature of another project's ticket names nothing here, unless it was of this one."""
    found = named(number, project_id=project_id) if number is not None else None
    if found is not None:
        ticket_id, now_in = found
        yield Candidate(ticket_id, joined_by, elsewhere=now_in != project_id)


def _carries_bad_token(ids: Sequence[str], recipients: Sequence[str], mailboxes: Mailboxes) -> bool:
    """Whether somebody has made up a reference to a ticket: those of other desks that run Postline are none."""
    return any(references.is_forged(address) and mailboxes.find(address) is not None for address in recipients) or any(
        references.is_forged(one) and one.rpartition("@")[2].lower() in mailboxes.domains for one in ids
    )


def _nearest_first(message: ParsedMessage) -> list[str]:
    """What it replies to, then its references from the last to the first (RFC 5322, 3.6.4)."""
    ids = [*message.in_reply_to, *reversed(message.references)]
    return list(dict.fromkeys(one for one in ids if one and one != message.message_id))[:IDS_LOOKED_AT]


# Two lookups by index: as one condition with OR the planner may read the whole table. The second does not name the
# project, or a plan made while the table was small goes through all of the project's messages. What belongs to their
# tickets is asked row by row for the same reason: a join may go through all tickets.
KNOWN = """
SELECT id, digest, ticket_id, message_id, origin_id IS NOT NULL,
    ARRAY(SELECT address FROM tickets_participant AS one WHERE one.ticket_id = found.ticket_id AND one.proved),
    (SELECT project_id FROM tickets_ticket WHERE id = found.ticket_id)
        || ARRAY(SELECT source_id FROM tickets_handover AS one WHERE one.ticket_id = found.ticket_id)
FROM (
    SELECT id, digest, ticket_id, message_id, origin_id FROM tickets_message
    WHERE project_id = ANY(%(projects)s::bigint[]) AND digest = ANY(%(digests)s::bytea[])
    UNION ALL
    SELECT id, digest, ticket_id, message_id, origin_id FROM tickets_message
    WHERE message_id = ANY(%(ids)s::text[]) AND message_id <> ''
) AS found
ORDER BY id
"""
