"""Row → the bytes of the message. The same row gives the same bytes at every attempt: date, Message-ID and boundaries
are taken from it, so that a second delivery is recognised as the same message (F10)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from postline.outbox import headers
from postline.outbox.addresses import BadAddress, parse
from postline.outbox.models import Enclosure, Kind, OutboxMessage
from postline.outbox.put import one_line

LOOP_HEADER = "X-Postline-Loop"  # on everything that no human wrote: no desk of this kind answers it by itself
LOOP_VALUE = "automatic"  # the same in every installation, so that two of them stop one another as well

# 7-bit bodies reach everybody; no relay has to recode them, so signatures added on the way stay whole
POLICY = policy.SMTP.clone(cte_type="7bit")

# RFC 3834, 2 and 5: an answer to a message is `auto-replied`, what was not caused by one is `auto-generated`. No
# `Precedence`: 3.1.8 does not recommend it, and some filters take `bulk` for advertising.
_AUTO_SUBMITTED = {Kind.AUTOMATIC: "auto-replied", Kind.ACCOUNT: "auto-generated"}
_CONTENT_TYPE = re.compile(r"(?!multipart/|message/)[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*")
_LONGEST_FILENAME = 200


class CannotCompose(Exception):
    """The row holds nothing that could be sent; says what is wrong with it."""


def compose(message: OutboxMessage, enclosures: Iterable[Enclosure] = (), *, utf8: bool = False) -> bytes:
    """The message as it goes to the relay, lines ended by CR LF and at most 998 bytes long (RFC 5322, 2.1.1).

    With `utf8`, headers may hold addresses outside ASCII (RFC 6532): only for a relay that offers SMTPUTF8.
    Bcc recipients stand in no header. Raises CannotCompose.
    """
    head = "\r\n".join(line for line in _head(message, utf8=utf8) if line)
    return head.encode() + b"\r\n" + _body(message, enclosures).as_bytes()


def needs_utf8(message: OutboxMessage) -> bool:
    """Whether some address in the headers can only be carried by SMTPUTF8."""
    addresses = [message.sender_address, message.reply_to, *(pair[1] for pair in (*message.to, *message.cc))]
    return any(not address.rpartition("@")[0].isascii() for address in addresses)


def _head(message: OutboxMessage, *, utf8: bool) -> Iterator[str]:
    _require_sender(message, utf8=utf8)
    message_id = headers.message_ids("Message-ID", [message.message_id])
    if not message_id:
        raise CannotCompose("the Message-ID cannot be used")
    yield headers.mailboxes("From", [(message.sender_name, message.sender_address)], utf8=utf8)
    yield headers.mailboxes("To", message.to, utf8=utf8) or "To: undisclosed-recipients:;"
    yield headers.mailboxes("Cc", message.cc, utf8=utf8)
    yield headers.mailboxes("Reply-To", [("", message.reply_to)], utf8=utf8)
    yield headers.words("Subject", message.subject, utf8=utf8)
    yield f"Date: {format_datetime(message.created_at.astimezone(UTC))}"
    yield message_id
    yield headers.message_ids("In-Reply-To", [message.in_reply_to])
    yield headers.message_ids("References", message.references)
    yield f"Content-Language: {message.language}" if _LANGUAGE.fullmatch(message.language) else ""
    if automatic := _AUTO_SUBMITTED.get(Kind(message.kind)):
        yield f"Auto-Submitted: {automatic}"
        yield "X-Auto-Response-Suppress: All"
        yield f"{LOOP_HEADER}: {LOOP_VALUE}"


def _require_sender(message: OutboxMessage, *, utf8: bool) -> None:
    try:
        sender = parse(message.sender_address)
    except BadAddress as error:
        raise CannotCompose(f"the sender {one_line(message.sender_address)!r} is no e-mail address") from error
    if sender.needs_utf8 and not utf8:
        raise CannotCompose(f"the relay does not offer SMTPUTF8, which the sender {sender} needs")


def _body(message: OutboxMessage, enclosures: Iterable[Enclosure]) -> EmailMessage:
    body = EmailMessage(policy=POLICY)
    body.set_content(message.text)
    if message.html:
        body.add_alternative(message.html, subtype="html")
    for enclosure in enclosures:
        _enclose(body, enclosure)
    for level, part in enumerate(part for part in body.walk() if part.is_multipart()):
        digest = hashlib.sha256(f"{level} {message.message_id}".encode()).hexdigest()
        part.set_boundary(f"={digest[:32]}")  # `=` followed by a letter never stands in quoted-printable or base64
    return body


def _enclose(body: EmailMessage, enclosure: Enclosure) -> None:
    # a message or multipart must not be base64 (RFC 2046, 5.2.1), and its bytes shall arrive as they are
    known = _CONTENT_TYPE.fullmatch(enclosure.content_type)
    maintype, _, subtype = (enclosure.content_type if known else "application/octet-stream").lower().partition("/")
    body.add_attachment(
        bytes(enclosure.content), maintype=maintype, subtype=subtype, filename=_filename(enclosure.filename)
    )


def _filename(name: str) -> str:
    """The name without folders; a long one loses its middle, not its ending."""
    name = one_line(name).replace("/", "_").replace("\\", "_") or "file"
    keep = _LONGEST_FILENAME // 2
    return name if len(name) <= _LONGEST_FILENAME else f"{name[:keep]}…{name[1 - keep :]}"
