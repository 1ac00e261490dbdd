"""The SMTP door when the other side means harm, and when the database stumbles: nobody else pays for it."""

from __future__ import annotations

import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection

from postline.configuration import Address
from postline.intake.models import RawMessage
from postline.intake.sources import protocol, smtp
from tests.letters import write
from tests.scenes import Department, department
from tests.smtp import Client
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 50 << 20


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def port(d: Department) -> Iterator[int]:
    """The receiver, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    configuration = replace(settings.CONFIGURATION, smtp=Address("127.0.0.1", number), max_message=LIMIT)
    stop = threading.Event()
    receiver = threading.Thread(target=smtp.run, args=(configuration, stop))
    receiver.start()
    yield number
    stop.set()
    receiver.join(20)
    assert not receiver.is_alive()


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    with Client(port) as one:
        assert one.say("EHLO mx.user.example")[0] == 250
        yield one


def greets(port: int) -> bool:
    """Whether the receiver listens already."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
            return one.recv(3) == b"220"
    except ConnectionRefusedError:
        return False


@contextmanager
def a_table_that_takes_nothing() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE intake_rawmessage RENAME TO intake_elsewhere")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE intake_elsewhere RENAME TO intake_rawmessage")


def test_the_null_sender_is_kept_as_the_null_sender(client: Client) -> None:
    assert client.deliver(write(), sender="")[0] == 250
    assert RawMessage.objects.get().envelope_from == ""


def test_after_a_failure_of_ours_the_next_message_may_follow_at_once(client: Client) -> None:
    """RFC 5321, 4.1.1.4: whatever the reply to the final dot is, it ends the transaction."""
    with a_table_that_takes_nothing():
        assert client.deliver(write())[0] == 451
    assert client.deliver(write())[0] == 250
    assert RawMessage.objects.count() == 1


def test_a_hundred_recipients_are_taken_and_a_flood_is_put_off(client: Client) -> None:
    """RFC 5321, 4.5.3.1.8: at least 100; 452 tells the sender to send the rest in another transaction."""
    client.say("MAIL FROM:<anna@user.example>")
    codes = [client.say(f"RCPT TO:<support+{n}@mail.example>")[0] for n in range(1_500)]
    assert codes[:1_000] == [250] * 1_000
    assert codes[1_000:] == [452] * 500
    assert client.say("DATA")[0] == 354
    client.write(write() + b".\r\n")
    assert client.reply()[0] == 250


def test_a_message_of_empty_lines_takes_no_more_memory_than_another(client: Client) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert client.deliver(write() + b"\r\n" * ((24 << 20) // 2))[0] == 250
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300 << 10  # KiB


def test_dots_at_the_beginning_of_lines_are_what_they_were(client: Client) -> None:
    content = write() + b".\r\n..\r\n.a\r\n\r\n.\r\n"
    client.say("MAIL FROM:<anna@user.example>")
    client.say("RCPT TO:<support@mail.example>")
    client.say("DATA")
    for byte in content.replace(b"\r\n.", b"\r\n..") + b".\r\n":  # however the network cuts it
        client.write(bytes([byte]))
    assert client.reply()[0] == 250
    assert bytes(RawMessage.objects.get().content) == content


def test_commands_behind_the_final_dot_are_commands(client: Client) -> None:
    client.say("MAIL FROM:<anna@user.example>")
    client.say("RCPT TO:<support@mail.example>")
    client.say("DATA")
    client.write(write() + b".\r\nNOOP\r\nQUIT\r\n")
    assert [client.reply()[0] for _ in range(3)] == [250, 250, 221]


def test_an_empty_message_is_a_message(client: Client) -> None:
    client.say("MAIL FROM:<anna@user.example>")
    client.say("RCPT TO:<support@mail.example>")
    client.say("DATA")
    client.write(b".\r\n")
    assert client.reply()[0] == 250
    assert bytes(RawMessage.objects.get().content) == b""


def test_what_is_too_large_is_refused_and_the_next_command_is_understood(client: Client) -> None:
    assert client.deliver(write() + b"\r\n" * (60 << 19))[0] == 552
    assert client.deliver(write() + (b"x" * 997 + b"\r\n") * (60 << 10))[0] == 552
    assert client.deliver(write())[0] == 250
    assert RawMessage.objects.count() == 1


def test_more_connections_than_there_is_room_for_are_told_to_come_back(port: int) -> None:
    until(lambda: greets(port))
    open_ones = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(protocol.CONNECTIONS + 5)]
    try:
        greetings = [one.recv(3) for one in open_ones]
    finally:
        for one in open_ones:
            one.close()
    assert greetings.count(b"220") in (protocol.CONNECTIONS, protocol.CONNECTIONS - 1)  # one may still be going
    assert greetings.count(b"421") in (5, 6)
    with Client(port) as client:
        client.say("EHLO mx.user.example")
        assert client.deliver(write())[0] == 250
