"""What somebody who means harm, or a strange machine, may send: it reaches nobody it should not."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from postline.intake import pipeline
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.outbox.models import OutboxMessage
from postline.projects import reply_key
from postline.projects.models import Secret
from postline.tickets.actions.answer import answer
from postline.tickets.models import Message, Ticket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
SUPPORT = "support@mail.example"


@pytest.fixture
def d() -> Department:
    return department()


def arrives(
    reader: Reader, content: bytes, *, to: tuple[str, ...] = (SUPPORT,), sender: str = "anna@user.example"
) -> RawMessage:
    """A message comes by SMTP and is handled."""
    key = keep(Delivery(content=content, source=Source.SMTP, envelope_from=sender, envelope_to=to), now=NOW)
    pipeline.handle(reader, now=NOW)
    return RawMessage.objects.get(pk=key)


def automatic() -> list[str]:
    return [message.to[0][1] for message in OutboxMessage.objects.filter(kind="automatic")]


def test_tokens_behind_a_plus_do_not_make_more_addresses_of_one(d: Department, reader: Reader) -> None:
    for n in range(8):
        arrives(reader, write(sender=f"victim+{n}@user.example", message_id=f"<{n}@user.example>", text=f"no {n}"))
    assert Ticket.objects.count() == 8
    assert len(automatic()) == 5


def test_what_another_desk_wrote_by_itself_gets_no_answer(d: Department, reader: Reader) -> None:
    """A relay on the way has taken Auto-Submitted away; our own mark is still there."""
    arrives(reader, write(headers={"X-Postline-Loop": "automatic"}))
    assert automatic() == []


def test_a_letter_that_came_through_a_mailing_list_reopens_its_ticket(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    ticket = Ticket.objects.get()
    answer(d.reach("line1"), number=ticket.number, text="Try this.", now=LATER)
    address = OutboxMessage.objects.get(kind="answer").reply_to
    letter = write(to=address, message_id="<2@user.example>", text="No.", headers={"List-Id": "<team.user.example>"})
    arrives(reader, letter, to=(address,))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue, ticket.preview) == ("open", d.queues["web"], "No.")


def test_an_answer_does_not_quote_what_a_stranger_wrote_into_the_ticket(d: Department, reader: Reader) -> None:
    arrives(reader, write(text="My password is refused."))
    ticket = Ticket.objects.get()
    address = OutboxMessage.objects.get().reply_to
    stranger = write(
        sender="Eve <eve@evil.example>", to=address, message_id="<e@evil.example>", text="Pay at evil.example"
    )
    arrives(reader, stranger, to=(address,))
    assert Message.objects.get(message_id="e@evil.example").ticket_id == ticket.pk
    answer(d.reach("line1"), number=ticket.number, text="Try this.", now=LATER)
    sent = OutboxMessage.objects.get(kind="answer")
    assert sent.to == [["Anna Visser", "anna@user.example"]]
    assert "evil.example" not in sent.text + sent.html
    assert "> My password is refused." in sent.text
    assert sent.in_reply_to == "first@user.example"


def test_an_answer_does_not_quote_a_robot(d: Department, reader: Reader) -> None:
    arrives(reader, write(text="My password is refused."))
    address = OutboxMessage.objects.get().reply_to
    robot = write(
        to=address, message_id="<r@user.example>", text="I am away.", headers={"Auto-Submitted": "auto-replied"}
    )
    arrives(reader, robot, to=(address,))
    answer(d.reach("line1"), number=Ticket.objects.get().number, text="Try this.", now=LATER)
    assert "I am away" not in OutboxMessage.objects.get(kind="answer").text


def test_a_stranger_who_uses_a_message_id_again_does_not_draw_the_replies_away(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    arrives(reader, write(sender="Eve <eve@evil.example>", text="I have this id too"))
    arrives(reader, write(message_id="<2@user.example>", in_reply_to="<first@user.example>", text="Still so."))
    first, second = Ticket.objects.order_by("id")
    assert (first.requester.address, second.requester.address) == ("anna@user.example", "eve@evil.example")
    assert Message.objects.get(message_id="2@user.example").ticket_id == first.pk


def test_a_reply_to_two_projects_joins_its_ticket_in_each(d: Department, reader: Reader) -> None:
    both = (SUPPORT, "support@games.example")
    arrives(reader, write(), to=both)
    addresses = tuple(OutboxMessage.objects.order_by("id").values_list("reply_to", flat=True))
    assert len(addresses) == 2
    reply = write(sender="Boris <boris@user.example>", message_id="<2@user.example>", to=", ".join(addresses))
    arrives(reader, reply, to=addresses)
    assert Ticket.objects.count() == 2
    joined = Message.objects.filter(message_id="2@user.example")
    assert {message.ticket.project.slug for message in joined} == {"mail", "games"}


def test_the_same_message_again_does_not_wait_for_the_worker_who_has_it(d: Department) -> None:
    """Or whoever sends something slow to read twice would stop the receiver."""
    delivery = Delivery(content=write(), source=Source.SMTP, envelope_from="", envelope_to=(SUPPORT,))
    key = keep(delivery, now=NOW)
    kept: list[int] = []

    def again() -> None:
        kept.append(keep(delivery, now=NOW))
        connection.close()

    with transaction.atomic():
        RawMessage.objects.select_for_update().get(pk=key)
        thread = threading.Thread(target=again)
        thread.start()
        thread.join(5)
        in_time = list(kept)
    thread.join()
    assert in_time == [key]


def test_the_same_message_twice_at_once_is_one_row(d: Department) -> None:
    delivery = Delivery(content=write(), source=Source.SMTP, envelope_from="", envelope_to=(SUPPORT,))
    kept: list[int] = []

    def one() -> None:
        kept.append(keep(delivery, now=NOW))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(kept) == {RawMessage.objects.get().pk}
    assert len(kept) == 8


def test_a_key_whose_transaction_was_undone_signs_nothing_afterwards() -> None:
    reply_key.forget()
    with transaction.atomic():
        reply_key.reply_key()
        reply_key.reply_key()
        transaction.set_rollback(True)
    assert reply_key.reply_key() == bytes(Secret.objects.get(name=reply_key.NAME).value)


def test_a_large_letter_is_read(d: Department, reader: Reader) -> None:
    raw = arrives(reader, write(text="") + b"words and words of a program that tells what it did\r\n" * 800_000)
    assert (raw.state, raw.reason) == (State.HANDLED, "")


def test_what_is_slow_to_read_does_not_hold_the_tickets_of_others(
    d: Department, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before it is committed, and it is read in a transaction of its own."""
    monkeypatch.setattr(pipeline, "PATIENCE_SECONDS", 0.001)
    slow = b"From: e@evil.example\r\nContent-Type: text/html\r\n\r\n" + b"<div><b>" * 400_000
    letters = [write(message_id=f"<{n}@user.example>", text=f"no {n}") for n in range(pipeline.GROUP)]
    for content in [*letters, *(slow + b"%d" % n for n in range(9))]:
        keep(Delivery(content=content, source=Source.SMTP, envelope_from="", envelope_to=(SUPPORT,)), now=NOW)
    assert pipeline.handle(reader, now=NOW) == len(letters)
    assert pipeline.handle(reader, now=NOW) == 9
    assert not RawMessage.objects.exclude(state=State.HANDLED).exists()


@pytest.mark.parametrize(
    "sender",
    [
        "x" * 300 + "@evil.example",
        "a@b.example, c@d.example",
        '"a@b.example, c"@evil.example',
        "=?utf-8?q?a=0D=0ABcc:_x@evil.example?= <a@b.example>",
        "a@b.example\n <c@d.example>",
        '"support@mail.example" <c@d.example>',
        "c@d.example (a@b.example)",
        "<a@b.example\x00c@d.example>",
        "пётр@почта.example",
        "a@почта.example",
        "<@relay.example:a@b.example>",
        "undisclosed:;",
        "a@b@c.example",
        "\udcff@b.example",
    ],
)
def test_a_strange_sender_gets_at_most_one_answer_at_one_address(d: Department, reader: Reader, sender: str) -> None:
    raw = write().replace(b"Anna Visser <anna@user.example>", sender.encode("utf-8", "surrogateescape"), 1)
    assert arrives(reader, raw).state == State.HANDLED
    assert len(automatic()) <= 1
    assert all(address.count("@") == 1 or address.startswith('"') for address in automatic())
