"""Keep, then acknowledge: every door hands its bytes over here and answers its sender only when this returns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from django.db import connection, transaction

from postline.intake.models import Source, State
from postline.intake.signatures import PATIENCE_SECONDS, is_signed

CHANNEL = "postline_intake"  # LISTEN: wakes a worker when the transaction commits
SIGNED = "postline_signed"  # likewise whoever checks signatures
PATIENCE = timedelta(seconds=PATIENCE_SECONDS)  # how long a message waits for that


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Bytes and the envelope that they came in."""

    content: bytes
    source: Source
    envelope_from: str
    envelope_to: Sequence[str]
    peer: str = ""


def keep(delivery: Delivery, *, now: datetime) -> int:
    """Store one message durably and return the id of its raw row. The same bytes in the same envelope are one row."""
    return keep_many([delivery], now=now)[0]


@transaction.atomic(durable=True)
def keep_many(deliveries: Sequence[Delivery], *, now: datetime) -> list[int]:
    """Store several messages with one commit: all of them, or none. Returns the ids of their raw rows."""
    return store(deliveries, now=now)


def store(deliveries: Sequence[Delivery], *, now: datetime) -> list[int]:
    """Store them in the caller's transaction: for a door that acknowledges only after a commit of its own."""
    connection.ensure_connection()
    ids: list[int] = []
    signed = [is_signed(delivery.content) for delivery in deliveries]
    # binary parameters, which Django's own cursor does not send: half the time for large messages
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        for delivery, to_check in zip(deliveries, signed, strict=True):
            key = _key(delivery)
            row = (
                key,
                str(delivery.source),
                _storable(delivery.envelope_from),
                [_storable(address) for address in delivery.envelope_to],
                _storable(delivery.peer),
                delivery.content,
                len(delivery.content),
                hashlib.sha256(delivery.content).digest(),
                now,
                str(State.WAITING),
                now + PATIENCE if to_check else None,
            )
            kept = None
            while kept is None:  # once more where the old row was given up between the two
                kept = cursor.execute(KEEP, row).fetchone() or cursor.execute(KEPT_BEFORE, {"key": key}).fetchone()
            ids.append(kept[0])
        cursor.execute("SELECT pg_notify(%s, '')", (CHANNEL,))
        if any(signed):
            cursor.execute("SELECT pg_notify(%s, '')", (SIGNED,))
    return ids


def _key(delivery: Delivery) -> bytes:
    recipients = sorted(address.lower() for address in delivery.envelope_to)
    envelope = "\0".join([delivery.envelope_from, *recipients]).encode("utf-8", "surrogatepass")
    return hashlib.sha256(hashlib.sha256(envelope).digest() + delivery.content).digest()


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


KEEP = """
INSERT INTO intake_rawmessage (key, source, envelope_from, envelope_to, peer, content, size, sha256, received_at,
    state, deliveries, attempts, reason, error, check_until)
VALUES (%b, %s, %s, %s, %s, %b, %s, %b, %s, %s, 1, 0, '', '', %s::timestamptz)
ON CONFLICT (key) DO NOTHING
RETURNING id
"""

# Counts the delivery unless a worker has the row in hand: nobody who sends waits for the reading of a message.
KEPT_BEFORE = """
WITH free AS (
    SELECT id FROM intake_rawmessage WHERE key = %(key)b FOR UPDATE SKIP LOCKED
), counted AS (
    UPDATE intake_rawmessage AS raw SET deliveries = deliveries + 1 FROM free WHERE raw.id = free.id
)
SELECT id FROM intake_rawmessage WHERE key = %(key)b
"""
