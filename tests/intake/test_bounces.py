"""A bounce marks the very message that failed and nothing else (SAFETY S31, S32, S33, S36)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.mail import send_mail
from django.db import transaction

from postline.intake import pipeline
from postline.intake.addressed import Mailboxes
from postline.intake.models import RawMessage, Source, State
from postline.intake.parse import read
from postline.intake.parse.values import Bounce
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.outbox.models import Kind, OutboxMessage, Recipient
from postline.projects.models import Person, Queue
from postline.tickets.actions.answer import answer
from postline.tickets.actions.move import move
from postline.tickets.models import Event, Message, Participant, RefusedAddress, Ticket
from postline.tickets.models import State as TicketState
from tests.letters import NOW, delivery_report, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT = "support@mail.example"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def d() -> Department:
    return department()


def arrives(
    content: bytes,
    *bounces: Bounce,
    to: tuple[str, ...] = (SUPPORT,),
    source: Source = Source.SMTP,
    sender: str = "anna@user.example",
) -> RawMessage:
    """A message comes and is handled; `bounces` is what a report says, as it is read."""
    key = keep(Delivery(content=content, source=source, envelope_from=sender, envelope_to=to), now=NOW)
    raw = RawMessage.objects.get(pk=key)
    message = replace(read(content), bounces=bounces) if bounces else read(content)
    with transaction.atomic():
        if pipeline.take_in(raw, message, Mailboxes.now(), now=NOW) is not None:
            RawMessage.objects.filter(pk=key).update(state=State.HANDLED)
    return RawMessage.objects.get(pk=key)


def refused(message_id: str, *, recipient: str = "anna@user.example", permanent: bool = True) -> Bounce:
    return Bounce(
        recipient=recipient,
        status="5.1.1" if permanent else "4.4.1",
        action="failed" if permanent else "delayed",
        diagnostic="550 5.1.1 no such user" if permanent else "no answer from mx.user.example",
        original_message_id=message_id,
        is_permanent=permanent,
    )


def comes_back(message_id: str, *, to: str = SUPPORT, number: int = 1, **said: object) -> RawMessage:
    """The report about our message of this id."""
    report = delivery_report(message_id, to=to, own_id=f"<report{number}@mx.user.example>")
    return arrives(report, refused(message_id, **said), to=(to,), sender="")  # type: ignore[arg-type]


def kinds(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))


def answered(d: Department, *, by: str = "line1") -> tuple[Ticket, Message]:
    """Anna's ticket, answered by a person and closed."""
    arrives(write())
    ticket = Ticket.objects.get()
    if by == "passwords":
        move(d.reach("line1"), number=ticket.number, queue=d.queues["passwords"], now=LATER)
    message = answer(d.reach(by), number=ticket.number, text="Try this.", now=LATER)
    assert message.outbox_message is not None
    OutboxMessage.objects.update(state="sent", finished_at=LATER)
    Recipient.objects.update(state="sent", finished_at=LATER)
    return Ticket.objects.get(), message


def test_a_bounced_answer_is_marked_and_its_ticket_returns_to_the_queue_that_sent_it(d: Department) -> None:
    ticket, message = answered(d, by="passwords")
    Ticket.objects.update(queue=d.queues["web"])  # closed tickets are moved as well
    raw = comes_back(message.message_id)
    ticket.refresh_from_db()
    assert raw.state == State.HANDLED
    assert (ticket.state, ticket.queue, ticket.undelivered) == ("open", d.queues["passwords"], True)
    assert ticket.waiting_since == NOW
    assert kinds(ticket)[-4:] == ["arrived", "not-delivered", "reopened", "returned"]
    recipient = Recipient.objects.get(message=message.outbox_message)
    assert (recipient.state, recipient.reply) == ("failed", "5.1.1 550 5.1.1 no such user")
    assert OutboxMessage.objects.get(ticket_message=message).state == "failed"
    report = Message.objects.get(kind="bounce")
    assert (report.ticket, report.joined_by) == (ticket, "bounce")
    assert Event.objects.get(kind="not-delivered").data == {
        "message": message.pk,
        "outbox": message.outbox_message_id,
        "report": report.pk,
    }
    assert not Participant.objects.filter(address__icontains="daemon").exists()


def test_a_bounce_is_no_follow_up(d: Department) -> None:
    ticket, message = answered(d)
    comes_back(message.message_id)
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.return_count, ticket.preview) == (
        d.queues["inbox"],
        0,
        "Hello, since this morning my password is refused. Anna",
    )
    assert ticket.return_queue == d.queues["web"]  # where Anna's own words would bring it


def test_the_next_answer_takes_the_mark_away(d: Department) -> None:
    ticket, message = answered(d)
    comes_back(message.message_id)
    answer(d.reach("line1"), number=ticket.number, text="Once more.", now=LATER)
    ticket.refresh_from_db()
    assert not ticket.undelivered


def test_a_ticket_whose_queue_is_gone_opens_where_it_is(d: Department) -> None:
    ticket, message = answered(d, by="passwords")
    Queue.objects.filter(slug="passwords").update(retired_at=LATER)
    Ticket.objects.update(queue=d.queues["web"])
    comes_back(message.message_id)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.queue) == ("open", d.queues["web"])


def test_one_that_is_worked_on_elsewhere_stays_there_with_the_mark(d: Department) -> None:
    ticket, message = answered(d)
    Ticket.objects.update(state=TicketState.OPEN, waiting_since=NOW, closed_at=None, queue=d.queues["web"])
    comes_back(message.message_id)
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.undelivered) == (d.queues["web"], True)


def test_a_delay_is_only_noted(d: Department) -> None:
    ticket, message = answered(d)
    comes_back(message.message_id, permanent=False)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.undelivered, kinds(ticket)[-1]) == ("closed", False, "delayed")
    assert Recipient.objects.get(message=message.outbox_message).state == "sent"
    assert not RefusedAddress.objects.exists()


def test_the_same_report_again_is_put_aside(d: Department) -> None:
    _ticket, message = answered(d)
    comes_back(message.message_id, number=1)
    raw = comes_back(message.message_id, number=2)
    assert (raw.state, raw.reason) == (State.QUARANTINED, "bounce")
    assert Message.objects.filter(kind="bounce").count() == 1


def test_a_forged_report_harms_nothing(d: Department) -> None:
    ticket, message = answered(d)
    number, chance = message.message_id.split(".")[:2]
    forged = f"{number}.{chance}.aaaaaaaaaaaaaaaa@mail.example"
    arrives(write(message_id="<known@user.example>", in_reply_to=f"<{message.message_id}>", text="Thank you."))
    Ticket.objects.update(state="closed", waiting_since=None, closed_at=NOW)
    for index, guessed in enumerate((forged, "known@user.example", "first@user.example", "nobody@mail.example")):
        raw = comes_back(guessed, number=index)
        assert (raw.state, raw.reason) == (State.QUARANTINED, "bounce")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.undelivered) == ("closed", False)
    assert not RefusedAddress.objects.exists()


def test_a_report_to_another_project_names_nothing_there(d: Department) -> None:
    ticket, message = answered(d)
    raw = comes_back(message.message_id, to="support@games.example")
    ticket.refresh_from_db()
    assert (raw.reason, ticket.state) == ("bounce", "closed")


def test_only_addresses_that_the_message_went_to_are_marked(d: Department) -> None:
    """Mail to Anna is forwarded; the report names where to. What came back is what went to Anna."""
    _ticket, message = answered(d)
    comes_back(message.message_id, recipient="boris@elsewhere.example")
    assert list(RefusedAddress.objects.values_list("address", flat=True)) == ["anna@user.example"]
    assert "boris@elsewhere.example" in Recipient.objects.get(message=message.outbox_message).reply


@pytest.mark.parametrize("state", ["waiting", "held"])
def test_what_came_back_before_we_knew_that_it_was_taken_is_not_sent_again(d: Department, state: str) -> None:
    _ticket, message = answered(d)
    OutboxMessage.objects.update(state=state, finished_at=None)
    Recipient.objects.update(state="waiting", finished_at=None)
    comes_back(message.message_id)
    ours = OutboxMessage.objects.get(message_id=message.message_id)
    assert ours.state == "failed"
    assert ours.finished_at is not None


def test_a_report_to_the_signed_reply_address_finds_the_message_without_its_id(d: Department) -> None:
    ticket, message = answered(d)
    address = OutboxMessage.objects.get(ticket_message=message).reply_to
    arrives(delivery_report("", to=address), refused(""), to=(address,), sender="")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.undelivered) == ("open", True)


def test_a_report_that_quotes_our_headers_in_its_text_finds_the_message(d: Department) -> None:
    ticket, message = answered(d)
    text = f"Sorry, it could not be delivered.\n\nMessage-Id: <{message.message_id}>\nSubject: Re: hello\n"
    sender = "Mail Delivery Subsystem <mailer-daemon@user.example>"
    arrives(write(sender=sender, subject="Returned mail", text=text, message_id="<r@user.example>"), sender="")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.undelivered) == ("open", True)


def test_s31_a_bounced_automatic_answer_marks_the_address_and_nothing_else(d: Department) -> None:
    arrives(write())
    ticket, sent = Ticket.objects.get(), OutboxMessage.objects.get()
    Ticket.objects.update(state="closed", waiting_since=None, closed_at=NOW)
    comes_back(sent.message_id)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.undelivered, Ticket.objects.count()) == ("closed", False, 1)
    assert kinds(ticket)[-2:] == ["arrived", "not-delivered"]
    assert OutboxMessage.objects.count() == 1
    address = RefusedAddress.objects.get()
    assert (address.address, address.reply) == ("anna@user.example", "5.1.1 550 5.1.1 no such user")


def test_an_address_that_refuses_mail_is_answered_again_when_it_writes(d: Department) -> None:
    arrives(write())
    comes_back(OutboxMessage.objects.get().message_id)
    by_form = write(message_id="<form@mail.example>", subject="Told on a form", text="It is still refused.")
    arrives(by_form, source=Source.API)
    assert Event.objects.filter(kind="not-acknowledged").values_list("data__reason", flat=True).get() == (
        "refused-address"
    )
    arrives(write(message_id="<second@user.example>", subject="Another thing", text="I am here."))
    assert not RefusedAddress.objects.exists()
    assert OutboxMessage.objects.filter(kind=Kind.AUTOMATIC).count() == 2


def test_s32_five_hundred_reports_of_what_we_never_sent_are_one_bucket(d: Department) -> None:
    for index in range(500):
        content = delivery_report(f"{index}@mail.example", own_id=f"<{index}@mx.evil.example>")
        arrives(content, refused(f"{index}@mail.example"), sender="")
    assert RawMessage.objects.filter(state=State.QUARANTINED, reason="bounce").count() == 500
    assert (Ticket.objects.count(), OutboxMessage.objects.count()) == (0, 0)


@pytest.mark.parametrize("state", ["closed", "pending"])
def test_s33_an_out_of_office_is_put_to_its_ticket_without_opening_it(d: Department, state: str) -> None:
    ticket, message = answered(d)
    Ticket.objects.update(state=state, closed_at=NOW if state == "closed" else None)
    away = write(
        subject="Out of office: Re: I cannot sign in",
        message_id="<away@user.example>",
        in_reply_to=f"<{message.message_id}>",
        text="I am back on Monday.",
        headers={"Auto-Submitted": "auto-replied"},
    )
    arrives(away, sender="")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.return_count) == (state, 0)
    assert Message.objects.get(kind="auto-reply").ticket == ticket


def test_an_out_of_office_without_a_ticket_lies_in_quarantine(d: Department) -> None:
    raw = arrives(write(subject="Automatic reply: away", headers={"Auto-Submitted": "auto-replied"}), sender="")
    assert (raw.state, raw.reason, Ticket.objects.count()) == (State.QUARANTINED, "auto-reply", 0)


def test_s36_a_bounced_message_to_an_agent_marks_their_address(d: Department, settings: object) -> None:
    settings.EMAIL_BACKEND = "postline.outbox.mail_backend.OutboxBackend"  # type: ignore[attr-defined]
    send_mail("A new password", "Follow this link.", SUPPORT, ["web@staff.example"])
    sent = OutboxMessage.objects.get()
    raw = comes_back(sent.message_id, recipient="web@staff.example")
    person = Person.objects.get(login="web")
    assert (raw.state, person.takes_no_mail, person.refusal) == (State.HANDLED, True, "5.1.1 550 5.1.1 no such user")
    assert Ticket.objects.count() == 0
    person.email = "web@elsewhere.example"
    assert not person.takes_no_mail


def test_a_report_is_read_and_followed_without_anybody_s_help(d: Department, reader: Reader) -> None:
    ticket, message = answered(d)
    content = delivery_report(message.message_id)
    keep(Delivery(content=content, source=Source.SMTP, envelope_from="", envelope_to=(SUPPORT,)), now=NOW)
    assert pipeline.handle(reader, now=NOW) == 1
    ticket.refresh_from_db()
    assert (ticket.state, ticket.undelivered) == ("open", True)
    reply = Recipient.objects.get(message=message.outbox_message).reply
    assert reply.startswith("5.1.1 ")
    assert "no such user" in reply
