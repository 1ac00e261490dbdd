"""What the demo says where there is none, and its living traffic."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from postline.configuration import Address
from postline.intake.parse import read
from postline.kit import clock
from postline.ops.demo import traffic
from postline.ops.demo.content import replies, requests
from postline.ops.demo.load import load, load_at_first_start
from postline.ops.demo.remove import remove
from postline.ops.errors import Refused
from postline.outbox.models import Kind, OutboxMessage
from postline.projects.models import Project, Role
from postline.projects.people import Appointment, create_person
from postline.tickets.actions.answer import answer
from tests.scenes import ANNA, NOW, department, letter

pytestmark = pytest.mark.django_db


class Desk:
    """Takes every message."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        """As aiosmtpd calls it."""
        self.received.append(envelope)
        return "250 kept"


@pytest.fixture
def desk() -> Iterator[tuple[Desk, Address]]:
    desk, port = Desk(), free_port()
    controller = Controller(desk, hostname="127.0.0.1", port=port)
    controller.start()
    yield desk, Address("127.0.0.1", port)
    controller.stop()


def test_a_load_into_an_installation_with_people_is_refused() -> None:
    create_person(login="boss", appointments=[Appointment(Role.ADMIN)], actor="", now=NOW)
    with pytest.raises(Refused, match="only into an empty installation"):
        load(now=NOW)
    assert load_at_first_start(now=NOW) is None


def test_there_is_nothing_to_remove_without_a_demo() -> None:
    Project.objects.create(slug="mail", name="Our own")
    with pytest.raises(Refused, match="no demo department"):
        remove(now=NOW)


def test_traffic_says_plainly_that_nothing_listens() -> None:
    address = Address("127.0.0.1", free_port())
    with pytest.raises(Refused, match=f"Nothing takes messages at {address}"):
        traffic.run(address, rate=60, stop=threading.Event(), say=lambda line: None)


def test_new_requests_come_from_many_people_until_stopped(desk: tuple[Desk, Address]) -> None:
    taken, address = desk
    lines, stop = [], threading.Event()
    wanted = len(requests()) + 5

    def say(line: str) -> None:
        lines.append(line)
        if len(lines) == wanted:
            stop.set()

    assert traffic.run(address, rate=60_000, stop=stop, say=say) == wanted
    messages = [read(bytes_of(envelope)) for envelope in taken.received]
    assert len({message.sender.address for message in messages}) == wanted
    assert {envelope.rcpt_tos[0] for envelope in taken.received} == {"support@mail.example", "support@games.example"}
    assert "→ support@" in lines[0]


def test_who_was_answered_writes_back_once(desk: tuple[Desk, Address]) -> None:
    taken, address = desk
    d = department()
    now = clock.now()
    ticket = letter(d, now=now - timedelta(minutes=5))
    sent = answer(d.reach("line1"), number=ticket.number, text="Try again.", now=now - timedelta(minutes=1))
    stop = threading.Event()
    traffic.run(address, rate=60_000, stop=stop, say=lambda line: stop.set() if len(taken.received) == 40 else None)
    outgoing = OutboxMessage.objects.get(kind=Kind.ANSWER)
    replied = [e for e in taken.received if e.rcpt_tos == [outgoing.reply_to]]
    assert len(replied) == 1
    reply = read(bytes_of(replied[0]))
    assert (reply.sender.address, reply.in_reply_to) == (ANNA[1], (sent.message_id,))
    assert reply.subject == "Re: I cannot sign in"
    assert reply.new_text.strip() in {one.text for one in replies() if one.language == "en"}
    assert "Try again." in reply.text


def bytes_of(envelope: Envelope) -> bytes:
    """What came behind DATA."""
    assert isinstance(envelope.content, bytes)
    return envelope.content


def free_port() -> int:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
