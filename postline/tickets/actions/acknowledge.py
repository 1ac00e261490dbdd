"""The automatic answer stands in the conversation, or the reason why there is none in the history."""

from __future__ import annotations

import json
from datetime import datetime

from postline.kit.sql import rows
from postline.outbox.put import Outgoing
from postline.tickets.history import Happening
from postline.tickets.models import Direction


def acknowledge(ticket_id: int, outgoing: Outgoing, *, outbox_id: int, now: datetime) -> None:
    """Write the automatic answer that was put into the outbox into its ticket. One statement: intake is quick."""
    rows(
        ACKNOWLEDGE,
        {
            "ticket": ticket_id,
            "project": outgoing.project_id,
            "direction": str(Direction.AUTOMATIC),
            "message_id": outgoing.message_id,
            "name": outgoing.sender_name,
            "address": outgoing.sender_address,
            "to": json.dumps([list(one) for one in outgoing.to]),
            "subject": outgoing.subject,
            "language": outgoing.language,
            "outbox": outbox_id,
            "text": outgoing.text,
            "happening": str(Happening.ACKNOWLEDGED),
            "now": now,
        },
    )


def leave_unacknowledged(ticket_id: int, *, reason: str, now: datetime) -> None:
    """Write into the history why no automatic answer was sent."""
    rows(
        LEAVE,
        {
            "ticket": ticket_id,
            "happening": str(Happening.NOT_ACKNOWLEDGED),
            "data": json.dumps({"reason": reason}),
            "now": now,
        },
    )


ACKNOWLEDGE = """
WITH ticket AS (
    UPDATE tickets_ticket SET event_count = event_count + 1 WHERE id = %(ticket)s RETURNING id, event_count
), message AS (
    INSERT INTO tickets_message (ticket_id, project_id, direction, message_id, sender_name, sender_address, "to", cc,
        subject, language, kind, joined_by, flags, mailboxes, outbox_message_id, sent_at, created_at)
    VALUES (%(ticket)s, %(project)s::bigint, %(direction)s, %(message_id)s, %(name)s, %(address)s, %(to)s::jsonb, '[]',
        %(subject)s, %(language)s, 'letter', '', '{}', '{}', %(outbox)s, %(now)s, %(now)s)
    RETURNING id
), body AS (
    INSERT INTO tickets_body (message_id, text, new_text, html)
    SELECT id, %(text)s::text, %(text)s::text, '' FROM message
)
INSERT INTO tickets_event (ticket_id, number, kind, at, data)
SELECT ticket.id, ticket.event_count, %(happening)s::text, %(now)s::timestamptz,
    jsonb_build_object('message', message.id, 'outbox', %(outbox)s::bigint)
FROM ticket, message
"""

LEAVE = """
WITH ticket AS (
    UPDATE tickets_ticket SET event_count = event_count + 1 WHERE id = %(ticket)s RETURNING id, event_count
)
INSERT INTO tickets_event (ticket_id, number, kind, at, data)
SELECT id, event_count, %(happening)s::text, %(now)s::timestamptz, %(data)s::jsonb FROM ticket
"""
