"""Whoever wrote to the old project need not write again: replies find the ticket where it is now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from postline.intake.reader import Reader
from postline.ops.verify.run import examine
from postline.outbox.models import OutboxMessage
from postline.projects.models import Mailbox
from postline.tickets import numbers
from postline.tickets.actions.answer import answer
from postline.tickets.actions.delivery import not_delivered
from postline.tickets.actions.hand_over import hand_over
from postline.tickets.models import Message, State, Suggestion, Ticket
from postline.tickets.queries.handed_over import targets_for
from tests.intake.test_pipeline import arrives
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def ticket(d: Department, reader: Reader) -> Ticket:
    """Anna's ticket: acknowledged and answered in mail, then handed over to games."""
    arrives(reader, write())
    it = Ticket.objects.get()
    answer(d.reach("line1"), number=it.number, text="Try again.", state=State.OPEN, now=NOW)
    d.queues["games/inbox"].accepts_from_projects = True
    d.queues["games/inbox"].save()
    hand_over(d.reach("line1"), number=it.number, queue_id=d.queues["games/inbox"].pk, now=NOW)
    return it


def said_to(ticket: Ticket, message_id: str) -> Message:
    message = Message.objects.select_related("ticket").get(message_id=message_id)
    assert message.ticket == ticket
    return message


def ours() -> OutboxMessage:
    return OutboxMessage.objects.get(kind="answer")


def test_a_reply_to_the_old_signed_address_joins_it(ticket: Ticket, reader: Reader) -> None:
    address = ours().reply_to
    assert address.endswith("@mail.example")
    arrives(reader, write(to=address, message_id="<2@user.example>", text="No."), to=(address,))
    assert said_to(ticket, "2@user.example").joined_by == "reply-address"
    assert Ticket.objects.get().queue.project.slug == "games"


@pytest.mark.parametrize("to", ["support@mail.example", "support@games.example"])
def test_so_does_one_that_refers_to_our_message(ticket: Ticket, reader: Reader, to: str) -> None:
    reply = write(to=to, message_id="<2@user.example>", in_reply_to=f"<{ours().message_id}>", text="No.")
    arrives(reader, reply, to=(to,))
    assert said_to(ticket, "2@user.example").joined_by == "signed-message-id"


@pytest.mark.parametrize("to", ["support@mail.example", "support@games.example"])
def test_so_does_one_that_refers_to_their_own_letter(ticket: Ticket, reader: Reader, to: str) -> None:
    first = Message.objects.get(direction="inbound").message_id
    arrives(reader, write(to=to, message_id="<2@user.example>", in_reply_to=f"<{first}>", text="No."), to=(to,))
    assert said_to(ticket, "2@user.example").joined_by == "message-id"


@pytest.mark.parametrize("to", ["support@mail.example", "support@games.example"])
def test_so_does_one_with_its_number(ticket: Ticket, reader: Reader, to: str) -> None:
    subject = f"About {numbers.show(ticket.number)}"
    arrives(reader, write(to=to, message_id="<2@user.example>", subject=subject, text="No."), to=(to,))
    assert said_to(ticket, "2@user.example").joined_by == "number-in-subject"


def test_the_requester_gets_no_second_automatic_answer(ticket: Ticket, reader: Reader) -> None:
    address = ours().reply_to
    arrives(reader, write(to=address, message_id="<2@user.example>", text="No."), to=(address,))
    assert OutboxMessage.objects.filter(kind="automatic").count() == 1


def test_what_is_answered_automatically_now_comes_from_the_new_project(
    d: Department, ticket: Ticket, reader: Reader
) -> None:
    games = d.projects["games"]
    games.answers_follow_ups = True
    games.save()
    address = ours().reply_to
    arrives(reader, write(to=address, message_id="<2@user.example>", text="No."), to=(address,))
    last = OutboxMessage.objects.order_by("-id")[0]
    assert (last.kind, last.sender_address, last.project) == ("automatic", "support@games.example", games)


def test_a_second_delivery_of_the_first_letter_is_no_new_ticket(ticket: Ticket, reader: Reader) -> None:
    arrives(reader, write(), to=("support@mail.example", "abuse@mail.example"))
    assert Ticket.objects.count() == 1
    assert Message.objects.filter(direction="inbound").count() == 1


def test_one_reply_to_both_projects_stands_in_it_once(ticket: Ticket, reader: Reader) -> None:
    reply = write(message_id="<2@user.example>", in_reply_to=f"<{ours().message_id}>", text="No.")
    arrives(reader, reply, to=("support@mail.example", "support@games.example"))
    assert said_to(ticket, "2@user.example").joined_by == "signed-message-id"


def test_a_stranger_who_names_its_number_opens_a_ticket_without_a_hint_over_the_wall(
    ticket: Ticket, reader: Reader
) -> None:
    letter = write(sender="Mallory <m@user.example>", message_id="<2@x.example>", subject=f"{ticket.number}")
    arrives(reader, letter)
    assert Message.objects.get(message_id="2@x.example").ticket != ticket
    assert not Suggestion.objects.exists()


def test_the_old_project_does_not_open_a_ticket_for_its_own_answer_that_comes_back(
    ticket: Ticket, reader: Reader
) -> None:
    copy = write(sender="Mail support <support@mail.example>", message_id=f"<{ours().message_id}>", text="Try again.")
    arrives(reader, copy)
    assert Ticket.objects.count() == 1


def test_a_bounce_of_the_old_answer_does_not_take_it_back_over_the_wall(
    d: Department, ticket: Ticket, reader: Reader
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(state=State.CLOSED, waiting_since=None, closed_at=NOW)
    with transaction.atomic():
        not_delivered(message=ours(), replies={"anna@user.example": "550 no"}, now=NOW + timedelta(hours=1))
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.state, ticket.undelivered) == (d.queues["games/inbox"], State.OPEN, True)


def test_a_project_that_cannot_answer_takes_nothing_in(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    d.queues["games/inbox"].accepts_from_projects = True
    d.queues["games/inbox"].save()
    Mailbox.objects.filter(project=d.projects["games"]).delete()
    assert targets_for(Ticket.objects.get()) == []


def test_every_invariant_holds_after_all_of_it(ticket: Ticket, reader: Reader) -> None:
    address = ours().reply_to
    arrives(reader, write(to=address, message_id="<2@user.example>", text="No."), to=(address,))
    assert {found.invariant.name: found.violations for found in examine(now=NOW) if found.count} == {}
