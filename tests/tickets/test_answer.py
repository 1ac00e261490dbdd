"""Answers: who may, what is sent, and what is told when somebody was quicker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.outbox.models import OutboxMessage
from postline.outbox.put import File
from postline.projects.rights import Forbidden
from postline.tickets.actions import wake
from postline.tickets.actions.answer import NewerMessage, NoAddress, NothingToSay, answer
from postline.tickets.actions.change import (
    change_topic,
)
from postline.tickets.actions.delivery import delivery_failed
from postline.tickets.actions.move import move
from postline.tickets.actions.note import note
from postline.tickets.actions.open import Contact, note_request
from postline.tickets.actions.take import TakenByAnother, take
from postline.tickets.models import Attachment, Event, Note, State, Ticket
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def d() -> Department:
    return department()


def happenings(ticket: Ticket) -> list[str]:
    rows = list(Event.objects.filter(ticket=ticket).order_by("number").values_list("number", "kind"))
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    ticket.refresh_from_db()
    assert ticket.event_count == len(rows)
    return [kind for _, kind in rows]


class TestAnswering:
    def test_an_answer_closes_the_ticket_and_goes_to_the_requester(self, d: Department) -> None:
        ticket = letter(d, message_id="first@user.example")
        take(d.reach("line1"), number=ticket.number, now=LATER)
        message = answer(d.reach("line1"), number=ticket.number, text="Try the second password.", now=LATER)
        assert happenings(ticket) == ["arrived", "taken", "answered"]
        assert (ticket.state, ticket.waiting_since, ticket.taken_by, ticket.owner) == (
            "closed",
            None,
            None,
            d.people["line1"],
        )
        assert ticket.return_queue == d.queues["web"]
        sent = OutboxMessage.objects.get()
        assert (sent.to, sent.subject) == ([["Anna Visser", "anna@user.example"]], "Re: I cannot sign in")
        assert (sent.in_reply_to, sent.message_id) == ("first@user.example", message.message_id)
        assert sent.text.startswith("Try the second password.\n\n-- \nMail support\n\n")
        assert "> since this morning my password is refused." in sent.text
        assert list(sent.recipients.values_list("address", flat=True)) == ["anna@user.example"]

    def test_the_topic_decides_where_a_follow_up_to_a_first_line_answer_goes(self, d: Department) -> None:
        ticket = letter(d)
        change_topic(d.reach("line1"), number=ticket.number, topic=d.topics["lost-password"], now=LATER)
        answer(d.reach("line1"), number=ticket.number, text="Try this.", now=LATER)
        ticket.refresh_from_db()
        assert ticket.return_queue == d.queues["passwords"]

    def test_the_same_press_of_the_button_is_one_answer(self, d: Department) -> None:
        ticket = letter(d)
        first = answer(d.reach("line1"), number=ticket.number, text="Hello", request_key="k1", now=LATER)
        again = answer(d.reach("line1"), number=ticket.number, text="Hello", request_key="k1", now=LATER)
        assert first == again
        assert OutboxMessage.objects.count() == 1
        assert answer(d.reach("line1"), number=ticket.number, text="More", request_key="k2", now=LATER) != first

    def test_a_newer_letter_holds_the_answer(self, d: Department) -> None:
        ticket = letter(d)
        seen = ticket.messages.get().pk
        letter(d, text="Wait, I found it", to_ticket=ticket, now=LATER)
        with pytest.raises(NewerMessage) as found:
            answer(d.reach("line1"), number=ticket.number, text="Hello", seen=seen, now=LATER)
        assert found.value.message.body.text == "Wait, I found it"
        assert not OutboxMessage.objects.exists()

    def test_it_may_leave_the_ticket_open_or_pending_until_a_date(self, d: Department) -> None:
        ticket = letter(d)
        answer(d.reach("line1"), number=ticket.number, text="I look", state=State.OPEN, now=LATER)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.waiting_since) == ("open", LATER)
        until = LATER + timedelta(days=2)
        answer(d.reach("line1"), number=ticket.number, text="?", state=State.PENDING, pending_until=until, now=LATER)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.waiting_since, ticket.pending_until) == ("pending", None, until)
        assert wake.wake_due(now=until - timedelta(seconds=1)) == 0
        assert wake.wake_due(now=until) == 1
        ticket.refresh_from_db()
        assert (ticket.state, ticket.waiting_since, ticket.pending_until) == ("open", until, None)

    def test_files_go_along_and_stand_in_the_conversation(self, d: Department) -> None:
        ticket = letter(d)
        file = File("Анкета.pdf", "application/pdf", b"%PDF-1.7")
        answer(d.reach("line1"), number=ticket.number, text="See the form.", files=[file], now=LATER)
        kept = Attachment.objects.get()
        assert (kept.filename, kept.size) == ("Анкета.pdf", 8)
        assert bytes(OutboxMessage.objects.get().enclosures.get().content) == b"%PDF-1.7"

    def test_copies_are_recipients_and_blind_ones_stand_in_no_header(self, d: Department) -> None:
        ticket = letter(d)
        answer(
            d.reach("line1"),
            number=ticket.number,
            text="Hi",
            cc=[("Boris", "boris@user.example")],
            bcc=["secret@user.example"],
            now=LATER,
        )
        sent = OutboxMessage.objects.get()
        addresses = sorted(sent.recipients.values_list("address", flat=True))
        assert addresses == ["anna@user.example", "boris@user.example", "secret@user.example"]
        assert "secret" not in str([sent.to, sent.cc, sent.text, sent.html])

    def test_an_empty_answer_and_one_to_a_person_without_address_are_refused(self, d: Department) -> None:
        ticket = letter(d)
        with pytest.raises(NothingToSay):
            answer(d.reach("line1"), number=ticket.number, text="  \n", now=LATER)
        told = note_request(
            d.reach("line1"),
            queue=d.queues["inbox"],
            contact=Contact(name="Old man", phone="555 0100"),
            subject="Phone",
            text="Called",
            now=NOW,
        )
        with pytest.raises(NoAddress):
            answer(d.reach("line1"), number=told.number, text="Hello", now=LATER)

    def test_while_another_works_at_it_an_answer_is_refused(self, d: Department) -> None:
        ticket = letter(d)
        take(d.reach("line1b"), number=ticket.number, now=LATER)
        with pytest.raises(TakenByAnother):
            answer(d.reach("line1"), number=ticket.number, text="Hello", now=LATER)

    @pytest.mark.parametrize("login", ["trainee", "auditor"])
    def test_who_may_only_look_cannot_answer(self, d: Department, login: str) -> None:
        ticket = letter(d)
        with pytest.raises(Forbidden):
            answer(d.reach(login), number=ticket.number, text="Hello", now=LATER)
        assert not OutboxMessage.objects.exists()

    def test_an_answer_that_could_not_be_delivered_opens_the_ticket_again(self, d: Department) -> None:
        ticket = letter(d)
        message = answer(d.reach("line1"), number=ticket.number, text="Hello", now=LATER)
        assert message.outbox_message is not None
        delivery_failed(message=message.outbox_message, now=LATER)
        assert happenings(ticket) == ["arrived", "answered", "not-delivered", "reopened"]
        assert ticket.state == State.OPEN

    def test_a_failed_delivery_pulls_no_ticket_out_of_a_private_queue(self, d: Department) -> None:
        ticket = letter(d)
        message = answer(d.reach("line1"), number=ticket.number, text="Hello", now=LATER)
        move(d.reach("lead"), number=ticket.number, queue=d.queues["vulnerabilities"], now=LATER)
        assert message.outbox_message is not None
        delivery_failed(message=message.outbox_message, now=LATER)
        ticket.refresh_from_db()
        assert (ticket.state, ticket.queue, ticket.undelivered) == (State.OPEN, d.queues["vulnerabilities"], True)

    def test_a_hostile_name_makes_no_second_recipient(self, d: Department) -> None:
        ticket = letter(d, sender=("u@x>, <b@evil.example>\r\nBcc: x@y", "anna@user.example"))
        answer(d.reach("line1"), number=ticket.number, text="Hi", now=LATER)
        sent = OutboxMessage.objects.get()
        assert list(sent.recipients.values_list("address", flat=True)) == ["anna@user.example"]
        assert "\n" not in sent.to[0][0]


def test_a_form_from_the_browsers_history_does_not_swallow_other_words(d: Department) -> None:
    """The same key came with another text, or in another ticket: that is another answer, and it must leave."""
    first, second, reach = letter(d), letter(d, text="another letter"), d.reach("line1")
    for ticket, text in ((first, "One"), (first, "One, corrected"), (second, "One"), (first, "One")):
        answer(reach, number=ticket.number, text=text, state=State.OPEN, request_key="key", now=LATER)
        note(reach, number=ticket.number, text=text, request_key="key", now=LATER)
    assert OutboxMessage.objects.count() == Note.objects.count() == 3
