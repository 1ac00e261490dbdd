"""Writes and checks the audit log: a chain in which every entry's hash covers the one before (SAFETY 4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from postline.projects.models import AuditEntry

LOCK = 0x706C_6175  # pg_advisory_xact_lock: one writer at a time, so that the chain has no forks
GENESIS = bytes(32)


@transaction.atomic
def record(*, actor: str, action: str, target: str = "", detail: dict[str, Any] | None = None, now: datetime) -> None:
    """Append an entry, in the transaction of the change it tells of.

    `action` is a code such as `person.created`; `detail` may hold `before` and `after`, ids and codes only.
    """
    with connection.cursor() as cursor:
        # What this transaction refers to is locked now and not at the commit: whoever holds the log waits for nobody.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = AuditEntry.objects.order_by("-number").first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=now,
        actor=actor,
        action=action,
        target=target,
        detail=detail or {},
        previous_hash=bytes(last.hash) if last else GENESIS,
    )
    entry.hash = _hash(entry)
    entry.save(force_insert=True)


def broken_entries() -> Iterator[str]:
    """A sentence for each entry that does not continue the chain: changed, removed or slipped in."""
    number, previous = 0, GENESIS
    for entry in AuditEntry.objects.order_by("number").iterator(chunk_size=1000):
        number += 1
        if entry.number != number:
            yield f"audit entry {number} is missing"
            number = entry.number
        if bytes(entry.previous_hash) != previous:
            yield f"audit entry {entry.number} does not follow the one before it"
        if bytes(entry.hash) != _hash(entry):
            yield f"audit entry {entry.number} was changed"
        previous = bytes(entry.hash)


def _hash(entry: AuditEntry) -> bytes:
    content = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.target,
        entry.detail,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(bytes(entry.previous_hash) + text.encode()).digest()
