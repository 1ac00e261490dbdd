"""Messages as the mail programs of requesters write them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr

from postline.outbox.models import OutboxMessage

_WROTE = {
    "en": "On {date}, {who} wrote:",
    "ru": "{date} пользователь {who} написал:",
    "nl": "Op {date} schreef {who}:",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message and the envelope that it comes in."""

    sender: str
    recipient: str
    content: bytes


def write(
    *,
    sender: tuple[str, str],
    recipient: str,
    subject: str,
    text: str,
    date: datetime,
    in_reply_to: str = "",
    references: Sequence[str] = (),
) -> Letter:
    """A plain message from `sender` (name, address)."""
    message = MIMEText(text.strip() + "\n", "plain", "utf-8")
    message["From"] = formataddr(sender)
    message["To"] = recipient
    message["Subject"] = Header(subject).encode()
    message["Date"] = format_datetime(date)
    message["Message-ID"] = f"<{secrets.token_hex(12)}@{sender[1].rpartition('@')[2]}>"
    if in_reply_to:
        message["In-Reply-To"] = f"<{in_reply_to}>"
    if references:
        message["References"] = " ".join(f"<{one}>" for one in references)
    content = message.as_bytes().replace(b"\n", b"\r\n")
    return Letter(sender=sender[1], recipient=recipient, content=content)


def reply_to(answer: OutboxMessage, *, text: str, date: datetime) -> Letter:
    """What its recipient writes back: to the address it asks for, with what was written quoted below."""
    name, address = answer.to[0]
    who = f"{answer.sender_name} <{answer.sender_address}>" if answer.sender_name else answer.sender_address
    wrote = _WROTE.get(answer.language, _WROTE["en"]).format(date=answer.created_at.strftime("%d.%m.%Y %H:%M"), who=who)
    quoted = "\n".join(f"> {line}".rstrip() for line in answer.text.strip().splitlines())
    subject = answer.subject if answer.subject.lower().startswith("re:") else f"Re: {answer.subject}"
    return write(
        sender=(name, address),
        recipient=answer.reply_to or answer.sender_address,
        subject=subject,
        text=f"{text.strip()}\n\n{wrote}\n{quoted}",
        date=date,
        in_reply_to=answer.message_id,
        references=[*answer.references, answer.message_id],
    )
