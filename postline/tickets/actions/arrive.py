"""A message arrives: it opens a ticket, or becomes a follow-up of one.

The busiest write of all, so the usual ways are one statement of SQL each instead of a dozen through the ORM
(MEASURED 2.2): a new ticket, and a follow-up of one that is open. Runs inside the caller's transaction and acts as
the system, within the project of the message.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from postline.kit.sql import as_json, row, rows
from postline.tickets import numbers
from postline.tickets.actions.change import set_state
from postline.tickets.actions.filtered import apply_filtered
from postline.tickets.actions.open import PREVIEW
from postline.tickets.announcements import ANNOUNCED
from postline.tickets.arrival import ROBOTS, Arrival, Arrived, participants
from postline.tickets.clocks.at_arrival import CLOCKS, asked_again, clocks_of_new
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Direction, Participant, Priority, State, Ticket
from postline.tickets.queries.merged import way_of

CANDIDATES = 4  # random numbers tried at once: at a million tickets one in ninety is taken


def arrive(arrival: Arrival, *, now: datetime) -> Arrived:
    """Store the message in its ticket and return what became of it."""
    if arrival.ticket_id is None:
        return _open(arrival, now=now)
    return _follow_up(arrival, ticket_id=arrival.ticket_id, now=now)


def _open(arrival: Arrival, *, now: datetime) -> Arrived:
    clocks = clocks_of_new(
        project_id=arrival.project_id,
        queue_id=arrival.queue_id,
        topic_id=arrival.topic_id,
        priority=arrival.priority or Priority.NORMAL,
        now=now,
    )
    opened = row(
        _statement(NEW + (CLOCKS if clocks else "") + (FILTERED if arrival.filtered else ""), arrival),
        {
            **(clocks or {}),
            **_message_values(arrival, now),
            "numbers": [numbers.draw() for _ in range(CANDIDATES)],
            "queue": arrival.queue_id,
            "mailbox": arrival.mailbox_ids[0] if arrival.mailbox_ids else None,
            "topic": arrival.topic_id,
            "fields": as_json(arrival.fields),
            "preview": preview_of(arrival),
            "state": str(State.NEW),
            "priority": arrival.priority or int(Priority.NORMAL),
            "tags": list(arrival.tags),
            "owner": arrival.owner_id,
            "ticket_language": arrival.language if arrival.answer_language is None else arrival.answer_language,
            "hints": as_json(arrival.hints or []),
            "filtered": as_json([one.data for one in arrival.filtered]),
            "filters": len(arrival.filtered),
            "notes": as_json([{"rule": one.rule, "text": text} for one in arrival.filtered for text in one.notes]),
            "participant_names": [name for name, _address in participants(arrival)],
            "participant_addresses": [address for _name, address in participants(arrival)],
        },
    )
    if opened is None:  # every candidate was taken: draw again
        return _open(arrival, now=now)
    ticket_id, number, queue_id, message_id, _told = opened
    return Arrived(ticket_id, number, message_id, is_new=True, queue_id=queue_id)


def _follow_up(arrival: Arrival, *, ticket_id: int, now: datetime) -> Arrived:
    values = {
        **_message_values(arrival, now),
        "ticket": ticket_id,
        "preview": preview_of(arrival) if arrival.kind not in ROBOTS else None,
        "hints": None if arrival.hints is None else as_json(arrival.hints),
        "filters": 0,
    }
    stored = row(_statement(FOLLOW_UP_OF_OPEN, arrival), values) if not arrival.filtered else None
    if stored is not None:
        _, number, queue_id, message_id, _told = stored
        if arrival.kind not in ROBOTS:
            asked_again(ticket_id, project_id=arrival.project_id, now=now)
        return Arrived(ticket_id, number, message_id, is_new=False, queue_id=queue_id)
    return _follow_up_with_consequences(arrival, values, now=now)


def _follow_up_with_consequences(arrival: Arrival, values: dict[str, Any], *, now: datetime) -> Arrived:
    """The ticket is reopened, or returns to a queue, or gets a new participant; or it is part of another one by now."""
    stored = row(_statement(FOLLOW_UP, arrival), values)
    if stored is None:
        return _follow_up_of_merged(arrival, ticket_id=values["ticket"], now=now)
    ticket_id, number, _, message_id, _told = stored
    ticket = Ticket.objects.select_related("return_queue").get(pk=ticket_id)  # locked: we have just changed it
    _join(ticket, arrival, now=now)
    closed_at, queue_id = None, ticket.queue_id
    if arrival.kind not in ROBOTS:
        closed_at = ticket.closed_at
        reopen(ticket, now=now)
    apply_filtered(ticket, arrival, now=now)
    if arrival.kind not in ROBOTS or arrival.filtered:
        follow(ticket, moved=ticket.queue_id != queue_id, now=now)
    ticket.save()
    return Arrived(ticket_id, number, message_id, is_new=False, queue_id=ticket.queue_id, closed_at=closed_at)


def _follow_up_of_merged(arrival: Arrival, *, ticket_id: int, now: datetime) -> Arrived:
    """It arrives where the ticket is now, and goes back with it should the merge be undone."""
    way = _locked_way(ticket_id)
    arrived = _follow_up(arrival, ticket_id=way[-1], now=now)
    if len(way) > 1:
        rows(REMEMBER, {"message": arrived.message_id, "way": way})
    return arrived


def _locked_way(ticket_id: int) -> list[int]:
    """The way to where the ticket is now, which is locked: while we wait, somebody may take the two apart again."""
    while True:
        way = way_of(ticket_id)
        ticket = Ticket.objects.select_for_update().only("state").get(pk=way[-1])
        if way_of(ticket_id) == way:
            if ticket.state == State.MERGED:  # and leads nowhere
                raise Ticket.DoesNotExist(ticket_id)
            return way


def reopen(ticket: Ticket, *, now: datetime) -> None:
    """The requester wrote again: the ticket waits for us, in the queue of DESIGN 4.4. The caller saves it."""
    if ticket.state not in OPEN_STATES:
        append(ticket, Happening.REOPENED, person=None, now=now, **{"from": ticket.state})
        set_state(ticket, State.OPEN, now=now)
    if ticket.return_queue is not None:
        ticket.return_count += 1
        target = ticket.return_queue
        while target.successor is not None:
            target = target.successor
        if target.pk != ticket.queue_id and target.retired_at is None:  # gone without an heir: it stays where it is
            append(ticket, Happening.RETURNED, person=None, now=now, **{"from": ticket.queue_id, "to": target.pk})
            ticket.queue = target
            ticket.owner = ticket.taken_by = ticket.taken_until = None
            ticket.assigned = False
        ticket.return_queue = None  # until the next answer


def preview_of(arrival: Arrival) -> str:
    """The beginning of what the requester says, on one line."""
    return first_words(arrival.new_text or arrival.text)


def first_words(text: str) -> str:
    """The beginning of a text on one line, as lists show it."""
    return " ".join(text[: PREVIEW * 4].split())[:PREVIEW]


def _join(ticket: Ticket, arrival: Arrival, *, now: datetime) -> None:
    """A sender who is no participant yet is joined and marked: nothing is sent there before an agent says so."""
    if not arrival.sender_address or arrival.kind == "bounce":  # a mail server takes part in nothing
        return
    participant, joined = Participant.objects.get_or_create(
        ticket=ticket,
        address=arrival.sender_address,
        defaults={"name": arrival.sender_name, "proved": False, "since": now},
    )
    if joined:
        append(ticket, Happening.NEW_ADDRESS, person=None, now=now, participant=participant.pk)


def _message_values(arrival: Arrival, now: datetime) -> dict[str, Any]:
    return {
        "project": arrival.project_id,
        "direction": str(Direction.INBOUND),
        "message_id": arrival.message_id,
        "name": arrival.sender_name,
        "address": arrival.sender_address,
        "to": as_json(arrival.to),
        "cc": as_json(arrival.cc),
        "subject": arrival.subject,
        "language": arrival.language,
        "kind": arrival.kind,
        "joined_by": arrival.joined_by,
        "joined_to": arrival.joined_to,
        "other_role": arrival.other_role,
        "other_name": arrival.other_name,
        "other_address": arrival.other_address,
        "flags": list(arrival.flags),
        "mailboxes": list(arrival.mailbox_ids),
        "raw": arrival.raw_id,
        "digest": arrival.digest,
        "sent_at": arrival.sent_at,
        "text": arrival.text,
        "new_text": arrival.new_text,
        "html": arrival.html,
        "beside": arrival.beside,
        "report": as_json(arrival.report) if arrival.report else None,
        "happening": str(Happening.ARRIVED),
        "source": arrival.source,
        "files": as_json([asdict(file) for file in arrival.files]),
        "now": now,
    }


def _statement(ticket: str, arrival: Arrival) -> str:
    return ticket + MESSAGE + (FILES if arrival.files else "") + RESULT


# The statements begin with what happens to the ticket and go on with the message that is stored in it.
NEW = """
WITH free AS (
    SELECT n FROM unnest(%(numbers)s::int[]) AS n
    WHERE NOT EXISTS (SELECT FROM tickets_ticket WHERE number = n) LIMIT 1
), requester AS (
    INSERT INTO tickets_requester (project_id, name, address, phone, language, created_at)
    VALUES (%(project)s, %(name)s, %(address)s, '', %(language)s, %(now)s)
    ON CONFLICT (project_id, address) WHERE address <> ''
    DO UPDATE SET name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE tickets_requester.name END
    RETURNING id
), ticket AS (
    INSERT INTO tickets_ticket (number, project_id, queue_id, topic_id, mailbox_id, requester_id, state, priority,
        language, subject, preview, tags, fields, hints, owner_id, assigned, return_count, created_at, updated_at,
        waiting_since, event_count)
    SELECT free.n, %(project)s, %(queue)s, %(topic)s::bigint, %(mailbox)s::bigint, requester.id, %(state)s,
        %(priority)s, %(ticket_language)s, %(subject)s, %(preview)s, %(tags)s::text[], %(fields)s::jsonb,
        %(hints)s::jsonb, %(owner)s::bigint, %(owner)s::bigint IS NOT NULL, 0,
        %(now)s::timestamptz, %(now)s, %(now)s, 1 + %(filters)s::int
    FROM free, requester
    RETURNING id, number, queue_id, event_count
), participant AS (
    INSERT INTO tickets_participant (ticket_id, name, address, proved, since)
    SELECT ticket.id, one.name, one.address, true, %(now)s::timestamptz
    FROM ticket, unnest(%(participant_names)s::text[], %(participant_addresses)s::text[]) AS one(name, address)
)"""

# Behind the event of the arrival: what each filter did, and the notes that they wrote.
FILTERED = f""", filtered AS (
    INSERT INTO tickets_event (ticket_id, number, kind, at, data)
    SELECT ticket.id, 1 + told.place, '{Happening.FILTERED}', %(now)s::timestamptz, told.data
    FROM ticket, json_array_elements(%(filtered)s::json) WITH ORDINALITY AS told(data, place)
), noted AS (
    INSERT INTO tickets_note (ticket_id, rule, text, created_at)
    SELECT ticket.id, note.rule, note.text, %(now)s::timestamptz
    FROM ticket, json_to_recordset(%(notes)s::json) AS note(rule text, text text)
)"""  # noqa: S608 - constants of ours

FOLLOW_UP = """
WITH ticket AS (
    UPDATE tickets_ticket
    SET event_count = event_count + 1, updated_at = %(now)s, preview = coalesce(%(preview)s::text, preview),
        hints = coalesce(%(hints)s::jsonb, hints)
    WHERE id = %(ticket)s AND state <> 'merged'
    RETURNING id, number, queue_id, event_count
)"""

FOLLOW_UP_OF_OPEN = FOLLOW_UP.replace(
    "WHERE id = %(ticket)s AND state <> 'merged'",
    """WHERE id = %(ticket)s AND state IN ('new', 'open') AND return_queue_id IS NULL AND (
        %(address)s::text = '' OR %(kind)s::text = 'bounce'
        OR EXISTS (SELECT FROM tickets_participant WHERE ticket_id = %(ticket)s AND address = %(address)s::text)
    )""",
)

MESSAGE = """, message AS (
    INSERT INTO tickets_message (ticket_id, project_id, direction, message_id, sender_name, sender_address, "to", cc,
        subject, language, kind, joined_by, joined_to, other_role, other_name, other_address, flags, mailboxes, raw_id,
        digest, sent_at, created_at, report)
    SELECT ticket.id, %(project)s::bigint, %(direction)s::text, %(message_id)s::text, %(name)s::text, %(address)s::text,
        %(to)s::jsonb, %(cc)s::jsonb, %(subject)s::text, %(language)s::text, %(kind)s::text, %(joined_by)s::text,
        %(joined_to)s::bigint, %(other_role)s::text, %(other_name)s::text, %(other_address)s::text, %(flags)s::text[],
        %(mailboxes)s::bigint[], %(raw)s::bigint, %(digest)s::bytea, %(sent_at)s::timestamptz, %(now)s::timestamptz,
        %(report)s::jsonb
    FROM ticket
    RETURNING id
), body AS (
    INSERT INTO tickets_body (message_id, text, new_text, html, beside)
    SELECT id, %(text)s::text, %(new_text)s::text, %(html)s::text, %(beside)s::text FROM message
), event AS (
    INSERT INTO tickets_event (ticket_id, number, kind, at, data)
    SELECT ticket.id, ticket.event_count - %(filters)s::int, %(happening)s::text, %(now)s::timestamptz,
        jsonb_build_object('message', message.id, 'source', %(source)s::text)
    FROM ticket, message
)"""

FILES = """, files AS (
    INSERT INTO tickets_attachment (message_id, filename, content_type, size, sha256, inline, content_id, place)
    SELECT message.id, file.filename, file.content_type, file.size, file.sha256, file.inline, file.content_id,
        file.place
    FROM message, json_to_recordset(%(files)s::json) AS file(filename text, content_type text, size bigint,
        sha256 text, inline boolean, content_id text, place text)
)"""

RESULT = f"""
SELECT ticket.id, ticket.number, ticket.queue_id, message.id, {ANNOUNCED} FROM ticket, message
"""  # noqa: S608 - constants of ours

REMEMBER = """
UPDATE tickets_merge SET messages = messages || %(message)s::bigint
WHERE ticket_id = ANY(%(way)s::bigint[]) AND undone_at IS NULL
"""
