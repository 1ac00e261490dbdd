"""Who has which message in hand. A claim ends by itself, so that a sender that died keeps nobody's message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from postline.outbox.models import Enclosure, OutboxMessage, State

CLAIM = timedelta(seconds=60)  # renewed while the relay is slow; after a sender's death others wait this long


@dataclass(frozen=True, slots=True)
class Claim:
    """One message in the hands of one sender, and the attempt that was written before the network is touched."""

    key: int  # the id of the row
    attempt_id: int
    sender: str
    attempts: int  # with this one
    message_id: str
    created_at: datetime
    recipients: Sequence[str]  # who have not got it yet and for whom there is hope
    has_enclosures: bool


def claim(*, sender: str, now: datetime, mailbox_id: int | None = None) -> Claim | None:
    """Take the message that is due longest and open an attempt: one statement, one commit. None: nothing is due.

    With `mailbox_id`: of those that leave by this mailbox's own server, else of those that leave by the relay.
    One at a time, so that what waits behind a slow answer of the relay is still free for other senders.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_BY_RELAY if mailbox_id is None else TAKE_OF_MAILBOX,
            {"sender": sender, "now": now, "until": now + CLAIM, "mailbox": mailbox_id},
        )
        row = cursor.fetchone()
    return Claim(row[0], row[1], sender, *row[2:]) if row else None


def renew(held: Mapping[str, int], *, now: datetime) -> None:
    """Keep the claims of senders that are at work: sender → message. A claim that another took over stays lost."""
    if held:
        pairs = OutboxMessage.objects.filter(state=State.SENDING, claimed_by__in=list(held), pk__in=list(held.values()))
        pairs.update(claimed_until=now + CLAIM)


def message_in_hand(claim: Claim) -> tuple[OutboxMessage, list[Enclosure]]:
    """The message of a claim with its files."""
    files = Enclosure.objects.filter(message=claim.key).order_by("id") if claim.has_enclosures else []
    return OutboxMessage.objects.get(pk=claim.key), list(files)


def next_due(*, mailbox_id: int | None = None) -> datetime | None:
    """When the next message must be tried on this way, or the next claim ends."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_BY_RELAY if mailbox_id is None else NEXT_OF_MAILBOX, {"mailbox": mailbox_id})
        (moment,) = cursor.fetchone()
    return moment if isinstance(moment, datetime) else None


def own_ways(*, now: datetime) -> dict[int, tuple[int, bool]]:
    """The mailboxes with an outgoing server of their own → the version of their settings, whether anything is due."""
    with connection.cursor() as cursor:
        cursor.execute(OWN_WAYS, {"now": now})
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


# what leaves by the relay: no mailbox, or one without an outgoing server
_BY_RELAY = """(mailbox_id IS NULL OR NOT EXISTS (
    SELECT FROM projects_mailbox AS own WHERE own.id = mailbox_id AND own.outgoing_host <> ''))"""
_OF_MAILBOX = "mailbox_id = %(mailbox)s"

# The states stand in the text so that the partial index `outbox_due` is used with prepared statements as well.
_TAKE = """
WITH due AS (
    SELECT id FROM outbox_outboxmessage
    WHERE state IN ('waiting', 'sending') AND next_attempt_at <= %(now)s
        AND (state = 'waiting' OR claimed_until < %(now)s)
        AND {way}
    ORDER BY next_attempt_at, id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE outbox_outboxmessage AS message
    SET state = 'sending', claimed_by = %(sender)s, claimed_until = %(until)s, attempts = attempts + 1
    FROM due WHERE message.id = due.id
    RETURNING message.id, message.attempts, message.message_id, message.created_at
), attempt AS (
    INSERT INTO outbox_attempt (message_id, started_at, outcome, reply)
    SELECT id, %(now)s, '', '' FROM taken
    RETURNING id, message_id
)
SELECT taken.id, attempt.id, taken.attempts, taken.message_id, taken.created_at,
    ARRAY(SELECT address FROM outbox_recipient WHERE message_id = taken.id AND state = 'waiting' ORDER BY id),
    EXISTS (SELECT FROM outbox_enclosure WHERE message_id = taken.id)
FROM taken JOIN attempt ON attempt.message_id = taken.id
"""

_NEXT = """
SELECT least(
    (SELECT min(next_attempt_at) FROM outbox_outboxmessage WHERE state = 'waiting' AND {way}),
    (SELECT min(claimed_until) FROM outbox_outboxmessage WHERE state = 'sending' AND {way})
)
"""

TAKE_BY_RELAY, TAKE_OF_MAILBOX = _TAKE.format(way=_BY_RELAY), _TAKE.format(way=_OF_MAILBOX)
NEXT_BY_RELAY, NEXT_OF_MAILBOX = _NEXT.format(way=_BY_RELAY), _NEXT.format(way=_OF_MAILBOX)

OWN_WAYS = """
SELECT mailbox.id, mailbox.version, EXISTS (
    SELECT FROM outbox_outboxmessage
    WHERE state IN ('waiting', 'sending') AND next_attempt_at <= %(now)s AND mailbox_id = mailbox.id
        AND (state = 'waiting' OR claimed_until < %(now)s))
FROM projects_mailbox AS mailbox WHERE mailbox.outgoing_host <> ''
"""
