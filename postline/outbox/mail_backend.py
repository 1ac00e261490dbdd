"""Django's own mail (sign-in links, invitations, resets) goes through the outbox like every other message."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from email.mime.base import MIMEBase
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils.html import strip_tags
from django.utils.translation import get_language

from postline.kit import clock
from postline.outbox.models import Kind
from postline.outbox.put import File, NobodyToSendTo, Outgoing, put


class OutboxBackend(BaseEmailBackend):
    """Named in settings as EMAIL_BACKEND. Puts the messages into the outbox, in the transaction of the caller."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages for sending; returns how many. Those without a recipient are left out."""
        kept = 0
        for message in email_messages:
            try:
                with transaction.atomic():  # a message and its files, also where the caller has no transaction
                    put(outgoing_of(message), now=clock.now())
            except NobodyToSendTo:
                continue
            except Exception:
                if not self.fail_silently:
                    raise
            else:
                kept += 1
        return kept


def outgoing_of(message: EmailMessage) -> Outgoing:
    """What the outbox keeps of one of Django's messages. It leaves with the null sender: nobody reads its bounces."""
    name, address = parseaddr(str(message.from_email))
    text, html = _bodies(message)
    return Outgoing(
        kind=Kind.ACCOUNT,
        project_id=None,
        ticket_id=None,
        message_id=f"{secrets.token_hex(16)}@{address.rpartition('@')[2] or 'localhost'}",
        envelope_from="",
        sender_name=name,
        sender_address=address,
        to=_people(message.to),
        cc=_people(message.cc),
        bcc=[address for _, address in _people(message.bcc)],
        reply_to=next((address for _, address in _people(message.reply_to)), ""),
        subject=str(message.subject),
        text=text,
        html=html,
        language=get_language() or "",
        files=[_file(attachment) for attachment in message.attachments],
    )


def _people(entries: Iterable[Any]) -> list[tuple[str, str]]:
    return [parseaddr(str(entry)) for entry in entries if entry]


def _bodies(message: EmailMessage) -> tuple[str, str]:
    body = str(message.body)
    if message.content_subtype == "html":
        return strip_tags(body), body
    alternatives = getattr(message, "alternatives", None) or []
    html = next((str(content) for content, mimetype in alternatives if mimetype == "text/html"), "")
    return body, html


def _file(attachment: Any) -> File:
    if isinstance(attachment, MIMEBase):
        payload = attachment.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        return File(attachment.get_filename() or "", attachment.get_content_type(), content)
    filename, content, content_type = attachment
    data = content.encode() if isinstance(content, str) else bytes(content)
    return File(filename or "", content_type or "application/octet-stream", data)
