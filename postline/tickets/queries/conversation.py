"""Everything that a ticket's page shows, in a fixed number of queries however long the conversation is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from postline.kit.files import is_dangerous, is_message
from postline.kit.sql import rows
from postline.projects.models import Person
from postline.projects.rights import Reach, Right, people_with
from postline.tickets.history import Happening
from postline.tickets.models import Direction, Ticket
from postline.tickets.queries.access import ticket_for
from postline.tickets.queries.fold import fold
from postline.tickets.queries.lists import TicketRow, tickets_of_requester
from postline.tickets.queries.seen import numbers_seen
from postline.tickets.queries.shown import Shown, shown_of

RECENT = 30  # messages that a page shows before it is asked for all
SHOWN = 12_000  # letters of a message's new text
FOLDED = 6_000  # letters of its quoted original and signature
TO, CC, TEXT, TOTAL = 6, 7, 16, 21  # where they stand in a row of MESSAGES
THEIRS = frozenset({Direction.INBOUND, Direction.TOLD})


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message. `is_logo`: a small picture in the text that came with other messages too."""

    id: int
    message_id: int
    filename: str
    content_type: str
    size: int
    is_logo: bool

    @property
    def is_dangerous(self) -> bool:
        """Whether it may do harm when somebody opens it."""
        return is_dangerous(self.filename, self.content_type)

    @property
    def is_message(self) -> bool:
        """Whether it is a message, to be opened as one."""
        return is_message(self.filename, self.content_type)


@dataclass(frozen=True, slots=True)
class Drafted:
    """What the reader has begun to write."""

    kind: str
    text: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class TakesPart:
    """An address that takes part; not `proved` until somebody adds it when it joined by itself, `declined` when they
    said no. `refusal` is what its server said to our last message, None where nothing came back."""

    id: int
    name: str
    address: str
    proved: bool
    declined: bool
    refusal: str | None
    newest: int  # id of the last message that came from it, 0 without one


@dataclass(frozen=True, slots=True)
class QueueChoice:
    """A queue of the ticket's project."""

    id: int
    slug: str
    name: str
    line: int
    private: bool
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A topic of the ticket's project that can be chosen, or the one that the ticket has. `fields`: what that one's
    form asks, as it is kept."""

    id: int
    slug: str
    name: str
    fields: str


@dataclass(slots=True)
class Said:
    """A message as it stands in the conversation. `rest` is what is folded: quoted original and signature.
    `by_requester`: it came from the address of whoever asks now."""

    id: int
    direction: str
    at: datetime
    sender_name: str
    sender_address: str
    author: str | None
    to: list[list[str]]
    cc: list[list[str]]
    subject: str
    kind: str
    joined_by: str
    flags: list[str]
    raw_id: int | None
    has_html: bool
    origin: int | None  # number of the ticket that it was written in, where that is another one that the reader sees
    by_requester: bool
    shown: str
    rest: str
    is_cut: bool
    delivery: Delivery | None
    files: list[File] = field(default_factory=list)

    @property
    def is_theirs(self) -> bool:
        """Whether the requester's side said it."""
        return self.direction in THEIRS


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far an outgoing message has come: for each recipient the address, the state and the last reply."""

    id: int
    state: str
    attempts: int
    next_attempt_at: datetime
    finished_at: datetime | None
    recipients: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Noted:
    """An internal comment. One that a filter wrote has no author; `rule` is the filter's name and version."""

    id: int
    author: str
    rule: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """A row of history, with the names that its ids stand for. `subject` is the person or the project it is about.
    `data` is without the number of a ticket that the reader does not see."""

    number: int
    kind: str
    at: datetime
    person: str | None
    subject: str | None
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing on the post line and the line in which the ticket was at that time."""

    what: Said | Noted | Happened
    line: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A ticket with all that its page shows: personal data as the reader is `shown` it."""

    ticket: Ticket
    shown: Shown
    owner: str | None
    holder: str | None
    topic: str
    steps: list[Step]
    hidden: int  # older messages that are not shown
    newest: int  # id of the newest message of theirs, 0 without one
    participants: list[TakesPart]
    drafts: dict[str, Drafted]
    earlier: list[TicketRow]
    queues: list[QueueChoice]
    topics: list[TopicChoice]
    owners: list[str]
    refusal: str | None  # what was said to our last message to the requester, where it came back


def conversation(reach: Reach, number: int, *, now: datetime, whole: bool = False) -> Conversation:
    """The ticket and what was said in it, with the choices that its page offers. Raises NoSuchTicket."""
    ticket = ticket_for(reach, number, related=("project", "queue", "requester", "mailbox"))
    shown = shown_of(reach, ticket, now=now)
    this = {"ticket": ticket.pk, "project": ticket.project_id, "topic": ticket.topic_id, "person": reach.person.pk}
    queues = [QueueChoice(*row) for row in rows(QUEUES, this)]
    topics = [TopicChoice(*row) for row in rows(TOPICS, this)]
    messages, hidden = _messages(ticket, shown, whole=whole)
    notes, events = [_noted(row, shown) for row in rows(NOTES, this)], _events(ticket)
    _hide_numbers(reach, messages, events)
    participants = [TakesPart(*row) for row in rows(PARTICIPANTS, this)]
    logins = dict(Person.objects.filter(pk__in={ticket.owner_id, ticket.taken_by_id}).values_list("id", "login"))
    address = ticket.requester.address
    refused = next((one.refusal for one in participants if one.address == address), None)
    return Conversation(
        ticket=shown.ticket(ticket),
        shown=shown,
        owner=logins.get(ticket.owner_id),
        holder=logins.get(ticket.taken_by_id),
        topic=next((topic.name for topic in topics if topic.id == ticket.topic_id), ""),
        steps=_in_order(ticket, messages, notes, events, {queue.id: queue.line for queue in queues}),
        hidden=hidden,
        newest=max((message.id for message in messages if message.is_theirs), default=0),
        participants=[_as_shown(one, shown) for one in participants],
        drafts={row[0]: Drafted(*row) for row in rows(DRAFTS, this)},
        earlier=tickets_of_requester(
            reach, requester_id=ticket.requester_id, besides=ticket.pk, is_masked=shown.is_masked
        ),
        queues=queues,
        topics=topics,
        owners=[person.login for person in people_with(Right.TAKE, ticket.queue)]
        if reach.may(Right.ASSIGN, ticket.queue_id)
        else [],
        refusal=shown.text(refused) if refused is not None else None,
    )


def _messages(ticket: Ticket, shown: Shown, *, whole: bool) -> tuple[list[Said], int]:
    """The messages, oldest first, and how many older ones were left out."""
    values = {"ticket": ticket.pk, "limit": None if whole else RECENT, "shown": SHOWN, "folded": FOLDED}
    found = rows(MESSAGES, values)
    hidden = found[0][TOTAL] - len(found) if found else 0
    deliveries = {row[0]: _delivery(row, shown) for row in rows(DELIVERIES, {"ticket": ticket.pk})}
    messages = {row[0]: _said(row, deliveries, shown) for row in reversed(found)}
    for file in (File(*row) for row in rows(FILES, {"ticket": ticket.pk})):
        if file.message_id in messages:
            messages[file.message_id].files.append(replace(file, filename=shown.text(file.filename)))
    return list(messages.values()), hidden


def _said(row: Sequence[Any], deliveries: dict[int, Delivery], shown: Shown) -> Said:
    text, new_text, text_length, new_length, outbox = row[TEXT:TOTAL]
    words, rest = fold(text, new_text)
    values = list(row[:TEXT])
    values[TO], values[CC] = json.loads(values[TO]), json.loads(values[CC])
    is_cut = text_length > len(text) or new_length > len(new_text)
    most = 0 if is_cut else text_length + 1  # blanks at the ends are gone: the length no longer tells
    words, rest = shown.cut(words, most=most), shown.cut(rest, most=most)
    said = Said(*(*values, words, rest, is_cut, deliveries.get(outbox) if outbox else None))
    if shown.is_masked:
        said.sender_name, said.sender_address = shown.text(said.sender_name), shown.address(said.sender_address)
        said.to, said.cc, said.subject = shown.people(said.to), shown.people(said.cc), shown.text(said.subject)
    return said


def _delivery(row: Sequence[Any], shown: Shown) -> Delivery:
    recipients = [(shown.address(address), state, shown.text(reply)) for address, state, reply in json.loads(row[-1])]
    return Delivery(*(*row[:-1], recipients))


def _noted(row: Sequence[Any], shown: Shown) -> Noted:
    noted = Noted(*row)
    return replace(noted, text=shown.text(noted.text))


def _as_shown(one: TakesPart, shown: Shown) -> TakesPart:
    refusal = shown.text(one.refusal) if one.refusal is not None else None
    return replace(one, name=shown.text(one.name), address=shown.address(one.address), refusal=refusal)


def _events(ticket: Ticket) -> list[Happened]:
    found = rows(
        EVENTS, {"ticket": ticket.pk, "assigned": str(Happening.ASSIGNED), "filtered": str(Happening.FILTERED)}
    )
    return [Happened(*(*row[:-1], json.loads(row[-1]))) for row in found]


def _hide_numbers(reach: Reach, messages: Sequence[Said], events: Sequence[Happened]) -> None:
    """Merges and splits tell of other tickets: of those that the reader does not see, not even the number."""
    others = {event.data["other"] for event in events if "other" in event.data}
    seen = numbers_seen(reach, others | {one.origin for one in messages if one.origin is not None})
    for message in messages:
        if message.origin not in seen:
            message.origin = None
    for event in events:
        if event.data.get("other") not in seen:
            event.data.pop("other", None)


def _in_order(
    ticket: Ticket,
    messages: Sequence[Said],
    notes: Sequence[Noted],
    events: Sequence[Happened],
    lines: dict[int, int],
) -> list[Step]:
    """Messages and notes stand where their event does, those that came by a merge or a split by their time; each step
    knows the line in which the ticket then was."""
    said = {message.id: message for message in messages}
    noted = {note.id: note for note in notes}
    told = {event.data.get("message", 0) for event in events if event.kind in SAYING}
    noting = {event.data.get("note", 0) for event in events if event.kind == Happening.NOTED}
    foreign: list[Said | Noted] = [one for one in messages if one.id not in told]
    foreign += [one for one in notes if one.id not in noting]
    foreign.sort(key=lambda one: one.at, reverse=True)
    # notes that were written before the ticket came here are not read here; that there was one is told
    moved_in = max((event.number for event in events if event.kind == Happening.TAKEN_OVER), default=0)
    earliest = min((message.at for message in messages), default=None)
    line = lines.get(_first_queue(ticket, events), ticket.queue.line)
    steps: list[Step] = []
    for event in events:
        while foreign and foreign[-1].at < event.at:
            steps.append(Step(foreign.pop(), line))
        what: Said | Noted | Happened | None = event
        if event.kind in SAYING:
            what = said.pop(event.data.get("message", 0), None)
        elif event.kind == Happening.NOTED:
            what = noted.pop(event.data.get("note", 0), event if event.number < moved_in else None)
        if what is not None and (earliest is None or event.at >= earliest):
            steps.append(Step(what, line))
        if event.kind in (Happening.MOVED, Happening.RETURNED, Happening.TAKEN_OVER):
            line = lines.get(event.data.get("to", 0), line)
    steps += [Step(one, line) for one in reversed(foreign)]
    return steps


def _first_queue(ticket: Ticket, events: Sequence[Happened]) -> int:
    leaving = (Happening.MOVED, Happening.RETURNED, Happening.HANDED_OVER)
    moves = (event.data.get("from") for event in events if event.kind in leaving)
    return next((key for key in moves if key), ticket.queue_id)


SAYING = frozenset({Happening.ARRIVED, Happening.OPENED, Happening.ANSWERED, Happening.ACKNOWLEDGED})

MESSAGES = """
SELECT m.id, m.direction, m.created_at, m.sender_name, m.sender_address, author.login, m."to", m.cc, m.subject, m.kind,
    m.joined_by, m.flags, m.raw_id, coalesce(b.html <> '', false), origin.number,
    m.sender_address = requester.address,
    left(coalesce(b.text, ''), %(shown)s + %(folded)s), left(coalesce(b.new_text, ''), %(shown)s),
    length(coalesce(b.text, '')), length(coalesce(b.new_text, '')), m.outbox_message_id, count(*) OVER ()
FROM tickets_message m
LEFT JOIN tickets_body b ON b.message_id = m.id
LEFT JOIN projects_person author ON author.id = m.author_id
LEFT JOIN tickets_ticket origin ON origin.id = m.origin_id
JOIN tickets_ticket t ON t.id = m.ticket_id
JOIN tickets_requester requester ON requester.id = t.requester_id
WHERE m.ticket_id = %(ticket)s
ORDER BY m.id DESC LIMIT %(limit)s
"""

DELIVERIES = """
SELECT o.id, o.state, o.attempts, o.next_attempt_at, o.finished_at,
    coalesce((SELECT jsonb_agg(jsonb_build_array(r.address, r.state, r.reply) ORDER BY r.id)
        FROM outbox_recipient r WHERE r.message_id = o.id), '[]')
FROM outbox_outboxmessage o JOIN tickets_message m ON m.outbox_message_id = o.id WHERE m.ticket_id = %(ticket)s
"""

EVENTS = """
SELECT e.number, e.kind, e.at, p.login, coalesce(s.login, project.name), e.data
FROM tickets_event e
LEFT JOIN projects_person p ON p.id = e.person_id
LEFT JOIN projects_person s ON s.id = CASE e.kind WHEN %(assigned)s THEN (e.data ->> 'to')::bigint
    WHEN %(filtered)s THEN (e.data ->> 'owner')::bigint END
LEFT JOIN projects_project project ON project.id = (e.data ->> 'project')::bigint
WHERE e.ticket_id = %(ticket)s ORDER BY e.number
"""

NOTES = """
SELECT n.id, coalesce(p.login, ''), n.rule, n.text, n.created_at
FROM tickets_note n LEFT JOIN projects_person p ON p.id = n.author_id
WHERE n.ticket_id = %(ticket)s AND n.project_id = %(project)s ORDER BY n.id
"""

FILES = """
SELECT a.id, a.message_id, a.filename, a.content_type, a.size,
    a.inline AND a.size < 40000 AND a.content_type LIKE 'image/%%' AND (SELECT count(*) FROM (
        SELECT FROM tickets_attachment o
        WHERE o.sha256 = a.sha256 AND o.inline AND o.size < 40000 AND o.message_id <> a.message_id LIMIT 2
    ) elsewhere) = 2
FROM tickets_attachment a JOIN tickets_message m ON m.id = a.message_id
WHERE m.ticket_id = %(ticket)s ORDER BY a.id
"""

PARTICIPANTS = """
SELECT p.id, p.name, p.address, p.proved, p.declined_at IS NOT NULL, refused.reply,
    coalesce((SELECT max(m.id) FROM tickets_message m WHERE m.ticket_id = p.ticket_id
        AND m.sender_address = p.address AND m.direction IN ('inbound', 'told')), 0)
FROM tickets_participant p
LEFT JOIN tickets_refusedaddress refused ON refused.project_id = %(project)s AND refused.address = p.address
WHERE p.ticket_id = %(ticket)s ORDER BY p.id
"""

DRAFTS = "SELECT kind, text, updated_at FROM tickets_draft WHERE ticket_id = %(ticket)s AND person_id = %(person)s"

QUEUES = """
SELECT id, slug, name, line, private, retired_at FROM projects_queue WHERE project_id = %(project)s
ORDER BY line, position, id
"""

TOPICS = """
SELECT id, slug, name, CASE WHEN id = %(topic)s::bigint THEN fields ELSE '[]' END FROM projects_topic
WHERE project_id = %(project)s AND (retired_at IS NULL OR id = %(topic)s) ORDER BY name, id
"""
