"""A message arrives: it opens a ticket, or becomes a follow-up of one.

The busiest write of all, so the usual ways are one statement of SQL each instead of a dozen through the ORM
(MEASURED 2.2): a new ticket, and a follow-up of one that is open. Runs inside the caller's transaction and acts as
the system, within the project of the message.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from postline.kit.sql import as_array, as_json, row, rows
from postline.projects.models import FollowUp
from postline.projects.rights import Right, people_with
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
from postline.tickets.queries.handed_over import heir_of
from postline.tickets.queries.merged import way_of

CANDIDATES = 4  # random numbers tried at once: at a million tickets one in ninety is taken


def arrive(arrival: Arrival, *, now: datetime) -> Arrived:
    """Store the message in its ticket and return what became of it."""
    if arrival.ticket_id is None:
        first = arrival.mailbox_ids[0] if arrival.mailbox_ids else None
        return _open(arrival, project_id=arrival.project_id, mailbox_id=first, now=now)
    return _follow_up(arrival, ticket_id=arrival.ticket_id, now=now)


def _open(arrival: Arrival, *, project_id: int, mailbox_id: int | None, now: datetime) -> Arrived:
    """A ticket of this project that is answered from this mailbox."""
    clocks = clocks_of_new(
        project_id=project_id,
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
            "numbers": as_array(numbers.draw() for _ in range(CANDIDATES)),
            "home": project_id,
            "queue": arrival.queue_id,
            "mailbox": mailbox_id,
            "topic": arrival.topic_id,
            "fields": as_json(arrival.fields),
            "preview": preview_of(arrival),
            "state": str(State.NEW),
            "priority": arrival.priority or int(Priority.NORMAL),
            "tags": as_array(arrival.tags),
            "owner": arrival.owner_id,
            "ticket_language": arrival.language if arrival.answer_language is None else arrival.answer_language,
            "hints": as_json(arrival.hints or []),
            "filtered": as_json([one.data for one in arrival.filtered]),
            "filters": len(arrival.filtered),
            "notes": as_json([{"rule": one.rule, "text": text} for one in arrival.filtered for text in one.notes]),
            "participant_names": as_array(name for name, _address in participants(arrival)),
            "participant_addresses": as_array(address for _name, address in participants(arrival)),
        },
    )
    if opened is None:  # every candidate was taken: draw again
        return _open(arrival, project_id=project_id, mailbox_id=mailbox_id, now=now)
    ticket_id, number, queue_id, _project, message_id, _told = opened
    return Arrived(ticket_id, number, message_id, is_new=True, queue_id=queue_id, project_id=project_id)


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
        _, number, queue_id, project_id, message_id, _told = stored
        if arrival.kind not in ROBOTS:
            asked_again(ticket_id, project_id=project_id, now=now)
        return Arrived(ticket_id, number, message_id, is_new=False, queue_id=queue_id, project_id=project_id)
    policy = late_follow_up(ticket_id, now=now) if arrival.kind not in ROBOTS else None
    if policy == FollowUp.NEW_TICKET:
        return _open_instead(arrival, ticket_id=ticket_id, now=now)
    return _follow_up_with_consequences(arrival, values, stays_closed=policy == FollowUp.CLOSED, now=now)


def _follow_up_with_consequences(
    arrival: Arrival, values: dict[str, Any], *, stays_closed: bool, now: datetime
) -> Arrived:
    """The ticket is reopened, or returns to a queue, or gets a new participant; or it is part of another one by now."""
    stored = row(_statement(FOLLOW_UP, arrival), values)
    if stored is None:
        return _follow_up_of_merged(arrival, ticket_id=values["ticket"], now=now)
    ticket_id, number, _, project_id, message_id, _told = stored
    # locked: we have just changed it
    ticket = Ticket.objects.select_related("queue", "return_queue").get(pk=ticket_id)
    _join(ticket, arrival, now=now)
    closed_at, queue_id = ticket.closed_at if arrival.kind not in ROBOTS else None, ticket.queue_id
    if stays_closed:
        append(ticket, Happening.STAYED_CLOSED, person=None, now=now, message=message_id)
    elif arrival.kind not in ROBOTS:
        reopen(ticket, now=now)
    apply_filtered(ticket, arrival, now=now)
    if arrival.kind not in ROBOTS or arrival.filtered:
        follow(ticket, moved=ticket.queue_id != queue_id, now=now)
    ticket.save()
    return Arrived(
        ticket_id,
        number,
        message_id,
        is_new=False,
        queue_id=ticket.queue_id,
        project_id=project_id,
        closed_at=closed_at,
        stays_closed=stays_closed,
    )


def late_follow_up(ticket_id: int, *, now: datetime) -> FollowUp | None:
    """What its queue says of a message to a ticket that has been closed for so long, which is locked then; None: it is
    opened again, or was not closed."""
    found = row(LATE, {"ticket": ticket_id, "now": now})
    return FollowUp(found[0]) if found else None


def _open_instead(arrival: Arrival, *, ticket_id: int, now: datetime) -> Arrived:
    """A new ticket about the same thing, past the first line as a follow-up would be; the histories name each other."""
    old = Ticket.objects.select_related("queue", "return_queue").get(pk=ticket_id)
    queue = heir_of(old.return_queue or old.queue)
    if not queue.is_in_use:
        queue = old.queue
    fresh = replace(arrival, ticket_id=None, queue_id=queue.pk, joined_by="", joined_to=None, topic_id=old.topic_id)
    if arrival.project_id != old.project_id:  # what filters of the project that it was handed over from say
        fresh = replace(
            fresh, filtered=(), tags=(), hints=None, owner_id=None, moved_to=None, priority=None, answer_language=None
        )
    arrived = _open(fresh, project_id=old.project_id, mailbox_id=old.mailbox_id, now=now)
    new = Ticket.objects.get(pk=arrived.ticket_id)
    new.queue = queue
    append(new, Happening.FOLLOWS, person=None, now=now, other=old.number)
    keep_agent(new, answered=old, now=now)
    append(old, Happening.FOLLOWED_BY, person=None, now=now, other=new.number)
    new.save()
    old.save()
    return arrived


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


def keep_agent(ticket: Ticket, *, answered: Ticket, now: datetime) -> None:
    """Where its queue says so, a follow-up is for whoever answered last, while they may still take it; else for
    anybody. Whom somebody has given it to by hand stays. The caller saves it."""
    if not ticket.queue.keeps_agent or ticket.assigned or ticket.taken_by_id is not None:
        return
    last = answered.messages.filter(direction=Direction.OUTBOUND).exclude(author=None)
    message = last.select_related("author").order_by("-id").first()
    agent = message.author if message else None
    if agent is not None and agent in people_with(Right.TAKE, ticket.queue, among=[agent]):
        append(ticket, Happening.ASSIGNED, person=None, now=now, **{"from": ticket.owner_id, "to": agent.pk})
        ticket.owner, ticket.assigned = agent, True
    else:
        ticket.owner = None


def reopen(ticket: Ticket, *, now: datetime) -> None:
    """The requester wrote again: the ticket waits for us, in the queue of DESIGN 4.4. The caller saves it."""
    answered = ticket.state not in OPEN_STATES or ticket.return_queue is not None
    if ticket.state not in OPEN_STATES:
        append(ticket, Happening.REOPENED, person=None, now=now, **{"from": ticket.state})
        set_state(ticket, State.OPEN, now=now)
    if ticket.return_queue is not None:
        ticket.return_count += 1
        target = heir_of(ticket.return_queue)
        if target.pk != ticket.queue_id and target.retired_at is None:  # gone without an heir: it stays where it is
            append(ticket, Happening.RETURNED, person=None, now=now, **{"from": ticket.queue_id, "to": target.pk})
            ticket.queue = target
            ticket.owner = ticket.taken_by = ticket.taken_until = None
            ticket.assigned = False
        ticket.return_queue = None  # until the next answer
    if answered:
        keep_agent(ticket, answered=ticket, now=now)


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
        "flags": as_array(arrival.flags),
        "mailboxes": as_array(arrival.mailbox_ids),
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
    VALUES (%(home)s, %(name)s, %(address)s, '', %(language)s, %(now)s)
    ON CONFLICT (project_id, address) WHERE address <> ''
    DO UPDATE SET name = CASE WHEN excluded.name <> '' THEN excluded.name ELSE tickets_requester.name END
    RETURNING id
), ticket AS (
    INSERT INTO tickets_ticket (number, project_id, queue_id, topic_id, mailbox_id, requester_id, state, priority,
        language, subject, preview, tags, fields, hints, owner_id, assigned, return_count, created_at, updated_at,
        waiting_since, event_count)
    SELECT free.n, %(home)s, %(queue)s, %(topic)s::bigint, %(mailbox)s::bigint, requester.id, %(state)s,
        %(priority)s, %(ticket_language)s, %(subject)s, %(preview)s, %(tags)s::text[], %(fields)s::jsonb,
        %(hints)s::jsonb, %(owner)s::bigint, %(owner)s::bigint IS NOT NULL, 0,
        %(now)s::timestamptz, %(now)s, %(now)s, 1 + %(filters)s::int
    FROM free, requester
    RETURNING id, number, queue_id, project_id, event_count
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
    INSERT INTO tickets_note (ticket_id, project_id, rule, text, created_at)
    SELECT ticket.id, ticket.project_id, note.rule, note.text, %(now)s::timestamptz
    FROM ticket, json_to_recordset(%(notes)s::json) AS note(rule text, text text)
)"""  # noqa: S608 - constants of ours

FOLLOW_UP = """
WITH ticket AS (
    UPDATE tickets_ticket
    SET event_count = event_count + 1, updated_at = %(now)s, preview = coalesce(%(preview)s::text, preview),
        hints = CASE WHEN project_id = %(project)s THEN coalesce(%(hints)s::jsonb, hints) ELSE hints END
    WHERE id = %(ticket)s AND state <> 'merged'
    RETURNING id, number, queue_id, project_id, event_count
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
SELECT ticket.id, ticket.number, ticket.queue_id, ticket.project_id, message.id, {ANNOUNCED} FROM ticket, message
"""  # noqa: S608 - constants of ours

LATE = """
SELECT queue.follow_up FROM tickets_ticket AS ticket JOIN projects_queue AS queue ON queue.id = ticket.queue_id
WHERE ticket.id = %(ticket)s AND ticket.state = 'closed' AND queue.follow_up <> 'reopen'
    AND ticket.closed_at <= %(now)s::timestamptz - make_interval(days => queue.follow_up_days)
FOR UPDATE OF ticket
"""

REMEMBER = """
UPDATE tickets_merge SET messages = messages || %(message)s::bigint
WHERE ticket_id = ANY(%(way)s::bigint[]) AND undone_at IS NULL
"""
