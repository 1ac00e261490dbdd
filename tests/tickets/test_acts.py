"""What people do with tickets: each act checks the right, changes the ticket and writes the history."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from postline.outbox.models import OutboxMessage
from postline.projects.rights import Forbidden
from postline.tickets.actions import wake
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import (
    WrongOwner,
    WrongState,
    assign,
    change_priority,
    change_state,
    change_tags,
)
from postline.tickets.actions.move import WrongQueue, move
from postline.tickets.actions.note import note
from postline.tickets.actions.open import Contact, WrongAddress, note_request, write_first
from postline.tickets.actions.take import LEASE, NotOpen, TakenByAnother, keep, release, take, take_next
from postline.tickets.models import Event, Message, Note, Priority, State, Ticket
from postline.tickets.queries.access import NoSuchTicket, ticket_for
from tests.scenes import ANNA, BORIS, NOW, Department, department, letter

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


class TestTaking:
    def test_the_next_one_is_the_one_that_has_waited_longest(self, d: Department) -> None:
        letter(d, text="second", now=NOW)
        first = letter(d, text="first", now=NOW - timedelta(hours=1))
        taken = take_next(d.reach("line1"), now=LATER)
        assert taken == first
        assert (taken.owner, taken.taken_by, taken.taken_until) == (
            d.people["line1"],
            d.people["line1"],
            LATER + LEASE,
        )
        assert taken.state == State.OPEN
        assert happenings(taken) == ["arrived", "taken"]

    def test_what_another_holds_is_passed_over_until_the_lease_ends(self, d: Department) -> None:
        only = letter(d)
        take_next(d.reach("line1"), now=LATER)
        assert take_next(d.reach("line1b"), now=LATER) is None
        assert take_next(d.reach("line1b"), now=LATER + LEASE + timedelta(seconds=1)) == only

    def test_one_that_is_mine_comes_before_older_ones(self, d: Department) -> None:
        mine = letter(d, text="mine", now=NOW)
        assign(d.reach("lead"), number=mine.number, owner=d.people["line1"], now=NOW)
        letter(d, text="older", now=NOW - timedelta(hours=5))
        assert take_next(d.reach("line1"), now=LATER) == mine

    def test_what_is_assigned_to_somebody_is_not_handed_to_others(self, d: Department) -> None:
        ticket = letter(d)
        assign(d.reach("lead"), number=ticket.number, owner=d.people["line1"], now=NOW)
        assert take_next(d.reach("line1b"), now=LATER) is None

    def test_nobody_gets_a_ticket_of_a_queue_that_is_not_theirs(self, d: Department) -> None:
        letter(d, queue="passwords")
        assert take_next(d.reach("line1"), now=LATER) is None
        assert take_next(d.reach("web"), now=LATER) is None
        assert take_next(d.reach("auditor"), now=LATER) is None
        assert take_next(d.reach("passwords"), now=LATER) is not None

    def test_a_ticket_that_another_works_at_cannot_be_taken_or_released(self, d: Department) -> None:
        ticket = letter(d)
        take(d.reach("line1"), number=ticket.number, now=LATER)
        with pytest.raises(TakenByAnother) as found:
            take(d.reach("line1b"), number=ticket.number, now=LATER)
        assert found.value.person == d.people["line1"]
        with pytest.raises(TakenByAnother):
            release(d.reach("line1b"), number=ticket.number, now=LATER)
        assert release(d.reach("lead"), number=ticket.number, now=LATER).taken_by is None

    def test_releasing_gives_back_lease_and_ownership_but_not_what_was_assigned(self, d: Department) -> None:
        ticket = letter(d)
        take(d.reach("line1"), number=ticket.number, now=LATER)
        assert release(d.reach("line1"), number=ticket.number, now=LATER).owner is None
        assign(d.reach("lead"), number=ticket.number, owner=d.people["line1"], now=LATER)
        take(d.reach("line1"), number=ticket.number, now=LATER)
        assert release(d.reach("line1"), number=ticket.number, now=LATER).owner == d.people["line1"]

    def test_an_open_page_keeps_the_lease_and_a_lost_one_is_told(self, d: Department) -> None:
        ticket = letter(d)
        take(d.reach("line1"), number=ticket.number, now=NOW)
        assert keep(d.reach("line1"), number=ticket.number, now=LATER)
        ticket.refresh_from_db()
        assert ticket.taken_until == LATER + LEASE
        assert not keep(d.reach("line1b"), number=ticket.number, now=LATER)

    def test_a_closed_ticket_is_not_taken(self, d: Department) -> None:
        ticket = letter(d)
        change_state(d.reach("line1"), number=ticket.number, state=State.CLOSED, now=LATER)
        with pytest.raises(NotOpen):
            take(d.reach("line1"), number=ticket.number, now=LATER)

    def test_a_lease_that_ended_is_taken_back_by_itself(self, d: Department) -> None:
        ticket = letter(d)
        take(d.reach("line1"), number=ticket.number, now=NOW)
        assert wake.end_leases(now=NOW + LEASE) == 0
        assert wake.end_leases(now=NOW + LEASE + timedelta(seconds=1)) == 1
        assert happenings(ticket) == ["arrived", "taken", "lease-ended"]
        assert (ticket.taken_by, ticket.owner) == (None, None)


class TestMoving:
    def test_a_move_gives_the_ticket_free_and_the_second_line_finds_it(self, d: Department) -> None:
        ticket = letter(d)
        take(d.reach("line1"), number=ticket.number, now=LATER)
        move(d.reach("line1"), number=ticket.number, queue=d.queues["passwords"], now=LATER)
        assert happenings(ticket) == ["arrived", "taken", "moved"]
        assert (ticket.owner, ticket.taken_by) == (None, None)
        assert take_next(d.reach("passwords"), now=LATER) == ticket

    def test_who_passed_it_on_may_read_but_not_change_it(self, d: Department) -> None:
        ticket = letter(d)
        move(d.reach("line1"), number=ticket.number, queue=d.queues["passwords"], now=LATER)
        assert ticket_for(d.reach("line1"), ticket.number) == ticket
        with pytest.raises(Forbidden):
            note(d.reach("line1"), number=ticket.number, text="hm", now=LATER)
        with pytest.raises(NoSuchTicket):
            ticket_for(d.reach("line1b"), ticket.number)

    def test_into_a_private_queue_nobody_outside_may_follow(self, d: Department) -> None:
        ticket = letter(d)
        move(d.reach("line1"), number=ticket.number, queue=d.queues["vulnerabilities"], now=LATER)
        for login in ("line1", "web", "passwords"):
            with pytest.raises(NoSuchTicket):
                ticket_for(d.reach(login), ticket.number)
        assert ticket_for(d.reach("abuse"), ticket.number) == ticket

    def test_projects_are_walls(self, d: Department) -> None:
        ticket = letter(d)
        with pytest.raises(WrongQueue):
            move(d.reach("admin"), number=ticket.number, queue=d.queues["games/inbox"], now=LATER)
        with pytest.raises(NoSuchTicket):
            ticket_for(d.reach("games1"), ticket.number)


class TestChanging:
    def test_only_who_takes_there_may_be_made_owner(self, d: Department) -> None:
        ticket = letter(d, queue="passwords")
        with pytest.raises(WrongOwner):
            assign(d.reach("lead"), number=ticket.number, owner=d.people["line1"], now=LATER)
        with pytest.raises(Forbidden):
            assign(d.reach("passwords"), number=ticket.number, owner=d.people["passwords"], now=LATER)
        assign(d.reach("lead"), number=ticket.number, owner=d.people["passwords"], now=LATER)
        assert happenings(ticket) == ["arrived", "assigned"]

    def test_a_state_is_not_set_to_new_or_to_a_date_that_is_past(self, d: Department) -> None:
        ticket = letter(d)
        for state, until in ((State.NEW, None), (State.MERGED, None), (State.PENDING, NOW), (State.OPEN, LATER)):
            with pytest.raises(WrongState):
                change_state(d.reach("line1"), number=ticket.number, state=state, pending_until=until, now=NOW)
        assert happenings(ticket) == ["arrived"]

    def test_what_does_not_change_is_no_event(self, d: Department) -> None:
        ticket = letter(d)
        change_priority(d.reach("line1"), number=ticket.number, priority=Priority.NORMAL, now=LATER)
        change_tags(d.reach("line1"), number=ticket.number, tags=[], now=LATER)
        assert happenings(ticket) == ["arrived"]

    def test_history_tells_of_tags_and_priority_without_their_words(self, d: Department) -> None:
        ticket = letter(d)
        change_tags(d.reach("line1"), number=ticket.number, tags=["anna  visser", "vip", "vip"], now=LATER)
        change_priority(d.reach("line1"), number=ticket.number, priority=Priority.URGENT, now=LATER)
        assert happenings(ticket) == ["arrived", "tags", "priority"]
        assert ticket.tags == ["anna visser", "vip"]
        assert "anna" not in str(list(Event.objects.filter(ticket=ticket).values_list("data", flat=True)))


class TestOpening:
    def test_an_agent_writes_to_somebody_first_and_their_reply_comes_back_here(self, d: Department) -> None:
        ticket = write_first(
            d.reach("passwords"),
            queue=d.queues["passwords"],
            contact=Contact(name="Борис", address="Boris@User.example"),
            subject="Your mailbox",
            text="We saw strange sign-ins.",
            language="ru",
            now=NOW,
        )
        assert (ticket.state, ticket.return_queue) == ("pending", d.queues["passwords"])
        sent = OutboxMessage.objects.get()
        assert (sent.subject, sent.to) == ("Your mailbox", [["Борис", "boris@user.example"]])
        follow_up = letter(d, sender=BORIS, text="Not me", to_ticket=ticket, now=LATER)
        assert (follow_up.state, follow_up.queue) == ("open", d.queues["passwords"])

    def test_a_request_by_telephone_waits_like_a_letter(self, d: Department) -> None:
        ticket = note_request(
            d.reach("line1"),
            queue=d.queues["inbox"],
            contact=Contact(name=ANNA[0], phone="+31 20 555 0100"),
            subject="Cannot sign in",
            text="She says the password is refused.",
            now=NOW,
        )
        assert take_next(d.reach("line1b"), now=LATER) == ticket
        assert not OutboxMessage.objects.exists()

    def test_twice_the_same_key_is_one_ticket(self, d: Department) -> None:
        tickets = [
            note_request(
                d.reach("line1"),
                queue=d.queues["inbox"],
                contact=Contact(name="Anna"),
                subject="s",
                text="t",
                request_key="same",
                now=NOW,
            )
            for _ in range(2)
        ]
        assert tickets[0] == tickets[1]
        assert Ticket.objects.count() == 1

    @pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@c.example", "<anna@user.example>, b@evil.example"])
    def test_what_is_no_address_is_refused(self, d: Department, address: str) -> None:
        with pytest.raises(WrongAddress):
            write_first(
                d.reach("line1"),
                queue=d.queues["inbox"],
                contact=Contact(address=address),
                subject="s",
                text="t",
                now=NOW,
            )

    def test_not_in_a_queue_where_one_may_not_write(self, d: Department) -> None:
        with pytest.raises(Forbidden):
            write_first(
                d.reach("line1"),
                queue=d.queues["passwords"],
                contact=Contact(address="x@user.example"),
                subject="s",
                text="t",
                now=NOW,
            )


class TestHistory:
    def test_the_database_refuses_to_change_or_remove_events(self, d: Department) -> None:
        ticket = letter(d)
        for change in ("UPDATE tickets_event SET kind = 'x'", "DELETE FROM tickets_event"):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(change)
        assert happenings(ticket) == ["arrived"]

    def test_only_a_whole_ticket_goes_with_its_history(self, d: Department) -> None:
        gone, stays = letter(d, text="one"), letter(d, text="two")
        with connection.cursor() as cursor:
            cursor.execute("SELECT postline_delete_ticket(%s)", [gone.pk])
        assert list(Ticket.objects.all()) == [stays]
        assert list(Event.objects.values_list("ticket_id", flat=True)) == [stays.pk]
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.all().delete()

    def test_a_note_is_seen_by_the_staff_and_sent_to_nobody(self, d: Department) -> None:
        ticket = letter(d)
        note(d.reach("trainee"), number=ticket.number, text="I would ask for the city", now=LATER)
        assert happenings(ticket) == ["arrived", "noted"]
        assert Note.objects.get().author == d.people["trainee"]
        assert Message.objects.count() == 1
        assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("far", ["2126-03-10T12:00:00+00:00", "9999-12-31T23:59:00-05:00"])
def test_nobody_waits_longer_than_a_hundred_years(d: Department, far: str) -> None:
    """A date that PostgreSQL keeps and Python cannot read would close the ticket, and the list it stands in, to all."""
    ticket, until = letter(d), datetime.fromisoformat(far)
    with pytest.raises(WrongState):
        change_state(d.reach("line1"), number=ticket.number, state=State.PENDING, pending_until=until, now=NOW)
    with pytest.raises(WrongState):
        answer(d.reach("line1"), number=ticket.number, text="Hello", state=State.PENDING, pending_until=until, now=NOW)
