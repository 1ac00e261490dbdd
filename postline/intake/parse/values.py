"""What reading a message gives: frozen values, every string fit for PostgreSQL (no NUL, no lone surrogate)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of an address header; `address` has its domain in lower case, "" when unreadable."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment or inline part. `place` is its way through the MIME tree ("1.2"), enough for `cut()`."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str
    place: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The letter that a message forwards: written into its text (`place` is ""), or the part at `place`.

    The sender's address is "" where only a name was told.
    """

    sender: Address
    date: datetime | None
    subject: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A message as we read it. Message-IDs stand without their angle brackets."""

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    html: str
    new_text: str
    attachments: tuple[Part, ...]
    language: str
    kind: str
    headers: tuple[tuple[str, str], ...]
    defects: tuple[str, ...]
    digest: bytes
    forwarded: Forwarded | None = None
