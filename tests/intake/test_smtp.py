"""The SMTP door, through a real socket: what it accepts is stored, and nothing that is sent to it breaks it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection

from postline.configuration import Address
from postline.intake import pipeline
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.sources import smtp
from postline.tickets.models import Message, Ticket
from tests.database import database_away
from tests.letters import NOW, write
from tests.rules.scenes import asks, does, filter_that, hint_that
from tests.scenes import Department, department
from tests.smtp import Client

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


def goes_through(client: Client, reader: Reader) -> None:
    """The next message is accepted and becomes a ticket."""
    assert client.deliver(write(message_id="<next@user.example>", subject="The next one"))[0] == 250
    while pipeline.handle(reader, now=NOW):
        pass
    assert Ticket.objects.filter(subject="The next one").exists()
    assert not RawMessage.objects.filter(state=State.WAITING).exists()


def test_what_is_acknowledged_is_stored_with_its_envelope(client: Client) -> None:
    content = write()
    assert client.deliver(content, to=("support@mail.example", "abuse@mail.example"))[0] == 250
    raw = RawMessage.objects.get()  # on a connection of its own: it is committed
    assert (bytes(raw.content), raw.envelope_from) == (content, "anna@user.example")
    assert raw.envelope_to == ["support@mail.example", "abuse@mail.example"]
    assert (raw.source, raw.peer) == (Source.SMTP, "127.0.0.1")


def test_it_offers_what_senders_use(port: int) -> None:
    with Client(port) as client:
        offered = client.say("EHLO mx.user.example")[1].split("\n")
    assert {f"SIZE {LIMIT}", "8BITMIME", "SMTPUTF8", "PIPELINING"} <= set(offered)


def test_an_unknown_recipient_is_refused_and_the_others_get_it(client: Client) -> None:
    assert client.say("MAIL FROM:<anna@user.example>")[0] == 250
    assert client.say("RCPT TO:<nobody@mail.example>")[0] == 550
    assert client.say("RCPT TO:<support@mail.example>")[0] == 250
    assert client.say("RCPT TO:<support@elsewhere.example>")[0] == 550
    assert client.say("DATA")[0] == 354
    client.write(write() + b".\r\n")
    assert client.reply()[0] == 250
    assert RawMessage.objects.get().envelope_to == ["support@mail.example"]


def test_a_recipient_with_a_token_is_known(client: Client) -> None:
    assert client.deliver(write(), to=("Support+123456785-abcdefghijklmnop@mail.example",))[0] == 250


def test_a_message_without_a_sender_is_taken_in(client: Client) -> None:
    assert client.deliver(write(), sender="")[0] == 250
    assert RawMessage.objects.get().envelope_from == ""


def test_a_message_that_says_it_is_too_large_is_refused_at_once(client: Client) -> None:
    assert client.deliver(write(), parameters=f" SIZE={60 << 20}")[0] == 552
    assert client.deliver(write(), parameters=f" SIZE={1 << 20} BODY=8BITMIME")[0] == 250


def test_60_megabytes_are_refused_and_the_next_message_goes_through(client: Client, reader: Reader) -> None:
    line = b"a" * (1 << 20) + b"\r\n"
    assert client.deliver(b"Subject: large\r\n\r\n" + line * 60)[0] == 552
    assert not RawMessage.objects.exists()
    goes_through(client, reader)


def test_long_lines_are_accepted(client: Client) -> None:
    content = write() + b"x" * 200_000 + b"\r\n"
    assert client.deliver(content)[0] == 250
    assert bytes(RawMessage.objects.get().content) == content


def test_an_address_in_russian_is_accepted(client: Client) -> None:
    code, _ = client.deliver(write(), sender="борис@почта.example", parameters=" SMTPUTF8")
    assert code == 250
    assert RawMessage.objects.get().envelope_from == "борис@почта.example"


def test_commands_may_be_sent_without_waiting_for_replies(client: Client) -> None:
    envelope = b"MAIL FROM:<anna@user.example>\r\nRCPT TO:<support@mail.example>\r\nDATA\r\n"
    client.write(envelope)
    assert [client.reply()[0] for _ in range(3)] == [250, 250, 354]
    client.write(write() + b".\r\n" + envelope)
    assert [client.reply()[0] for _ in range(4)] == [250, 250, 250, 354]
    client.write(write(message_id="<second@user.example>") + b".\r\nQUIT\r\n")
    assert [client.reply()[0] for _ in range(2)] == [250, 221]
    assert RawMessage.objects.count() == 2


@pytest.mark.parametrize(
    "ending", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\r\n\0.\r\n", b"\r\r\n.\r\r\n"]
)
def test_only_one_ending_ends_a_message(client: Client, ending: bytes) -> None:
    second = b"MAIL FROM:<m@evil.example>\r\nRCPT TO:<support@mail.example>\r\nDATA\r\nSubject: hidden\r\n\r\nhidden"
    assert client.say("MAIL FROM:<anna@user.example>")[0] == 250
    assert client.say("RCPT TO:<support@mail.example>")[0] == 250
    assert client.say("DATA")[0] == 354
    client.write(b"Subject: seen\r\n\r\nbefore" + ending + second + b"\r\n.\r\n")
    assert client.reply()[0] == 250
    assert client.say("NOOP")[0] == 250
    raw = RawMessage.objects.get()
    assert raw.envelope_from == "anna@user.example"
    assert b"hidden" in bytes(raw.content)


def test_a_message_of_no_bytes_is_kept(client: Client, reader: Reader) -> None:
    assert client.deliver(b"")[0] == 250
    assert RawMessage.objects.get().size == 0
    goes_through(client, reader)


def test_nuls_are_kept_as_they_came(client: Client, reader: Reader) -> None:
    content = write().replace(b"since", b"si\0nce") + b"\0\0\r\n"
    assert client.deliver(content)[0] == 250
    assert bytes(RawMessage.objects.get().content) == content
    goes_through(client, reader)
    assert "\0" not in Message.objects.order_by("id")[0].body.text


BOMBS = {
    "5 MB of headers": b"From: anna@user.example\r\n"
    + b"".join(b"X-%06d: %s\r\n" % (n, b"y" * 90) for n in range(50_000))
    + b"\r\nhello\r\n",
    "10,000 parts": b"From: anna@user.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 10_000
    + b"--b--\r\n",
    "40,000 nested parts": b"From: anna@user.example\r\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(40_000))
    + b"\r\nhello\r\n",
    "no sender in the headers": b"Subject: who am I\r\n\r\nhello\r\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_hard_to_read_is_kept_and_the_next_message_goes_through(
    client: Client, reader: Reader, name: str
) -> None:
    assert client.deliver(BOMBS[name])[0] == 250
    goes_through(client, reader)
    raw = RawMessage.objects.order_by("id")[0]
    assert bytes(raw.content) == BOMBS[name]
    assert raw.state == State.QUARANTINED or Message.objects.filter(raw_id=raw.pk).exists()


def test_while_the_database_is_away_senders_are_to_try_again(client: Client) -> None:
    assert client.deliver(write())[0] == 250
    with database_away():
        assert client.deliver(write(message_id="<away@user.example>"))[0] == 451
    assert client.deliver(write(message_id="<away@user.example>"))[0] == 250
    assert RawMessage.objects.count() == 2


def test_twenty_senders_at_once_share_commits(port: int) -> None:
    def send(number: int) -> list[int]:
        with Client(port) as client:
            client.say("EHLO mx.user.example")
            return [client.deliver(write(message_id=f"<{number}.{turn}@user.example>"))[0] for turn in range(10)]

    with ThreadPoolExecutor(20) as senders:
        codes = [code for answered in senders.map(send, range(20)) for code in answered]
    assert codes == [250] * 200
    assert RawMessage.objects.count() == 200
    assert commits() < 200


def commits() -> int:
    """How many transactions stored what is there: rows of one have the same xmin."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM intake_rawmessage")
        return int(cursor.fetchone()[0])


def test_what_comes_in_is_sorted_by_filters_and_has_its_hints(d: Department, client: Client, reader: Reader) -> None:
    order = asks("subject", "matches", r"order (?P<order>\d+)")
    filter_that(d, does("queue", "web"), does("tags", ["order {order}"]), when=order)
    hint_that(d, {"topic": "display"}, when=asks("new-text", "contains", "screen"))
    letter = write(subject="Order 17", text="The screen stays black.", headers={"X-Postline-Queue": "abuse"})
    assert client.deliver(letter)[0] == 250
    pipeline.handle(reader, now=NOW)
    ticket = Ticket.objects.select_related("queue").get()
    assert (ticket.queue.slug, ticket.tags, ticket.topic) == ("web", ["order 17"], None)
    assert [hint["topic"] for hint in ticket.hints] == ["display"]
