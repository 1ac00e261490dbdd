"""What is written to a merged ticket arrives in the other one; a reply to a message that was split off follows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.intake.reader import Reader
from postline.outbox.models import OutboxMessage
from postline.tickets import numbers
from postline.tickets.actions.answer import answer
from postline.tickets.actions.merge import merge
from postline.tickets.actions.split import split
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.models import Message, State, Ticket
from tests.intake.test_pipeline import arrives
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def two(d: Department, reader: Reader) -> tuple[Ticket, Ticket]:
    """Anna's first ticket and her second one; both are answered, the second is merged into the first."""
    arrives(reader, write())
    arrives(reader, write(message_id="<second@user.example>", text="Still refused."))
    older, newer = Ticket.objects.order_by("id")
    for one in (older, newer):
        answer(d.reach("line1"), number=one.number, text="Try again.", state=State.OPEN, now=NOW)
    merge(d.reach("line1"), number=newer.number, into=older.number, now=NOW)
    return older, newer


def sent_from(ticket: Ticket) -> OutboxMessage:
    return OutboxMessage.objects.get(ticket_id=ticket.pk, kind="answer")


class TestAfterAMerge:
    def test_the_signed_address_of_the_merged_one_leads_to_the_other(
        self, two: tuple[Ticket, Ticket], reader: Reader
    ) -> None:
        older, newer = two
        address = sent_from(newer).reply_to
        arrives(reader, write(to=address, message_id="<3@user.example>", text="No."), to=(address,))
        message = Message.objects.get(message_id="3@user.example")
        assert (message.ticket, message.joined_by) == (older, "reply-address")
        assert Ticket.objects.get(pk=newer.pk).state == State.MERGED

    def test_so_does_the_message_id_of_what_was_sent_from_it(self, two: tuple[Ticket, Ticket], reader: Reader) -> None:
        older, newer = two
        arrives(
            reader, write(message_id="<3@user.example>", in_reply_to=f"<{sent_from(newer).message_id}>", text="No.")
        )
        message = Message.objects.get(message_id="3@user.example")
        assert (message.ticket, message.joined_by) == (older, "signed-message-id")

    def test_so_does_a_message_that_was_written_to_it(self, two: tuple[Ticket, Ticket], reader: Reader) -> None:
        older, _newer = two
        arrives(reader, write(message_id="<3@user.example>", in_reply_to="<second@user.example>", text="No."))
        message = Message.objects.get(message_id="3@user.example")
        assert (message.ticket, message.joined_by) == (older, "message-id")

    def test_so_does_its_number_in_the_subject(self, two: tuple[Ticket, Ticket], reader: Reader) -> None:
        older, newer = two
        subject = f"About {numbers.show(newer.number)}"
        arrives(reader, write(message_id="<3@user.example>", subject=subject, text="No."))
        message = Message.objects.get(message_id="3@user.example")
        assert (message.ticket, message.joined_by) == (older, "number-in-subject")

    def test_after_the_merge_is_undone_it_leads_home_again(
        self, d: Department, two: tuple[Ticket, Ticket], reader: Reader
    ) -> None:
        _older, newer = two
        address = sent_from(newer).reply_to
        arrives(reader, write(to=address, message_id="<3@user.example>", text="No."), to=(address,))
        unmerge(d.reach("line1"), number=newer.number, now=LATER)
        arrives(reader, write(to=address, message_id="<4@user.example>", text="No!"), to=(address,))
        theirs = Message.objects.filter(ticket=newer, direction="inbound").order_by("id")
        assert [one.message_id for one in theirs] == ["second@user.example", "3@user.example", "4@user.example"]

    def test_what_replied_to_one_of_its_messages_goes_home_with_it(
        self, d: Department, two: tuple[Ticket, Ticket], reader: Reader
    ) -> None:
        _older, newer = two
        arrives(reader, write(message_id="<3@user.example>", in_reply_to="<second@user.example>", text="No."))
        arrives(reader, write(message_id="<4@user.example>", in_reply_to="<3@user.example>", text="No!"))
        arrives(reader, write(message_id="<5@user.example>", in_reply_to="<first@user.example>", text="Well?"))
        unmerge(d.reach("line1"), number=newer.number, now=LATER)
        theirs = Message.objects.filter(ticket=newer, direction="inbound").order_by("id")
        assert [one.message_id for one in theirs] == ["second@user.example", "3@user.example", "4@user.example"]


class TestAfterASplit:
    @pytest.fixture
    def apart(self, d: Department, reader: Reader) -> tuple[Ticket, Ticket]:
        """Anna replies to an answer, with something else: that reply is split off."""
        arrives(reader, write())
        ticket = Ticket.objects.get()
        answer(d.reach("line1"), number=ticket.number, text="Try again.", state=State.OPEN, now=NOW)
        address, ours = sent_from(ticket).reply_to, f"<{sent_from(ticket).message_id}>"
        arrives(
            reader,
            write(to=address, message_id="<2@user.example>", in_reply_to=ours, text="And my name?"),
            to=(address,),
        )
        message = Message.objects.get(message_id="2@user.example")
        reach = d.reach("lead")
        return ticket, split(reach, number=message.ticket.number, message_id=message.pk, now=LATER)

    def test_a_reply_to_the_message_follows_it_though_it_names_the_old_ticket(
        self, apart: tuple[Ticket, Ticket], reader: Reader
    ) -> None:
        old, new = apart
        address = sent_from(old).reply_to
        chain = f"<{sent_from(old).message_id}> <2@user.example>"
        raw = write(
            to=address, message_id="<3@user.example>", in_reply_to="<2@user.example>", references=chain, text="Well?"
        )
        arrives(reader, raw, to=(address,))
        assert Message.objects.get(message_id="3@user.example").ticket == new

    def test_a_reply_to_our_answer_goes_on_where_it_was_given(
        self, apart: tuple[Ticket, Ticket], reader: Reader
    ) -> None:
        old, _new = apart
        address, ours = sent_from(old).reply_to, f"<{sent_from(old).message_id}>"
        arrives(
            reader, write(to=address, message_id="<3@user.example>", in_reply_to=ours, text="It works."), to=(address,)
        )
        assert Message.objects.get(message_id="3@user.example").ticket == old

    def test_a_stranger_who_names_the_message_gets_no_further_than_before(
        self, apart: tuple[Ticket, Ticket], reader: Reader
    ) -> None:
        raw = write(sender="eve@elsewhere.example", message_id="<3@elsewhere.example>", in_reply_to="<2@user.example>")
        arrives(reader, raw)
        assert Message.objects.get(message_id="3@elsewhere.example").ticket not in apart
