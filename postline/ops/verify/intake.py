"""I1, I2, I3, I13: what was accepted is stored, unchanged, and became what it had to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice

from postline.intake.bounce import is_about_staff_mail
from postline.intake.models import RawMessage
from postline.intake.parse import ParsedMessage, cut
from postline.intake.probe import is_probe
from postline.intake.reader import Reader, Unreadable
from postline.ops.verify.invariant import Violation, rows, violations
from postline.tickets.models import Message

BATCH = 20


def stored_unchanged(now: datetime) -> Iterator[Violation]:
    """I1: the bytes of every raw message have the digest and the size that they had when they were accepted."""
    yield from violations("""
        SELECT 'raw message ' || id, 'its bytes are not those that were accepted' FROM intake_rawmessage
        WHERE state <> 'deleted' AND (sha256(content) <> sha256 OR length(content) <> size)
    """)


def message_or_quarantine(now: datetime) -> Iterator[Violation]:
    """I2: no raw message is in neither or both."""
    yield from violations("""
        SELECT 'raw message ' || raw.id, 'is in quarantine without a reason' FROM intake_rawmessage AS raw
        WHERE raw.state = 'quarantined' AND raw.reason = ''
        UNION ALL
        SELECT 'message ' || message.id, CASE
            WHEN raw.id IS NULL THEN 'its raw message ' || message.raw_id || ' is missing'
            ELSE 'its raw message ' || raw.id || ' is not handled but ' || raw.state
        END
        FROM tickets_message AS message LEFT JOIN intake_rawmessage AS raw ON raw.id = message.raw_id
        WHERE message.raw_id IS NOT NULL AND (raw.id IS NULL OR raw.state <> 'handled')
    """)
    yield from _lost()


def _lost() -> Iterator[Violation]:
    """Handled, but no message came of it. A second delivery is right: then its content is there by another raw row.
    Of the message of a connection test nothing comes, nor of a bounce that tells of the address of one of the staff."""
    without = (
        key
        for (key,) in rows("""
            SELECT raw.id FROM intake_rawmessage AS raw LEFT JOIN tickets_message AS message ON message.raw_id = raw.id
            WHERE raw.state = 'handled' AND message.id IS NULL
        """)
    )
    with Reader() as reader:
        while keys := list(islice(without, BATCH)):
            raws = list(RawMessage.objects.filter(pk__in=keys).only("content").order_by("id"))
            for raw, message in zip(raws, reader.read_many([bytes(raw.content) for raw in raws]), strict=True):
                if isinstance(message, Unreadable) or not _is_accounted_for(message):
                    yield Violation(f"raw message {raw.pk}", "was handled, but no message came of it")


def _is_accounted_for(message: ParsedMessage) -> bool:
    if is_probe(message) or Message.objects.filter(digest=message.digest).exists():
        return True
    return message.kind == "bounce" and is_about_staff_mail(message)


def once_per_project(now: datetime) -> Iterator[Violation]:
    """I3: no content is twice in a project."""
    yield from violations("""
        SELECT 'messages ' || string_agg(id::text, ', ' ORDER BY id), 'are the same message in one project'
        FROM tickets_message WHERE digest IS NOT NULL GROUP BY project_id, digest HAVING count(*) > 1
    """)


def attachments_whole(now: datetime) -> Iterator[Violation]:
    """I13: what is cut out of a raw message, or was sent along, has the digest that was stored; none lacks its file."""
    yield from violations("""
        SELECT 'attachment ' || file.id, CASE
            WHEN file.enclosure_id IS NOT NULL THEN 'is not the file that was sent'
            ELSE 'has no file'
        END
        FROM tickets_attachment AS file LEFT JOIN outbox_enclosure AS enclosure ON enclosure.id = file.enclosure_id
        WHERE (file.place = '' AND file.enclosure_id IS NULL)
            OR (file.enclosure_id IS NOT NULL
                AND (enclosure.id IS NULL OR encode(sha256(enclosure.content), 'hex') <> file.sha256))
    """)
    received = rows("""
        SELECT message.raw_id, file.id, file.place, file.sha256
        FROM tickets_attachment AS file JOIN tickets_message AS message ON message.id = file.message_id
        WHERE file.place <> '' ORDER BY message.raw_id
    """)
    for raw_id, files in groupby(received, key=lambda row: row[0]):
        content = RawMessage.objects.filter(pk=raw_id).values_list("content", flat=True).first()
        for _, key, place, digest in files:
            if content is None or _digest(bytes(content), place) != digest:
                yield Violation(f"attachment {key}", f"cannot be cut out of raw message {raw_id} as it was")


def _digest(raw: bytes, place: str) -> str:
    try:
        return hashlib.sha256(cut(raw, place)).hexdigest()
    except KeyError:
        return ""
