"""Receiving by LMTP: behind the message every recipient has a reply of its own, whatever the reply is."""

from __future__ import annotations

import dataclasses
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from postline.configuration import Address
from postline.intake.models import RawMessage, Source
from postline.intake.sources import lmtp, smtp
from postline.projects.models import Mailbox
from tests.intake.sources.mailboxes import message
from tests.peers.dovecot import free_port
from tests.scenes import Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT, ABUSE = "support@mail.example", "abuse@mail.example"


@pytest.fixture
def d(db: None) -> Department:
    return department()


@contextmanager
def receiving(address: Address, *, max_message: int = 10_000) -> Iterator[Address]:
    """The receiver runs in the background."""
    stop = threading.Event()
    configuration = dataclasses.replace(settings.CONFIGURATION, lmtp=address, max_message=max_message)
    thread = threading.Thread(target=lmtp.run, args=(configuration, stop))
    thread.start()
    try:
        until(lambda: _answers(address))
        yield address
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def port() -> Address:
    return Address("127.0.0.1", free_port())


def test_every_recipient_is_told_that_the_message_is_stored(d: Department) -> None:
    with receiving(port()) as address:
        replies = deliver(address, message(1), to=[SUPPORT, "nobody@mail.example", ABUSE])

    assert [code for code, _ in replies.rcpt] == [250, 550, 250]
    assert [code for code, _ in replies.data] == [250, 250]
    raw = RawMessage.objects.get()
    assert (raw.source, raw.envelope_to, bytes(raw.content)) == (Source.LMTP, [SUPPORT, ABUSE], message(1))


def test_every_recipient_is_told_that_the_message_is_too_large(d: Department) -> None:
    with receiving(port()) as address:
        replies = deliver(address, message(1, size=20_000), to=[SUPPORT, ABUSE])

    assert [code for code, _ in replies.data] == [552, 552]
    assert replies.noop == 250  # nothing is left in the line
    assert not RawMessage.objects.exists()


def test_every_recipient_is_told_to_try_again_when_the_database_is_away(
    d: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving(port()) as address:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE intake_rawmessage RENAME TO elsewhere")
        try:
            replies = deliver(address, message(1), to=[SUPPORT, ABUSE])
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE elsewhere RENAME TO intake_rawmessage")

    assert [code for code, _ in replies.data] == [451, 451]
    assert replies.noop == 250


def test_every_recipient_is_told_to_try_again_after_a_fault_of_ours(
    d: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fault(*_: object) -> int:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(smtp.Keeper, "keep", fault)
    with receiving(port()) as address:
        replies = deliver(address, message(1), to=[SUPPORT, ABUSE])

    assert [code for code, _ in replies.data] == [451, 451]
    assert replies.noop == 250


def test_a_path_is_listened_at_and_a_stale_socket_is_no_hindrance(d: Department, tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(path))
    stale.close()

    with receiving(Address("", 0, path=str(path))) as address:
        replies = deliver(address, message(1), to=[SUPPORT])

    assert [code for code, _ in replies.data] == [250]


def test_a_mailbox_that_is_switched_off_takes_nothing(d: Department) -> None:
    Mailbox.objects.filter(address=SUPPORT).update(enabled=False)
    with receiving(port()) as address:
        replies = deliver(address, message(1), to=[SUPPORT, ABUSE])

    assert [code for code, _ in replies.rcpt] == [550, 250]


@dataclasses.dataclass
class Replies:
    """What the receiver said."""

    rcpt: list[tuple[int, bytes]]
    data: list[tuple[int, bytes]]
    noop: int


def deliver(address: Address, content: bytes, *, to: list[str]) -> Replies:
    """As a mail server would; smtplib knows the replies of LMTP one by one."""
    with smtplib.LMTP(address.path or address.host, address.port) as client:
        client.ehlo()
        client.mail("anna@user.example")
        rcpt = [client.rcpt(one) for one in to]
        accepted = sum(code == 250 for code, _ in rcpt)
        assert client.docmd("DATA")[0] == 354
        client.send(content + b".\r\n")
        data = [client.getreply() for _ in range(accepted)]
        return Replies(rcpt, data, client.noop()[0])


def _answers(address: Address) -> bool:
    try:
        with smtplib.LMTP(address.path or address.host, address.port):
            return True
    except OSError:
        return False
