"""Messages that are handled together are as right as those that come one by one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from postline.intake import pipeline
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep_many
from postline.outbox.models import OutboxMessage
from postline.tickets.models import Event, Message, Ticket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


def kept(*contents: bytes, to: str = "support@mail.example") -> list[int]:
    """They wait together."""
    deliveries = [
        Delivery(content=content, source=Source.SMTP, envelope_from="anna@user.example", envelope_to=(to,))
        for content in contents
    ]
    return keep_many(deliveries, now=NOW)


def test_a_follow_up_that_comes_with_its_first_letter_joins_it(d: Department, reader: Reader) -> None:
    kept(
        write(),
        write(message_id="<second@user.example>", in_reply_to="<first@user.example>", text="Still so."),
        write(message_id="<third@user.example>", references="<first@user.example> <second@user.example>", text="?"),
    )
    assert pipeline.handle(reader, now=NOW) == 3
    ticket = Ticket.objects.get()
    assert ticket.messages.filter(direction="inbound").count() == 3
    assert list(Event.objects.order_by("number").values_list("number", "kind")) == [
        (1, "arrived"),
        (2, "arrived"),
        (3, "arrived"),
        (4, "acknowledged"),
    ]


def test_a_stranger_in_the_same_batch_joins_nobodys_ticket(d: Department, reader: Reader) -> None:
    stranger = write(sender="m@evil.example", message_id="<x@evil.example>", in_reply_to="<first@user.example>")
    kept(write(), stranger)
    pipeline.handle(reader, now=NOW)
    assert Ticket.objects.count() == 2


def test_the_same_letter_twice_in_a_batch_is_one_message(d: Department, reader: Reader) -> None:
    kept(write(), b"Received: from relay.example by mx.example; Wed, 4 Mar 2026 12:00:05 +0000\r\n" + write())
    pipeline.handle(reader, now=NOW)
    assert Message.objects.filter(direction="inbound").count() == 1
    assert set(RawMessage.objects.values_list("state", flat=True)) == {State.HANDLED}


def test_one_that_fails_goes_to_quarantine_and_the_others_are_handled(d: Department, reader: Reader) -> None:
    keys = kept(*(write(sender=f"u{n}@user.example", subject=f"Number {n}", text=f"Text {n}") for n in range(10)))
    with refused("subject = 'Number 4'"):
        pipeline.handle(reader, now=NOW)
    aside = RawMessage.objects.get(state=State.QUARANTINED)
    assert (aside.pk, aside.reason) == (keys[4], "error")
    assert "IntegrityError" in aside.error
    assert sorted(Ticket.objects.values_list("subject", flat=True)) == [f"Number {n}" for n in range(10) if n != 4]
    assert OutboxMessage.objects.count() == 9


def test_the_share_of_automatic_answers_holds_within_a_batch(d: Department, reader: Reader) -> None:
    kept(*(write(message_id=f"<{n}@user.example>", text=f"Text {n}") for n in range(8)))
    pipeline.handle(reader, now=NOW)
    assert (Ticket.objects.count(), OutboxMessage.objects.count()) == (8, 5)
    assert Event.objects.filter(kind="not-acknowledged", data__reason="limit").count() == 3


def test_two_workers_at_once_handle_each_message_once(d: Department) -> None:
    letters = [write(sender=f"u{n}@user.example", message_id=f"<{n}@user.example>", text=f"T{n}") for n in range(120)]
    kept(*letters)
    kept(*letters, to="abuse@mail.example")  # the same ones through another mailbox

    def worker() -> int:
        handled = 0
        with Reader() as reader:
            while count := pipeline.handle(reader, now=NOW, batch=30):
                handled += count
        connection.close()
        return handled

    with ThreadPoolExecutor(2) as workers:
        assert sum(one.result() for one in [workers.submit(worker) for _ in range(2)]) == 240
    assert set(RawMessage.objects.values_list("state", flat=True)) == {State.HANDLED}
    assert Message.objects.filter(direction="inbound").count() == Ticket.objects.count() == 120
    assert OutboxMessage.objects.count() == 120


@contextmanager
def refused(condition: str) -> Iterator[None]:
    """The database refuses tickets for which this holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE tickets_ticket ADD CONSTRAINT refused CHECK (NOT ({condition}))")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tickets_ticket DROP CONSTRAINT refused")
