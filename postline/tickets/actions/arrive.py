"""A message arrives: it opens a ticket, or becomes a follow-up of one.

The busiest write of all, so new tickets are two statements of SQL instead of a dozen through the ORM (MEASURED 2.2).
Runs inside the caller's transaction and acts as the system, within the project of the message.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from postline.kit.sql import row, rows
from postline.tickets import numbers
from postline.tickets.actions.change import set_state
from postline.tickets.actions.open import PREVIEW
from postline.tickets.arrival import Arrival, Arrived
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Direction, Participant, Priority, State, Ticket

CANDIDATES = 4  # random numbers tried at once: at a million tickets one in ninety is taken


def arrive(arrival: Arrival, *, now: datetime) -> Arrived:
    """Store the message in its ticket and return what became of it."""
    if arrival.ticket_id is None:
        return _open(arrival, now=now)
    return _follow_up(arrival, ticket_id=arrival.ticket_id, now=now)


def _open(arrival: Arrival, *, now: datetime) -> Arrived:
    opened = row(
        OPEN,
        {
            "numbers": [numbers.draw() for _ in range(CANDIDATES)],
            "project": arrival.project_id,
            "queue": arrival.queue_id,
            "mailbox": arrival.mailbox_ids[0] if arrival.mailbox_ids else None,
            "topic": arrival.topic_id,
            "fields": json.dumps(arrival.fields),
            "name": arrival.sender_name,
            "address": arrival.sender_address,
            "language": arrival.language,
            "subject": arrival.subject,
            "preview": preview_of(arrival),
            "state": str(State.NEW),
            "priority": int(Priority.NORMAL),
            "now": now,
        },
    )
    if opened is None:  # every candidate was taken: draw again
        return _open(arrival, now=now)
    ticket_id, number = opened
    message_id = _store_message(arrival, ticket_id=ticket_id, event=1, now=now)
    return Arrived(ticket_id, number, message_id, is_new=True, queue_id=arrival.queue_id)


def _follow_up(arrival: Arrival, *, ticket_id: int, now: datetime) -> Arrived:
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("return_queue").get(pk=ticket_id)
    ticket.event_count += 1
    message_id = _store_message(arrival, ticket_id=ticket.pk, event=ticket.event_count, now=now)
    _join(ticket, arrival, now=now)
    if arrival.kind == "letter":
        reopen(ticket, now=now)
        ticket.preview = preview_of(arrival)
    ticket.updated_at = now
    ticket.save()
    return Arrived(ticket.pk, ticket.number, message_id, is_new=False, queue_id=ticket.queue_id)


def reopen(ticket: Ticket, *, now: datetime) -> None:
    """The requester wrote again: the ticket waits for us, in the queue of DESIGN 4.4. The caller saves it."""
    if ticket.state not in OPEN_STATES:
        append(ticket, Happening.REOPENED, person=None, now=now, **{"from": ticket.state})
        set_state(ticket, State.OPEN, now=now)
    if ticket.return_queue is not None:
        ticket.return_count += 1
        target = ticket.return_queue
        while target.retired_at is not None and target.successor is not None:
            target = target.successor
        if target.pk != ticket.queue_id:
            append(ticket, Happening.RETURNED, person=None, now=now, **{"from": ticket.queue_id, "to": target.pk})
            ticket.queue = target
            ticket.owner = ticket.taken_by = ticket.taken_until = None
            ticket.assigned = False
        ticket.return_queue = None  # until the next answer


def preview_of(arrival: Arrival) -> str:
    """The beginning of what the requester says, on one line."""
    return " ".join((arrival.new_text or arrival.text)[: PREVIEW * 4].split())[:PREVIEW]


def _join(ticket: Ticket, arrival: Arrival, *, now: datetime) -> None:
    """A sender who is no participant yet is joined and marked: nothing is sent there before an agent says so."""
    if not arrival.sender_address:
        return
    participant, joined = Participant.objects.get_or_create(
        ticket=ticket,
        address=arrival.sender_address,
        defaults={"name": arrival.sender_name, "proved": False, "since": now},
    )
    if joined:
        append(ticket, Happening.NEW_ADDRESS, person=None, now=now, participant=participant.pk)


def _store_message(arrival: Arrival, *, ticket_id: int, event: int, now: datetime) -> int:
    statement = STORE_WITH_FILES if arrival.files else STORE
    ((message_id,),) = rows(statement, _message_values(arrival, ticket_id, event, now))
    return int(message_id)


def _message_values(arrival: Arrival, ticket_id: int, event: int, now: datetime) -> dict[str, Any]:
    return {
        "ticket": ticket_id,
        "project": arrival.project_id,
        "direction": str(Direction.INBOUND),
        "message_id": arrival.message_id,
        "name": arrival.sender_name,
        "address": arrival.sender_address,
        "to": json.dumps([list(one) for one in arrival.to]),
        "cc": json.dumps([list(one) for one in arrival.cc]),
        "subject": arrival.subject,
        "language": arrival.language,
        "kind": arrival.kind,
        "joined_by": arrival.joined_by,
        "flags": list(arrival.flags),
        "mailboxes": list(arrival.mailbox_ids),
        "raw": arrival.raw_id,
        "digest": arrival.digest,
        "sent_at": arrival.sent_at,
        "text": arrival.text,
        "new_text": arrival.new_text,
        "html": arrival.html,
        "event": event,
        "happening": str(Happening.ARRIVED),
        "source": arrival.source,
        "files": json.dumps(
            [
                {
                    "filename": file.filename,
                    "content_type": file.content_type,
                    "size": file.size,
                    "sha256": file.sha256,
                    "inline": file.inline,
                    "content_id": file.content_id,
                    "place": file.place,
                }
                for file in arrival.files
            ]
        ),
        "now": now,
    }


OPEN = """
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
        language, subject, preview, tags, fields, assigned, return_count, created_at, updated_at, waiting_since,
        event_count)
    SELECT free.n, %(project)s, %(queue)s, %(topic)s::bigint, %(mailbox)s::bigint, requester.id, %(state)s,
        %(priority)s,
        %(language)s, %(subject)s, %(preview)s, '{}', %(fields)s::jsonb, false, 0, %(now)s::timestamptz, %(now)s,
        %(now)s, 1
    FROM free, requester
    RETURNING id, number
), participant AS (
    INSERT INTO tickets_participant (ticket_id, name, address, proved, since)
    SELECT ticket.id, %(name)s::text, %(address)s::text, true, %(now)s::timestamptz
    FROM ticket WHERE %(address)s::text <> ''
)
SELECT id, number FROM ticket
"""

STORE = """
WITH message AS (
    INSERT INTO tickets_message (ticket_id, project_id, direction, message_id, sender_name, sender_address, "to", cc,
        subject, language, kind, joined_by, flags, mailboxes, raw_id, digest, sent_at, created_at)
    VALUES (%(ticket)s, %(project)s, %(direction)s, %(message_id)s, %(name)s, %(address)s, %(to)s::jsonb, %(cc)s::jsonb,
        %(subject)s, %(language)s, %(kind)s, %(joined_by)s, %(flags)s::text[], %(mailboxes)s::bigint[], %(raw)s,
        %(digest)s, %(sent_at)s, %(now)s)
    RETURNING id
), body AS (
    INSERT INTO tickets_body (message_id, text, new_text, html)
    SELECT id, %(text)s::text, %(new_text)s::text, %(html)s::text FROM message
), event AS (
    INSERT INTO tickets_event (ticket_id, number, kind, at, data)
    SELECT %(ticket)s::bigint, %(event)s::int, %(happening)s::text, %(now)s::timestamptz,
        jsonb_build_object('message', id, 'source', %(source)s::text) FROM message
)
SELECT id FROM message
"""

STORE_WITH_FILES = STORE.replace(
    "\nSELECT id FROM message\n",
    """, attachments AS (
    INSERT INTO tickets_attachment (message_id, filename, content_type, size, sha256, inline, content_id, place)
    SELECT message.id, file.filename, file.content_type, file.size, file.sha256, file.inline, file.content_id,
        file.place
    FROM message, jsonb_to_recordset(%(files)s::jsonb) AS file(filename text, content_type text, size bigint,
        sha256 text, inline boolean, content_id text, place text)
)
SELECT id FROM message
""",
)
