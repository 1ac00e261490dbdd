"""“This is another problem”: messages of a ticket become a ticket of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.ops.verify.run import examine
from postline.projects.rights import Forbidden
from postline.tickets.actions.answer import answer
from postline.tickets.actions.merge import merge
from postline.tickets.actions.move import WrongQueue
from postline.tickets.actions.split import WrongMessage, split
from postline.tickets.actions.take import TakenByAnother, take
from postline.tickets.actions.undo import NothingToUndo, undo
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.models import Event, Message, State, Ticket
from postline.tickets.queries.access import MergedAway, NoSuchTicket
from postline.tickets.queries.conversation import Said, conversation
from tests.scenes import ANNA, BORIS, NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
LATEST = NOW + timedelta(minutes=30)


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def ticket(d: Department) -> Ticket:
    """Anna is answered, and writes back about something else."""
    first = letter(d)
    answer(d.reach("line1"), number=first.number, text="Try again.", now=NOW)
    letter(d, to_ticket=first, subject="Re: I cannot sign in", text="It works. But my name is wrong.", now=LATER)
    return Ticket.objects.get(pk=first.pk)


def last_of(ticket: Ticket) -> Message:
    found = Message.objects.filter(ticket=ticket, direction="inbound").order_by("-id").first()
    assert found is not None
    return found


def texts(ticket: Ticket) -> list[str]:
    return [one.body.new_text for one in Message.objects.filter(ticket=ticket).select_related("body").order_by("id")]


def kinds(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))


class TestSplitting:
    def test_what_came_by_a_merge_goes_back_to_whoever_wrote_it(self, d: Department, ticket: Ticket) -> None:
        other = letter(d, sender=BORIS, text="My PIN is 4711.", now=LATER)
        merge(d.reach("lead"), number=other.number, into=ticket.number, now=LATER)
        message = Message.objects.get(sender_address=BORIS[1])
        new = split(d.reach("lead"), number=ticket.number, message_id=message.pk, now=LATEST)
        assert new.requester.address == BORIS[1]
        assert [one.address for one in new.participants.all()] == [BORIS[1]]

    def test_the_message_opens_a_ticket_of_the_same_requester(self, d: Department, ticket: Ticket) -> None:
        message = last_of(ticket)
        new = split(d.reach("web"), number=ticket.number, message_id=message.pk, now=LATEST)
        assert new.number != ticket.number
        assert (new.requester, new.queue, new.mailbox) == (ticket.requester, d.queues["web"], ticket.mailbox)
        assert (new.state, new.waiting_since, new.created_at) == (State.NEW, LATER, LATEST)
        assert new.subject == "Re: I cannot sign in"
        assert new.preview == "It works. But my name is wrong."
        assert (texts(new), len(texts(ticket))) == (["It works. But my name is wrong."], 2)
        assert list(new.participants.values_list("address", "proved")) == [(ANNA[1], True)]

    def test_both_histories_name_the_other_number(self, d: Department, ticket: Ticket) -> None:
        message = last_of(ticket)
        new = split(d.reach("web"), number=ticket.number, message_id=message.pk, now=LATEST)
        off, begun = Event.objects.get(kind="split-off"), Event.objects.get(kind="split-from")
        assert (off.ticket, off.data) == (ticket, {"other": new.number, "messages": [message.pk]})
        assert (begun.ticket, begun.number) == (new, 1)
        assert begun.data == {"other": ticket.number, "messages": [message.pk], "queue": d.queues["web"].pk}

    def test_what_stays_is_left_as_its_answer_left_it(self, d: Department, ticket: Ticket) -> None:
        split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.waiting_since, ticket.closed_at) == (State.CLOSED, None, LATEST)
        assert ticket.preview.startswith("Hello, since this morning")
        assert kinds(ticket)[-2:] == ["split-off", "state"]

    def test_what_stays_unanswered_goes_on_waiting(self, d: Department, ticket: Ticket) -> None:
        letter(d, to_ticket=ticket, text="And another thing.", now=LATEST)
        split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.waiting_since) == (State.OPEN, LATER)

    def test_several_messages_go_together(self, d: Department, ticket: Ticket) -> None:
        one = last_of(ticket)
        letter(d, to_ticket=ticket, text="The name, I mean.", now=LATEST)
        new = split(
            d.reach("web"),
            number=ticket.number,
            message_id=last_of(ticket).pk,
            with_messages=[one.pk],
            queue=d.queues["mail-clients"],
            now=LATEST,
        )
        assert texts(new) == ["It works. But my name is wrong.", "The name, I mean."]
        assert (new.queue, new.waiting_since) == (d.queues["mail-clients"], LATER)

    def test_a_sender_who_is_not_proved_stays_so(self, d: Department, ticket: Ticket) -> None:
        letter(d, to_ticket=ticket, sender=BORIS, text="Me too.", joined_by="reply-address", now=LATEST)
        new = split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        proved = dict(new.participants.values_list("address", "proved"))
        assert proved == {ANNA[1]: True, BORIS[1]: False}

    def test_the_message_says_where_it_was_written(self, d: Department, ticket: Ticket) -> None:
        new = split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        steps = conversation(d.reach("web"), new.number, now=NOW).steps
        assert [one.what.origin for one in steps if isinstance(one.what, Said)] == [ticket.number]

    def test_the_answer_carries_the_new_number_and_no_automatic_one_was_sent(
        self, d: Department, ticket: Ticket
    ) -> None:
        new = split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        assert [one.direction for one in new.messages.all()] == ["inbound"]
        sent = answer(d.reach("web"), number=new.number, text="Changed.", now=LATEST)
        assert sent.outbox_message is not None
        assert str(new.number) in sent.outbox_message.reply_to

    def test_pressed_twice_it_is_one(self, d: Department, ticket: Ticket) -> None:
        message = last_of(ticket)
        made = {split(d.reach("web"), number=ticket.number, message_id=message.pk, now=LATEST).pk for _ in range(2)}
        assert len(made) == 1
        assert Ticket.objects.count() == 2

    def test_no_invariant_is_broken(self, d: Department, ticket: Ticket) -> None:
        new = split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        answer(d.reach("web"), number=new.number, text="Changed.", now=LATEST)
        merge(d.reach("web"), number=new.number, into=ticket.number, now=LATEST)
        # these letters come without intake, which decides on the automatic answer (I4)
        assert [one.violations for one in examine(now=LATEST) if one.count and one.invariant.name != "I4"] == []


class TestUndoing:
    def test_merging_back_brings_the_message_home(self, d: Department, ticket: Ticket) -> None:
        message = last_of(ticket)
        new = split(d.reach("web"), number=ticket.number, message_id=message.pk, now=LATEST)
        undo(d.reach("web"), number=ticket.number, now=LATEST)
        message.refresh_from_db()
        ticket.refresh_from_db()
        assert (message.ticket, message.origin_id) == (ticket, None)
        assert (ticket.state, ticket.waiting_since) == (State.OPEN, LATER)
        assert Ticket.objects.get(pk=new.pk).state == State.MERGED

    def test_what_was_undone_and_taken_apart_again_is_not_undone_once_more(self, d: Department, ticket: Ticket) -> None:
        new = split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATER)
        undo(d.reach("web"), number=ticket.number, now=LATEST)
        unmerge(d.reach("lead"), number=new.number, now=LATEST)
        for side in (new, ticket):
            with pytest.raises(NothingToUndo):
                undo(d.reach("web"), number=side.number, now=LATEST)
        assert texts(new) == ["It works. But my name is wrong."]

    def test_it_is_undone_once_from_either_side(self, d: Department, ticket: Ticket) -> None:
        new = split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)
        undo(d.reach("web"), number=new.number, now=LATEST)
        for side in (ticket, new):
            with pytest.raises(NothingToUndo):
                undo(d.reach("web"), number=side.number, now=LATEST)


class TestWhatMayNot:
    def test_what_is_of_another_ticket_is_not_there(self, d: Department, ticket: Ticket) -> None:
        other = letter(d, queue="web", text="other")
        letter(d, to_ticket=other, text="more", now=LATEST)
        for wrong in (last_of(other).pk, 999_999_999):
            with pytest.raises(WrongMessage):
                split(d.reach("web"), number=ticket.number, message_id=wrong, now=LATEST)
            with pytest.raises(WrongMessage):
                split(
                    d.reach("web"),
                    number=ticket.number,
                    message_id=last_of(ticket).pk,
                    with_messages=[wrong],
                    now=LATEST,
                )
        assert Ticket.objects.count() == 2

    def test_our_answers_stay(self, d: Department, ticket: Ticket) -> None:
        ours = Message.objects.get(direction="outbound")
        with pytest.raises(WrongMessage):
            split(d.reach("web"), number=ticket.number, message_id=ours.pk, now=LATEST)

    def test_something_must_stay(self, d: Department, ticket: Ticket) -> None:
        everything = list(Message.objects.filter(direction="inbound").values_list("pk", flat=True))
        with pytest.raises(WrongMessage):
            split(
                d.reach("web"),
                number=ticket.number,
                message_id=everything[0],
                with_messages=everything,
                now=LATEST,
            )

    @pytest.mark.parametrize("login", ["auditor", "passwords"])
    def test_who_may_not_change_the_ticket(self, d: Department, ticket: Ticket, login: str) -> None:
        with pytest.raises(Forbidden):
            split(d.reach(login), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)

    def test_who_does_not_see_the_ticket(self, d: Department, ticket: Ticket) -> None:
        with pytest.raises(NoSuchTicket):
            split(d.reach("games1"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)

    def test_a_queue_of_another_project(self, d: Department, ticket: Ticket) -> None:
        with pytest.raises(WrongQueue):
            split(
                d.reach("admin"),
                number=ticket.number,
                message_id=last_of(ticket).pk,
                queue=d.queues["games/inbox"],
                now=LATEST,
            )

    def test_what_somebody_else_has_in_hand(self, d: Department, ticket: Ticket) -> None:
        take(d.reach("lead"), number=ticket.number, now=LATEST)
        with pytest.raises(TakenByAnother):
            split(d.reach("web"), number=ticket.number, message_id=last_of(ticket).pk, now=LATEST)

    def test_a_merged_ticket(self, d: Department, ticket: Ticket) -> None:
        message = last_of(ticket)
        other = letter(d, queue="web", text="other")
        merge(d.reach("web"), number=ticket.number, into=other.number, now=LATEST)
        with pytest.raises(MergedAway):
            split(d.reach("web"), number=ticket.number, message_id=message.pk, now=LATEST)
        new = split(d.reach("web"), number=other.number, message_id=message.pk, now=LATEST)
        assert texts(new) == ["It works. But my name is wrong."]
