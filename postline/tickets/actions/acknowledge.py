"""The automatic answer stands in the conversation, or the reason why there is none in the history.

Many at once, in one statement: intake handles hundreds of new tickets a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from postline.kit.sql import as_json, rows
from postline.outbox.put import Outgoing
from postline.tickets.history import Happening
from postline.tickets.models import Direction


def acknowledge(answers: Sequence[tuple[Outgoing, int]], *, now: datetime) -> None:
    """Write automatic answers that were put into the outbox, each with its row there, into their tickets."""
    if answers:
        rows(
            ACKNOWLEDGE,
            {
                "answers": as_json([_values(outgoing, outbox_id) for outgoing, outbox_id in answers]),
                "direction": str(Direction.AUTOMATIC),
                "happening": str(Happening.ACKNOWLEDGED),
                "now": now,
            },
        )


def acknowledge_follow_up(answer: Outgoing, outbox_id: int, *, follows: int, now: datetime) -> None:
    """The same for an answer to a message that its ticket had already: `follows` is its id."""
    rows(
        ACKNOWLEDGE,
        {
            "answers": as_json([_values(answer, outbox_id) | {"follows": follows}]),
            "direction": str(Direction.AUTOMATIC),
            "happening": str(Happening.ACKNOWLEDGED),
            "now": now,
        },
    )


def leave_unacknowledged(reasons: Mapping[int, str], *, follows: int | None = None, now: datetime) -> None:
    """Write into the history of these tickets why no automatic answer was sent; `follows` is the message that would
    have been answered, where it did not open its ticket."""
    if reasons:
        rows(
            LEAVE,
            {
                "tickets": list(reasons),
                "reasons": list(reasons.values()),
                "happening": str(Happening.NOT_ACKNOWLEDGED),
                "follows": follows,
                "now": now,
            },
        )


def _values(outgoing: Outgoing, outbox_id: int) -> dict[str, object]:
    return {
        "ticket": outgoing.ticket_id,
        "project": outgoing.project_id,
        "message_id": outgoing.message_id,
        "name": outgoing.sender_name,
        "address": outgoing.sender_address,
        "to": [list(one) for one in outgoing.to],
        "subject": outgoing.subject,
        "language": outgoing.language,
        "outbox": outbox_id,
        "text": outgoing.text,
    }


ACKNOWLEDGE = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(answers)s::json) AS one(ticket bigint, project bigint, message_id text, name text,
        address text, "to" jsonb, subject text, language text, outbox bigint, text text, follows bigint)
), ticket AS (
    UPDATE tickets_ticket SET event_count = event_count + 1 FROM given WHERE id = given.ticket
    RETURNING id, event_count, follows
), message AS (
    INSERT INTO tickets_message (ticket_id, project_id, direction, message_id, sender_name, sender_address, "to", cc,
        subject, language, kind, joined_by, flags, mailboxes, outbox_message_id, sent_at, created_at)
    SELECT ticket, project, %(direction)s::text, message_id, name, address, "to", '[]', subject, language, 'letter',
        '', '{}', '{}', outbox, %(now)s::timestamptz, %(now)s
    FROM given
    RETURNING id, ticket_id, outbox_message_id
), body AS (
    INSERT INTO tickets_body (message_id, text, new_text, html)
    SELECT message.id, given.text, given.text, '' FROM message JOIN given ON given.outbox = message.outbox_message_id
)
INSERT INTO tickets_event (ticket_id, number, kind, at, data)
SELECT ticket.id, ticket.event_count, %(happening)s::text, %(now)s::timestamptz,
    jsonb_strip_nulls(jsonb_build_object('message', message.id, 'outbox', message.outbox_message_id,
        'follows', ticket.follows))
FROM ticket JOIN message ON message.ticket_id = ticket.id
"""

LEAVE = """
WITH given AS (
    SELECT * FROM unnest(%(tickets)s::bigint[], %(reasons)s::text[]) AS one(ticket, reason)
), ticket AS (
    UPDATE tickets_ticket SET event_count = event_count + 1 FROM given WHERE id = given.ticket
    RETURNING id, event_count, reason
)
INSERT INTO tickets_event (ticket_id, number, kind, at, data)
SELECT id, event_count, %(happening)s::text, %(now)s::timestamptz,
    jsonb_strip_nulls(jsonb_build_object('reason', reason, 'follows', %(follows)s::bigint)) FROM ticket
"""
