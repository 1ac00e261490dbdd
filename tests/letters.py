"""Letters as mail programs write them, for tests that need many or answer what Postline sent."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def write(
    *,
    sender: str = "Anna Visser <anna@user.example>",
    to: str = "support@mail.example",
    cc: str = "",
    subject: str = "I cannot sign in",
    text: str = "Hello,\n\nsince this morning my password is refused.\n\nAnna",
    message_id: str = "<first@user.example>",
    in_reply_to: str = "",
    references: str = "",
    date: datetime | None = NOW,
    headers: dict[str, str] | None = None,
) -> bytes:
    """A plain letter."""
    message = EmailMessage(policy=policy.SMTP)
    values = {
        "From": sender,
        "To": to,
        "Cc": cc,
        "Subject": subject,
        "Message-ID": message_id,
        "In-Reply-To": in_reply_to,
        "References": references,
        "Date": format_datetime(date) if date else "",
        **(headers or {}),
    }
    for name, value in values.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()


def delivery_report(
    message_id: str,
    *,
    recipient: str = "anna@user.example",
    status: str = "5.1.1",
    action: str = "failed",
    diagnostic: str = "smtp; 550 5.1.1 no such user",
    sender: str = "Mail Delivery System <MAILER-DAEMON@mx.user.example>",
    to: str = "support@mail.example",
    own_id: str = "<report@mx.user.example>",
) -> bytes:
    """What a mail server sends back (RFC 3464) when it could not deliver the message of this Message-ID."""
    lines = [
        f"From: {sender}",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: {own_id}",
        "Date: Wed, 4 Mar 2026 12:00:30 +0000",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
        "",
        "--b1",
        "Content-Type: text/plain",
        "",
        "Your message could not be delivered to everybody.",
        "--b1",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.user.example",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}",
        "",
        "--b1",
        "Content-Type: text/rfc822-headers",
        "",
        "From: support@mail.example",
        f"To: {recipient}",
        f"Message-ID: <{message_id}>",
        "",
        "--b1--",
        "",
    ]
    return "\r\n".join(lines).encode()


def reply_to(raw: bytes, *, sender: str, text: str, message_id: str = "<reply@user.example>") -> tuple[str, bytes]:
    """What a mail program makes of «Reply» on a message: whom it goes to, and its bytes."""
    original = message_from_bytes(raw, policy=policy.default)
    body = original.get_body(preferencelist=("plain",))
    assert body is not None
    address = str(original["Reply-To"] or original["From"])
    quoted = "\n".join(f"> {line}" for line in str(body.get_content()).splitlines())
    chain = " ".join(part for part in (str(original["References"] or ""), str(original["Message-ID"])) if part)
    return address, write(
        sender=sender,
        to=address,
        subject=f"Re: {original['Subject']}",
        text=f"{text}\n\nOn Wed, 4 Mar 2026, support wrote:\n{quoted}\n",
        message_id=message_id,
        in_reply_to=str(original["Message-ID"]),
        references=chain,
    )
