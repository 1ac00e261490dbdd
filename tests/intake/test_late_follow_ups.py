"""What becomes of a message to a closed ticket, as its queue says; and whose it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from postline.intake import pipeline
from postline.intake.models import Source
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.ops.verify.run import examine
from postline.outbox.models import OutboxMessage
from postline.projects.models import FollowUp, Membership, Queue
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import assign, change_state
from postline.tickets.models import Event, Message, State, Ticket
from tests.intake.test_pipeline import arrives
from tests.letters import NOW, delivery_report, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def ticket(d: Department, reader: Reader) -> Ticket:
    """Anna's ticket, answered and closed in the inbox, from where follow-ups go to web."""
    arrives(reader, write())
    it = Ticket.objects.get()
    answer(d.reach("line1"), number=it.number, text="Try again.", now=NOW)
    return Ticket.objects.get()


def says(d: Department, queue: str = "inbox", **values: object) -> Queue:
    Queue.objects.filter(pk=d.queues[queue].pk).update(**values)
    return Queue.objects.get(pk=d.queues[queue].pk)


def comes(reader: Reader, content: bytes, *, now: datetime) -> None:
    delivery = Delivery(
        content=content, source=Source.SMTP, envelope_from="anna@user.example", envelope_to=["support@mail.example"]
    )
    keep(delivery, now=now)
    pipeline.handle(reader, now=now)


def again(reader: Reader, *, days: float, message_id: str = "<again@user.example>") -> Message:
    sent = OutboxMessage.objects.get(kind="answer")
    reply = write(message_id=message_id, in_reply_to=f"<{sent.message_id}>", text=f"Still refused {days}.")
    comes(reader, reply, now=NOW + timedelta(days=days))
    return Message.objects.select_related("ticket").get(message_id=message_id.strip("<>"))


def kinds(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))


def everything_holds(now: datetime) -> None:
    assert {one.invariant.name: one.violations for one in examine(now=now) if one.count} == {}


class TestANewTicket:
    def test_is_opened_past_the_first_line_and_both_name_each_other(
        self, d: Department, ticket: Ticket, reader: Reader
    ) -> None:
        says(d, follow_up=FollowUp.NEW_TICKET, follow_up_days=30)
        new = again(reader, days=31).ticket
        assert new != ticket
        assert (new.queue, new.state, new.requester) == (d.queues["web"], State.NEW, ticket.requester)
        assert Ticket.objects.get(pk=ticket.pk).state == State.CLOSED
        first, last = (
            Event.objects.get(ticket=new, kind="follows"),
            Event.objects.get(ticket=ticket, kind="followed-by"),
        )
        assert (first.data, last.data) == ({"other": ticket.number}, {"other": new.number})
        assert OutboxMessage.objects.filter(kind="automatic").count() == 2  # the new number is told
        everything_holds(NOW + timedelta(days=32))

    def test_what_comes_earlier_opens_the_old_one_again(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, follow_up=FollowUp.NEW_TICKET, follow_up_days=30)
        assert again(reader, days=29.9).ticket == ticket
        assert Ticket.objects.get().state == State.OPEN

    def test_what_replies_to_the_new_ones_messages_joins_that(
        self, d: Department, ticket: Ticket, reader: Reader
    ) -> None:
        says(d, follow_up=FollowUp.NEW_TICKET)
        new = again(reader, days=1).ticket
        reply = write(message_id="<third@user.example>", in_reply_to="<again@user.example>", text="And?")
        comes(reader, reply, now=NOW + timedelta(days=2))
        assert Message.objects.get(message_id="third@user.example").ticket == new

    def test_a_robot_opens_none(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, follow_up=FollowUp.NEW_TICKET)
        arrives(reader, delivery_report(OutboxMessage.objects.get(kind="answer").message_id))
        assert Ticket.objects.count() == 1


class TestClosedForGood:
    def test_it_is_kept_stays_closed_and_is_answered_so(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, follow_up=FollowUp.CLOSED, follow_up_days=30)
        assert again(reader, days=31).ticket == ticket
        assert Ticket.objects.get().state == State.CLOSED
        assert kinds(ticket)[-3:] == ["arrived", "stayed-closed", "acknowledged"]
        said = OutboxMessage.objects.filter(kind="automatic").order_by("-id")[0]
        assert "is not opened again" in said.text
        assert "send a new message instead of a reply" in said.text
        everything_holds(NOW + timedelta(days=32))

    def test_what_comes_earlier_opens_it(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, follow_up=FollowUp.CLOSED, follow_up_days=30)
        again(reader, days=3)
        assert Ticket.objects.get().state == State.OPEN

    def test_a_pending_one_is_not_closed(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, follow_up=FollowUp.CLOSED)
        change_state(d.reach("lead"), number=ticket.number, state=State.PENDING, now=NOW)
        again(reader, days=300)
        assert Ticket.objects.get().state == State.OPEN


def test_by_itself_a_queue_opens_tickets_again_however_old(d: Department, ticket: Ticket, reader: Reader) -> None:
    again(reader, days=3_000)
    assert (Ticket.objects.get().state, Ticket.objects.get().queue) == (State.OPEN, d.queues["web"])


class TestWhoAnsweredLast:
    def test_gets_the_follow_up_while_they_may_take_it(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, keeps_agent=True)
        says(d, return_queue=None)
        Ticket.objects.update(return_queue=d.queues["inbox"])
        again(reader, days=1)
        it = Ticket.objects.get()
        assert (it.owner, it.assigned, it.queue) == (d.people["line1"], True, d.queues["inbox"])
        assert kinds(ticket)[-1] == "assigned"

    def test_nobody_does_who_may_not_take_it_there(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, "web", keeps_agent=True)  # line1 has no part in the second line
        again(reader, days=1)
        assert (Ticket.objects.get().owner, Ticket.objects.get().assigned) == (None, False)

    @pytest.mark.parametrize("gone", ["inactive", "no member"])
    def test_nobody_does_who_has_left(self, d: Department, ticket: Ticket, reader: Reader, gone: str) -> None:
        says(d, keeps_agent=True)
        Ticket.objects.update(return_queue=d.queues["inbox"])
        if gone == "inactive":
            d.people["line1"].is_active = False
            d.people["line1"].save()
        else:
            Membership.objects.filter(person=d.people["line1"]).delete()
        again(reader, days=1)
        assert (Ticket.objects.get().owner, Ticket.objects.get().assigned) == (None, False)

    def test_whom_somebody_has_chosen_by_hand_stays(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, keeps_agent=True)
        Ticket.objects.update(return_queue=d.queues["inbox"])
        assign(d.reach("lead"), number=ticket.number, owner=d.people["line1b"], now=NOW)
        again(reader, days=1)
        assert Ticket.objects.get().owner == d.people["line1b"]

    def test_a_new_ticket_instead_is_theirs_too(self, d: Department, ticket: Ticket, reader: Reader) -> None:
        says(d, keeps_agent=True, follow_up=FollowUp.NEW_TICKET)
        Ticket.objects.update(return_queue=d.queues["inbox"])
        assert again(reader, days=1).ticket.owner == d.people["line1"]
