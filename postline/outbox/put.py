"""The only door into the outbox. Called inside the transaction of the change that the message tells of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postline.kit.sql import rows
from postline.outbox.models import Enclosure, Kind, State

CHANNEL = "postline_outbox"  # LISTEN: wakes a sender when the transaction commits


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
    """Keep a message for sending and return the id of its row. One statement: intake puts hundreds a second.

    Raises NobodyToSendTo.
    """
    recipients = outgoing.recipients
    if not recipients:
        raise NobodyToSendTo(outgoing.subject)
    stored = rows(
        INSERT,
        {
            "project": outgoing.project_id,
            "mailbox": outgoing.mailbox_id,
            "ticket": outgoing.ticket_id,
            "kind": str(outgoing.kind),
            "waiting": str(State.WAITING),
            "message_id": outgoing.message_id,
            "envelope_from": outgoing.envelope_from,
            "sender_name": one_line(outgoing.sender_name),
            "sender_address": outgoing.sender_address,
            "reply_to": outgoing.reply_to,
            "to": json.dumps([[one_line(name), address] for name, address in outgoing.to]),
            "cc": json.dumps([[one_line(name), address] for name, address in outgoing.cc]),
            "subject": one_line(outgoing.subject),
            "in_reply_to": outgoing.in_reply_to,
            "references": list(outgoing.references),
            "language": outgoing.language,
            "text": outgoing.text,
            "html": outgoing.html,
            "now": now,
            "recipients": recipients,
            "channel": CHANNEL,
        },
    )
    ((key, _notified),) = stored
    if outgoing.files:
        Enclosure.objects.bulk_create(
            Enclosure(
                message_id=key,
                filename=one_line(file.filename),
                content_type=file.content_type,
                content=file.content,
            )
            for file in outgoing.files
        )
    return int(key)


def one_line(text: str) -> str:
    """A header's value holds no line ends or other control characters (S37): they become spaces."""
    return " ".join("".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text).split())


INSERT = """
WITH message AS (
    INSERT INTO outbox_outboxmessage (project_id, mailbox_id, ticket_id, kind, state, message_id, envelope_from,
        sender_name, sender_address, reply_to, "to", cc, subject, in_reply_to, "references", language, text, html,
        created_at, next_attempt_at, attempts, claimed_by)
    VALUES (%(project)s, %(mailbox)s, %(ticket)s, %(kind)s, %(waiting)s, %(message_id)s, %(envelope_from)s,
        %(sender_name)s, %(sender_address)s, %(reply_to)s, %(to)s::jsonb, %(cc)s::jsonb, %(subject)s, %(in_reply_to)s,
        %(references)s::text[], %(language)s, %(text)s, %(html)s, %(now)s, %(now)s, 0, '')
    RETURNING id
), recipients AS (
    INSERT INTO outbox_recipient (message_id, address, state, reply)
    SELECT message.id, address, %(waiting)s::text, '' FROM message, unnest(%(recipients)s::text[]) AS address
)
SELECT id, pg_notify(%(channel)s, '') FROM message
"""
