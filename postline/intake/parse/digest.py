"""What makes two deliveries the same message: its content, not the way it came."""

from __future__ import annotations

import hashlib
import re

from postline.intake.parse.headers import Headers

# Fields that relays, mailing lists and mailboxes add or change on the way.
_TRACE = re.compile(
    r"(received|return-path|delivered-to|envelope-to|x-original-to|x-envelope-.*|authentication-results|"
    r"received-spf|dkim-.*|domainkey-.*|arc-.*|list-.*|errors-to|sender|precedence|x-mailman-.*|x-beenthere|"
    r"x-spam.*|x-virus.*|x-received|x-google-.*|x-gm-.*|x-yandex-.*|x-mras|x-mailru-.*|x-ms-exchange-.*|x-forwarded-.*|"
    r"x-uid.*|x-keywords|x-status|status|content-length|lines)\Z"
)
_TRAILER_RULE = b"\n" + b"_" * 40  # how mailing lists set off what they add
_TAIL = 1_000  # bytes at the end in which a list's trailer is looked for


def digest(headers: Headers, body: bytes) -> bytes:
    """SHA-256 over Message-ID, From, Date and body; over all but the trace headers when one of these is missing.

    Line ends, blank lines at the end and a mailing list's trailer do not count.
    """
    message_id, date = headers.raw("message-id"), headers.raw("date")
    if message_id and date:
        fields = [(b"message-id", message_id), (b"from", headers.raw("from")), (b"date", date)]
    else:
        fields = [
            (name.lower().encode(), b" ".join(value.split()))
            for name, value in headers.fields
            if not _TRACE.match(name.lower())
        ]
    head = b"".join([b"%b:%b\n" % one for one in fields])
    return hashlib.sha256(b"%b\n%b" % (head, _core(body))).digest()


def _core(body: bytes) -> bytes:
    body = (body.replace(b"\r", b"") if b"\r" in body else body).rstrip(b"\n \t") + b"\n"
    rule = body.rfind(_TRAILER_RULE, max(0, len(body) - _TAIL))
    if rule > 0 and b"mailing list" in body[rule:].lower():
        body = body[:rule].rstrip(b"\n \t") + b"\n"
    return body
