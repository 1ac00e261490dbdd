"""Feedback reports: somebody complained about one of our messages (RFC 5965, and Microsoft's form without fields)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from postline.intake.parse.bounces.addresses import addresses_in
from postline.intake.parse.headers import Headers, split
from postline.intake.parse.message_ids import first_id
from postline.intake.parse.node import Node
from postline.intake.parse.values import Address, Feedback
from postline.kit.text import one_line

MOST_BYTES = 65_536
REPORT = "message/feedback-report"
_ENCLOSED = ("message/rfc822", "text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers")
FEEDBACK_PARTS = (REPORT, *_ENCLOSED)
_COMPLAINT_SUBJECT = re.compile(r"complaint about message from ([0-9a-fA-F.:]{7,45})", re.IGNORECASE)


def feedback(root: Node, sender: Address, subject: str, *, declared: bool) -> Feedback | None:
    """The complaint that a message is; None when it is none. `declared`: the message calls itself one."""
    leaves = list(root.leaves())
    report = next((leaf for leaf in leaves if leaf.content_type == REPORT), None)
    complaint = _COMPLAINT_SUBJECT.match(subject)
    original = next((leaf for leaf in leaves if leaf.content_type in _ENCLOSED), None)
    if report is None and not declared and not (complaint and original):
        return None
    fields = split(report.content[:MOST_BYTES].lstrip())[0] if report else Headers([])
    inside = split(original.content[:MOST_BYTES].lstrip())[0] if original else Headers([])
    return Feedback(
        type=fields.text("feedback-type").lower()[:50] or ("abuse" if complaint or not report else "other"),
        offender=_offender(fields, inside),
        source_ip=_source(fields) or (complaint[1] if complaint else ""),
        reporter=(one_line(fields.text("user-agent")) if not sender.address else sender.address)[:320],
        arrival_date=date(fields.text("arrival-date") or fields.text("received-date")),
        original_message_id=first_id(inside.raw("message-id")) or first_id(fields.raw("original-message-id")),
        original_subject=inside.text("subject")[:2_000],
        original_place=original.place if original and original.content_type == "message/rfc822" else "",
    )


def _offender(fields: Headers, inside: Headers) -> str:
    """Who complained, if the report says so (that address must get nothing more); else whose message it was, or what
    the message advertised."""
    for name in ("original-rcpt-to", "removal-recipient", "original-mail-from"):
        for value in fields.all_raw(name):
            words = value.decode("utf-8", "replace")
            found = addresses_in(words[:1_000])
            if found:
                return found[0][0]
    for name in ("reported-uri", "reported-domain"):
        if name in fields:
            return fields.text(name)[:500]
    for name in ("x-hmxmroriginalrecipient", "x-original-to", "to", "from"):
        found = addresses_in(inside.text(name)[:1_000])
        if found:
            return found[0][0]
    return ""


def _source(fields: Headers) -> str:
    """RFC 5965 3.2; some put a port, brackets or a name around the address."""
    value = fields.text("source-ip").strip("[] ")
    value = value.split()[0] if value else ""
    return value.removeprefix("IPv6:")[:45]


def date(value: str) -> datetime | None:
    """A moment as mail or ISO 8601 writes it, in UTC; None when it cannot be read."""
    try:
        found = datetime.fromisoformat(value[:40]) if value[10:11] == "T" else parsedate_to_datetime(value[:200])
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, ArithmeticError):
        return None
    return found if 1970 <= found.year <= 2100 else None
