"""Who has written, where answers go, and how a reply finds its ticket without a token in the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from postline.intake import health, pipeline
from postline.intake.models import Source
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.outbox.compose import compose
from postline.outbox.models import Kind, OutboxMessage
from postline.projects.models import Mailbox, Person, Project
from postline.tickets.actions.answer import answer
from postline.tickets.models import Message, Ticket
from tests.letters import NOW, reply_to, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {"Reply-To": "Anna Visser <anna@user.example>"}


@pytest.fixture
def d() -> Department:
    return department()


def arrives(reader: Reader, content: bytes, *, source: Source = Source.IMAP, now: datetime = NOW) -> None:
    delivery = Delivery(content=content, source=source, envelope_from="", envelope_to=("support@mail.example",))
    keep(delivery, now=now)
    pipeline.handle(reader, now=now)


def test_by_default_the_author_is_the_requester_whatever_reply_to_says(d: Department, reader: Reader) -> None:
    arrives(reader, write(sender="Boris <boris@user.example>", headers=FORM))

    assert Ticket.objects.get().requester.address == "boris@user.example"
    assert OutboxMessage.objects.get().to == [["", "boris@user.example"]]


def test_reply_to_is_the_requester_where_the_mailbox_says_so(d: Department, reader: Reader) -> None:
    Mailbox.objects.filter(address="support@mail.example").update(reply_to_beats_from=True)

    arrives(reader, write(sender="Web form <form@mail.example>", headers=FORM))

    ticket = Ticket.objects.get()
    assert (ticket.requester.name, ticket.requester.address) == ("Anna Visser", "anna@user.example")
    assert OutboxMessage.objects.get().to == [["", "anna@user.example"]]


def test_a_reply_to_that_is_our_own_is_no_requester(d: Department, reader: Reader) -> None:
    Mailbox.objects.filter(address="support@mail.example").update(reply_to_beats_from=True)

    arrives(reader, write(headers={"Reply-To": "support@mail.example, abuse@mail.example"}))

    assert Ticket.objects.get().requester.address == "anna@user.example"


def test_without_tokens_in_addresses_a_reply_finds_its_ticket_by_our_message_id(d: Department, reader: Reader) -> None:
    Mailbox.objects.filter(address="support@mail.example").update(plus_addressing=False)
    arrives(reader, write())
    ticket = Ticket.objects.get()
    answer(d.reach("line1"), number=ticket.number, text="Try again.", now=NOW)
    sent = OutboxMessage.objects.get(kind=Kind.ANSWER)
    assert sent.reply_to == ""
    assert sent.mailbox == d.mailboxes["support@mail.example"]

    address, reply = reply_to(compose(sent), sender="Somebody else <else@user.example>", text="It works.")
    assert address.endswith("support@mail.example>") or address == "support@mail.example"
    arrives(reader, reply, now=NOW + timedelta(hours=1))

    assert Message.objects.order_by("id").last().ticket == ticket  # type: ignore[union-attr]
    assert Ticket.objects.count() == 1


def test_arrivals_are_counted_by_mailbox_and_hour(d: Department, reader: Reader) -> None:
    support = d.mailboxes["support@mail.example"]
    for number in range(3):
        arrives(reader, write(message_id=f"<{number}@user.example>", text=f"letter {number}"))
    arrives(reader, write(message_id="<9@user.example>", text="later"), now=NOW + timedelta(hours=2))
    arrives(reader, write(message_id="<9@user.example>", text="later"), source=Source.SMTP, now=NOW)  # seen again

    found = health.arrivals_by_hour(support.pk, hours=4, now=NOW + timedelta(hours=2, minutes=30))

    assert [count for _, count in found] == [0, 3, 0, 1]
    assert found[-1][0] == datetime(2026, 3, 4, 14, tzinfo=UTC)


def test_who_stands_in_reply_to_is_not_proved_to_be_a_participant(d: Department, reader: Reader) -> None:
    Mailbox.objects.filter(address="support@mail.example").update(reply_to_beats_from=True)
    arrives(reader, write())
    ticket = Ticket.objects.get()

    arrives(
        reader, write(sender="Web form <form@mail.example>", subject=f"Re: {ticket.number}", headers=FORM, text="no")
    )

    assert ticket.messages.filter(direction="inbound").count() == 1
    assert ticket.suggested_for.count() == 1


def test_who_stands_in_reply_to_is_not_believed_to_be_staff(d: Department, reader: Reader) -> None:
    Mailbox.objects.filter(address="support@mail.example").update(
        reply_to_beats_from=True, believes_company=True, believed_servers="mx.mail.example"
    )
    Project.objects.update(company=["staff.example"])
    proved = "mx.mail.example; dkim=pass header.d=staff.example; dmarc=pass header.from=staff.example"
    headers = {"Authentication-Results": proved, "Reply-To": "lead@staff.example"}

    arrives(reader, write(sender="Web form <form@staff.example>", headers=headers))

    flags = Message.objects.get(direction="inbound").flags
    assert {"claims-to-be-staff", "sender-not-verified"} <= set(flags)


def test_a_mailbox_that_believes_the_company_believes_no_other_address_of_staff(d: Department, reader: Reader) -> None:
    Mailbox.objects.update(believes_company=True)
    Project.objects.update(company=["staff.example"])

    arrives(reader, write(sender="lead@staff.example"))
    Person.objects.filter(login="lead").update(email="lead@freemail.example")
    arrives(reader, write(sender="lead@freemail.example", message_id="<second@freemail.example>"))

    first, second = Message.objects.filter(direction="inbound").order_by("id")
    assert "claims-to-be-staff" not in first.flags
    assert "claims-to-be-staff" in second.flags
