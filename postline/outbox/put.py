"""The only door into the outbox. Called inside the transaction of the change that the message tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postline.kit.sql import as_json, rows
from postline.kit.text import storable
from postline.outbox.models import Enclosure, Kind, State

CHANNEL = "postline_outbox"  # LISTEN: wakes a sender when the transaction commits
HELD_ALARM = "outbox-held"  # stands from a restore to the release; meanwhile automatic answers start on hold


@dataclass(frozen=True, slots=True)
class File:
    """A file to send along."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to be sent. `to` and `cc` hold (name, address); `bcc` only addresses, which appear in no header."""

    kind: Kind
    project_id: int | None
    ticket_id: int | None
    message_id: str
    envelope_from: str
    sender_name: str
    sender_address: str
    to: Sequence[tuple[str, str]]
    subject: str
    text: str
    html: str = ""
    cc: Sequence[tuple[str, str]] = ()
    bcc: Sequence[str] = ()
    reply_to: str = ""
    in_reply_to: str = ""
    references: Sequence[str] = ()
    language: str = ""
    files: Sequence[File] = field(default=())
    mailbox_id: int | None = None  # whose outgoing server takes it; None: the relay

    @property
    def recipients(self) -> list[str]:
        """The envelope recipients, each once."""
        addresses = [address for _, address in (*self.to, *self.cc)] + list(self.bcc)
        return list(dict.fromkeys(address for address in addresses if address))


class NobodyToSendTo(Exception):
    """A message without a recipient cannot be put into the outbox."""


def put(outgoing: Outgoing, *, now: datetime) -> int:
    """Keep a message for sending and return the id of its row. Raises NobodyToSendTo."""
    return put_many([outgoing], now=now)[0]


def put_many(outgoings: Sequence[Outgoing], *, now: datetime) -> list[int]:
    """Keep several in one statement, for intake puts hundreds a second. Returns their ids in the same order.

    Raises NobodyToSendTo.
    """
    if not outgoings:
        return []
    messages = as_json([_values(outgoing) for outgoing in outgoings])
    fixed = {"waiting": str(State.WAITING), "held": str(State.HELD), "automatic": str(Kind.AUTOMATIC)}
    stored = rows(INSERT, {"messages": messages, **fixed, "alarm": HELD_ALARM, "now": now, "channel": CHANNEL})
    ids = {message_id: int(key) for key, message_id in stored}
    keys = [ids[outgoing.message_id] for outgoing in outgoings]
    enclosures = [
        Enclosure(
            message_id=key,
            filename=one_line(file.filename),
            content_type=file.content_type,
            content=file.content,
        )
        for key, outgoing in zip(keys, outgoings, strict=True)
        for file in outgoing.files
    ]
    if enclosures:
        Enclosure.objects.bulk_create(enclosures)
    return keys


def _values(outgoing: Outgoing) -> dict[str, Any]:
    recipients = outgoing.recipients
    if not recipients:
        raise NobodyToSendTo(outgoing.subject)
    return {
        "project": outgoing.project_id,
        "mailbox": outgoing.mailbox_id,
        "ticket": outgoing.ticket_id,
        "kind": str(outgoing.kind),
        "message_id": outgoing.message_id,
        "envelope_from": outgoing.envelope_from,
        "sender_name": one_line(outgoing.sender_name),
        "sender_address": outgoing.sender_address,
        "reply_to": outgoing.reply_to,
        "to": [[one_line(name), address] for name, address in outgoing.to],
        "cc": [[one_line(name), address] for name, address in outgoing.cc],
        "subject": one_line(outgoing.subject),
        "in_reply_to": outgoing.in_reply_to,
        "references": list(outgoing.references),
        "language": outgoing.language,
        "text": storable(outgoing.text),
        "html": storable(outgoing.html),
        "recipients": recipients,
    }


def one_line(text: str) -> str:
    """A header's value holds no line ends or other control characters (S37): they become spaces."""
    if text.isprintable():
        return " ".join(text.split())
    return " ".join("".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text).split())


# What waited when the backup was made may have been answered since, by the installation that it is of. The alarm's row
# is locked so that a release waits for whoever has seen it standing, and leaves nothing behind on hold.
INSERT = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%(messages)s::json) AS one(project bigint, mailbox bigint, ticket bigint,
        kind text, message_id text, envelope_from text, sender_name text, sender_address text, reply_to text,
        "to" jsonb, cc jsonb,
        subject text, in_reply_to text, "references" text[], language text, text text, html text, recipients text[])
), hold AS MATERIALIZED (
    SELECT FROM projects_alarm
    WHERE code = %(alarm)s::text AND subject = '' AND (until IS NULL OR until > %(now)s::timestamptz)
    FOR SHARE
), message AS (
    INSERT INTO outbox_outboxmessage (project_id, mailbox_id, ticket_id, kind, state, message_id, envelope_from,
        sender_name, sender_address, reply_to, "to", cc, subject, in_reply_to, "references", language, text, html,
        created_at, next_attempt_at, attempts, claimed_by)
    SELECT project, mailbox, ticket, kind,
        CASE WHEN kind = %(automatic)s::text AND (SELECT EXISTS (SELECT FROM hold)) THEN %(held)s::text
            ELSE %(waiting)s::text END, message_id, envelope_from, sender_name, sender_address,
        reply_to, "to", cc, subject, in_reply_to, "references", language, text, html, %(now)s::timestamptz, %(now)s,
        0, ''
    FROM given
    RETURNING id, message_id
), recipients AS (
    INSERT INTO outbox_recipient (message_id, address, state, reply)
    SELECT message.id, address, %(waiting)s::text, ''
    FROM message JOIN given USING (message_id), unnest(given.recipients) AS address
), bell AS MATERIALIZED (
    SELECT pg_notify(%(channel)s::text, '')
)
SELECT id, message_id FROM message, bell
"""
