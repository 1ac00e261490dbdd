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
class Bounce:
    """One recipient that a message did not reach. `status` is an enhanced code (RFC 3463), `action` failed or delayed
    (RFC 3464 2.3.3); `is_permanent` says that the server has given up, whatever the class of the status."""

    recipient: str
    status: str
    action: str
    diagnostic: str
    original_message_id: str
    is_permanent: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """A complaint about one of our messages (RFC 5965). `offender` is whom it went to or what it is about;
    `original_place` names the part with the message complained of, "" when only words were sent."""

    type: str
    offender: str
    source_ip: str
    reporter: str
    arrival_date: datetime | None
    original_message_id: str
    original_subject: str
    original_place: str


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
    bounces: tuple[Bounce, ...] = ()
    feedback: Feedback | None = None
    forwarded: Forwarded | None = None
    protection: str = ""  # "smime-signed", "smime-encrypted", "pgp-signed", "pgp-encrypted"
