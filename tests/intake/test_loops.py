"""Who answers everything, or writes without end, is put aside; nobody else notices (SAFETY S30, F30)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from postline.intake import floods, pipeline
from postline.intake.models import RawMessage, Sighting, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep_many
from postline.outbox.compose import compose
from postline.outbox.models import OutboxMessage
from postline.projects.models import Alarm, Mailbox, Project
from postline.tickets.models import Ticket
from tests.letters import NOW, reply_to, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT = "support@mail.example"
ROBOT = "Robot <robot@partner.example>"


@pytest.fixture
def d() -> Department:
    return department()


def come(
    reader: Reader, *contents: bytes, to: str = SUPPORT, now: datetime = NOW, source: Source = Source.SMTP
) -> None:
    """Messages come at the same moment and are handled."""
    deliveries = [
        Delivery(content=one, source=source, envelope_from="x@user.example", envelope_to=(to,)) for one in contents
    ]
    keep_many(deliveries, now=now)
    while pipeline.handle(reader, now=now):
        pass


def aside(reason: str) -> int:
    return RawMessage.objects.filter(state=State.QUARANTINED, reason=reason).count()


def partner(reader: Reader, *, messages: int, within: timedelta) -> None:
    """A desk that takes no notice of our headers: it answers each of our messages, and goes on by itself when none
    comes. Each of its letters names another number of its own."""
    come(reader, write(sender=ROBOT, text="Your request 1 was received.", message_id="<0@partner.example>"))
    ours = OutboxMessage.objects.order_by("-id").first()
    assert ours is not None
    batch = 50
    for start in range(1, messages, batch):
        newest = OutboxMessage.objects.order_by("-id").first() or ours
        content = compose(newest)
        replies = [
            reply_to(
                content,
                sender=ROBOT,
                text=f"Your request {number} was received.",
                message_id=f"<{number}@partner.example>",
            )
            for number in range(start, min(start + batch, messages))
        ]
        come(reader, *(raw for _, raw in replies), to=replies[0][0], now=NOW + within * start / messages)


@pytest.mark.parametrize("messages", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_partner_that_answers_everything_gets_its_share_one_ticket_and_one_alarm(
    d: Department, reader: Reader, messages: int
) -> None:
    Project.objects.update(answers_follow_ups=True)
    partner(reader, messages=messages, within=timedelta(minutes=55))
    assert OutboxMessage.objects.filter(kind="automatic").count() == 5
    ticket = Ticket.objects.get()
    assert ticket.messages.filter(direction="inbound").count() == 1 + floods.MOST_ALIKE
    assert aside("loop") == messages - 1 - floods.MOST_ALIKE
    assert RawMessage.objects.count() == messages
    assert list(Alarm.objects.values_list("code", flat=True)) == ["flood"]


def test_a_loop_that_ends_is_let_in_again(d: Department, reader: Reader) -> None:
    partner(reader, messages=40, within=timedelta(minutes=1))
    _, again = reply_to(
        compose(OutboxMessage.objects.get()), sender=ROBOT, text="Your request 99 was received.", message_id="<99@p>"
    )
    come(reader, again, now=NOW + timedelta(hours=2))
    assert aside("loop") == 29
    assert Ticket.objects.get().messages.filter(direction="inbound").count() == 12


def test_s30_one_sender_who_floods_is_stored_and_the_others_are_served(d: Department, reader: Reader) -> None:
    for minute in range(10):
        letters = [
            write(
                sender="Mallory <m@evil.example>", message_id=f"<{minute}-{n}@evil.example>", text=f"{minute} {n} " * n
            )
            for n in range(1, 101)
        ]
        come(reader, *letters, now=NOW + timedelta(minutes=minute * 0.9))
    come(reader, write(), now=NOW + timedelta(minutes=9))
    assert RawMessage.objects.count() == 1001
    assert Ticket.objects.filter(requester__address="m@evil.example").count() == floods.MOST_MESSAGES
    assert aside("flood") == 1000 - floods.MOST_MESSAGES
    assert Alarm.objects.filter(code="flood").count() == 1
    to_mallory = OutboxMessage.objects.filter(to=[["", "m@evil.example"]])
    assert to_mallory.count() == 5
    assert Ticket.objects.filter(requester__address="anna@user.example").count() == 1
    assert OutboxMessage.objects.filter(to=[["", "anna@user.example"]]).count() == 1


def test_a_person_who_writes_the_same_some_times_is_no_loop(d: Department, reader: Reader) -> None:
    come(reader, write())
    for n in range(floods.MOST_ALIKE - 1):
        come(reader, write(message_id=f"<t{n}@user.example>", in_reply_to="<first@user.example>", text="Thank you!"))
    assert not RawMessage.objects.filter(state=State.QUARANTINED).exists()


def test_other_words_are_no_loop(d: Department, reader: Reader) -> None:
    come(reader, write())
    names = "one two three four five six seven eight nine ten eleven twelve thirteen".split()
    for name in names:
        come(reader, write(message_id=f"<{name}@user.example>", in_reply_to="<first@user.example>", text=name))
    assert Ticket.objects.get().messages.filter(direction="inbound").count() == 1 + len(names)


def test_what_a_person_takes_out_of_quarantine_is_not_screened_again(d: Department, reader: Reader) -> None:
    partner(reader, messages=30, within=timedelta(minutes=1))
    raw = RawMessage.objects.filter(reason="loop").order_by("id").first()
    assert raw is not None
    RawMessage.objects.filter(pk=raw.pk).update(state=State.WAITING, reason="")
    assert pipeline.handle(reader, now=NOW) == 1
    raw.refresh_from_db()
    assert raw.state == State.HANDLED


def test_old_letters_of_a_mailbox_that_is_read_for_the_first_time_are_no_flood(d: Department, reader: Reader) -> None:
    letters = [
        write(message_id=f"<{n}@user.example>", text=f"letter {n}", date=NOW - timedelta(days=n + 1))
        for n in range(250)
    ]
    come(reader, *letters, source=Source.IMAP)
    assert Ticket.objects.count() == 250


def test_what_no_window_reaches_is_forgotten(d: Department, reader: Reader) -> None:
    come(reader, write())
    floods.forget(now=NOW + timedelta(minutes=59))
    assert Sighting.objects.count() == 1
    floods.forget(now=NOW + timedelta(minutes=61))
    assert not Sighting.objects.exists()


def test_a_form_that_many_people_write_by_is_no_flood(d: Department, reader: Reader) -> None:
    Mailbox.objects.update(reply_to_beats_from=True)
    many = floods.MOST_MESSAGES + 5
    come(
        reader,
        *(
            write(
                sender="Web form <form@mail.example>",
                headers={"Reply-To": f"user{number}@user.example"},
                text=f"Request {number}",
                message_id=f"<{number}@mail.example>",
            )
            for number in range(many)
        ),
    )
    assert aside("flood") == 0
    assert Ticket.objects.count() == many


def test_who_floods_us_in_the_name_of_a_requester_does_not_silence_them(d: Department, reader: Reader) -> None:
    come(reader, write())
    ticket = Ticket.objects.get()
    ours = OutboxMessage.objects.get()
    forged = (
        write(subject=f"Offer {number}", text=f"Offer {number}", message_id=f"<{number}@evil.example>")
        for number in range(floods.MOST_MESSAGES + 10)
    )
    come(reader, *forged)
    assert aside("flood") == 11

    address, reply = reply_to(
        compose(ours), sender="Anna <anna@user.example>", text="It works.", message_id="<2@user.example>"
    )
    come(reader, reply, to=address)
    assert ticket.messages.filter(direction="inbound").count() == 2
    floods.forget_senders([("Anna@user.example", ticket.number)])
    assert not Sighting.objects.exists()
