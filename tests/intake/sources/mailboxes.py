"""Mailboxes at a server of the tests, and reading them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from postline.intake.fetcher import Fetching
from postline.intake.models import MailboxHealth, RawMessage
from postline.kit.network import Network
from postline.projects.mail_server import closed
from postline.projects.models import Encryption, Mailbox, Reading
from tests.peers.dovecot import PASSWORD
from tests.scenes import Department

LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1"))
ADDRESS = "support@mail.example"
MOST = 1 << 20


def message(number: int, *, size: int = 0) -> bytes:
    """Anna's letter of this number, at least so many bytes long."""
    head = (
        f"From: Anna <anna@user.example>\r\nTo: {ADDRESS}\r\nSubject: Letter {number}\r\n"
        f"Message-ID: <{number}@user.example>\r\n\r\n"
    )
    body = f"This is letter {number}.\r\n"
    return (head + body + ("x" * 70 + "\r\n") * (max(0, size - len(head + body)) // 72)).encode()


def read_by(d: Department, reading: Reading, *, port: int, **other: Any) -> Mailbox:
    """support@mail.example as it is read on the loopback."""
    values: dict[str, Any] = {
        "reading": reading,
        "incoming_host": "127.0.0.1",
        "incoming_port": port,
        "incoming_encryption": Encryption.NONE,
        "incoming_login": ADDRESS,
        "incoming_password": closed(PASSWORD),
        "plus_addressing": False,
        **other,
    }
    Mailbox.objects.filter(address=ADDRESS).update(**values)
    mailbox = Mailbox.objects.get(address=ADDRESS)
    d.mailboxes[ADDRESS] = mailbox
    return mailbox


@contextmanager
def fetching(mailbox: Mailbox, *, max_message: int = MOST) -> Iterator[Fetching]:
    """The mailbox is read in the background."""
    thread = Fetching(mailbox, max_message=max_message, allow=LOOPBACK)
    thread.start()
    try:
        yield thread
    finally:
        thread.end()
        thread.join(20)
        assert not thread.is_alive()


def stored() -> list[str]:
    """The subjects of the raw messages, sorted; a message that is there twice shows twice."""
    contents = RawMessage.objects.order_by("id").values_list("content", flat=True)
    return sorted(bytes(one).split(b"Subject: ")[1].split(b"\r\n")[0].decode() for one in contents)


def health(mailbox: Mailbox) -> MailboxHealth:
    """How it goes with it; an empty row while nothing is known."""
    return MailboxHealth.objects.filter(mailbox=mailbox).first() or MailboxHealth(mailbox=mailbox)


def trouble(mailbox: Mailbox) -> str:
    """What is wrong now, as a code."""
    return str(health(mailbox).trouble)


def well(mailbox: Mailbox) -> bool:
    """Whether it was read to its end and nothing is wrong."""
    now = health(mailbox)
    return now.contact_at is not None and not now.trouble
