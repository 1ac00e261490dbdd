"""What a message must carry to find its ticket again: a signed reply address or a signed Message-ID.

A reference is a capability (SAFETY 1.2.3): only what carries our signature names a ticket for anybody who sends it.
"""

from __future__ import annotations

import re
import secrets

from postline.kit.signing import LENGTH, is_signed, sign
from postline.projects.reply_key import reply_key
from postline.tickets import numbers

_TOKEN = rf"(\d{{9}})-([a-z2-7]{{{LENGTH}}})"
_REPLY_ADDRESS = re.compile(rf"[^@\s+]+\+{_TOKEN}@\S+", re.IGNORECASE)
_MARKER = re.compile(rf"\+{_TOKEN}@", re.IGNORECASE)
_MESSAGE_ID = re.compile(rf"((\d{{9}})\.[a-z0-9_-]+)\.([a-z2-7]{{{LENGTH}}})@\S+", re.IGNORECASE)


def reply_address(*, mailbox: str, number: int) -> str:
    """The mailbox's address with the ticket's signed token: `support+NUMBER-SIGNATURE@mail.example`."""
    local, _, domain = mailbox.rpartition("@")
    signature = sign(key=reply_key(), purpose="reply", value=str(number))
    return f"{local}+{number}-{signature}@{domain}"


def new_message_id(*, number: int, domain: str) -> str:
    """A signed Message-ID (without <>) for a message of this ticket."""
    value = f"{number}.{secrets.token_hex(8)}"
    return f"{value}.{sign(key=reply_key(), purpose='message-id', value=value)}@{domain}"


def number_in_reply_address(address: str) -> int | None:
    """The ticket that a signed reply address names; None when it is not ours or its signature is wrong."""
    match = _REPLY_ADDRESS.fullmatch(address)
    return _proved_token(match[1], match[2]) if match else None


def number_in_message_id(message_id: str) -> int | None:
    """The ticket that a signed Message-ID names; None when it is not ours or its signature is wrong."""
    match = _MESSAGE_ID.fullmatch(message_id)
    if match and is_signed(key=reply_key(), purpose="message-id", value=match[1].lower(), signature=match[3]):
        return _checked(match[2])
    return None


def is_forged(reference: str) -> bool:
    """Whether an address or a Message-ID has the form of ours and a signature that we have not made (S16)."""
    if _REPLY_ADDRESS.fullmatch(reference):
        return number_in_reply_address(reference) is None
    return bool(_MESSAGE_ID.fullmatch(reference)) and number_in_message_id(reference) is None


def message_ids_in_text(text: str) -> list[str]:
    """What looks like Message-IDs of ours in a text, such as the header that a bounce quotes; none is proved yet."""
    return [match[0].rstrip(">,;)\"'") for match in _MESSAGE_ID.finditer(text)]


def number_in_text(text: str) -> int | None:
    """The first ticket whose signed reply address stands in a text, such as the quoted original."""
    proved = (_proved_token(digits, signature) for digits, signature in _MARKER.findall(text))
    return next((number for number in proved if number is not None), None)


def _proved_token(digits: str, signature: str) -> int | None:
    if is_signed(key=reply_key(), purpose="reply", value=digits, signature=signature):
        return _checked(digits)
    return None


def _checked(digits: str) -> int | None:
    return int(digits) if numbers.is_number(digits) else None
