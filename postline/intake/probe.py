"""The message that a connection test sends to the mailbox itself. It is signed, so that nobody else's disappears."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.utils.translation import gettext as _

from postline.intake.parse import ParsedMessage
from postline.kit.signing import LENGTH, is_signed, sign
from postline.projects.reply_key import reply_key

PURPOSE = "connection-test"
_TOKEN = re.compile(rf"test-([0-9a-f]{{16}})-([a-z2-7]{{{LENGTH}}})")


def new_token() -> str:
    """Names one test: in the address behind the `+` and in the Message-ID."""
    value = secrets.token_hex(8)
    return f"test-{value}-{sign(key=reply_key(), purpose=PURPOSE, value=value)}"


def address_with(token: str, *, mailbox: str) -> str:
    """`support+TOKEN@mail.example`."""
    local, _at, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def compose(token: str, *, mailbox: str, to: str, now: datetime) -> bytes:
    """The message, marked as one that no robot shall answer."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = mailbox, to
    message["Subject"] = _("Postline tries this mailbox")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{token}@{mailbox.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_("Postline has sent this message to itself. It can be deleted."))
    return message.as_bytes()


def is_probe(message: ParsedMessage) -> bool:
    """Whether this is such a message of ours."""
    match = _TOKEN.match(message.message_id.lower())
    return match is not None and is_signed(key=reply_key(), purpose=PURPOSE, value=match[1], signature=match[2])
