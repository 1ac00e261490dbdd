"""A ticket goes to another project: number, messages and history go along, and nothing else passes the wall."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postline.ops.verify.run import examine
from postline.outbox.models import OutboxMessage
from postline.projects.models import Membership, Person, Role
from postline.projects.rights import Forbidden, reach_of
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_tags, change_topic
from postline.tickets.actions.draft import save_draft
from postline.tickets.actions.hand_over import NotAccepted, TooLate, hand_over, take_back
from postline.tickets.actions.merge import merge
from postline.tickets.actions.note import note
from postline.tickets.actions.suggest import suggest
from postline.tickets.actions.take import TakenByAnother, take, take_next
from postline.tickets.actions.undo import undo
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.models import Draft, Event, HandOver, Reason, Requester, State, Suggestion, Ticket
from postline.tickets.queries.access import NoSuchTicket, ticket_for
from postline.tickets.queries.conversation import Noted, Said, conversation
from postline.tickets.queries.handed_over import left_behind, targets_for, what_was_left
from postline.tickets.queries.lists import tickets_of_address
from postline.tickets.queries.seen import numbers_seen
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
LATEST = NOW + timedelta(minutes=30)


@pytest.fixture
def d() -> Department:
    """The inbox of games accepts tickets of other projects; its queue for accounts does not."""
    result = department()
    result.queues["games/inbox"].accepts_from_projects = True
    result.queues["games/inbox"].save()
    return result


@pytest.fixture
def ticket(d: Department) -> Ticket:
    """Anna's letter to mail, with a note, a topic and tags."""
    made = letter(d)
    note(d.reach("line1"), number=made.number, text="She called names.", now=NOW)
    change_topic(d.reach("line1"), number=made.number, topic=d.topics["display"], now=NOW)
    change_tags(d.reach("line1"), number=made.number, tags=["angry"], now=NOW)
    return made


@pytest.fixture(autouse=True)
def _every_invariant_holds(d: Department) -> Iterator[None]:
    yield
    found = {f.invariant.name: f.violations for f in examine(now=LATEST) if f.count}
    assert {name: rows for name, rows in found.items() if name != "I4"} == {}  # these letters come without intake


def give(d: Department, ticket: Ticket, *, by: str = "line1", to: str = "games/inbox", reason: str = "") -> Ticket:
    hand_over(d.reach(by), number=ticket.number, queue_id=d.queues[to].pk, reason=reason, now=LATER)
    return Ticket.objects.get(pk=ticket.pk)


def texts(d: Department, login: str, number: int) -> list[str]:
    steps = [step.what for step in conversation(d.reach(login), number, now=LATEST).steps]
    return [one.shown if isinstance(one, Said) else one.text for one in steps if isinstance(one, Said | Noted)]


class TestWhatGoesAlong:
    def test_number_messages_and_history_do(self, d: Department, ticket: Ticket) -> None:
        before = list(Event.objects.filter(ticket=ticket).values_list("kind", flat=True))
        there = give(d, ticket)
        assert (there.number, there.project, there.queue) == (
            ticket.number,
            d.projects["games"],
            d.queues["games/inbox"],
        )
        assert texts(d, "games1", ticket.number) == ["Hello,\n\nsince this morning my password is refused.\n\nAnna"]
        kinds = list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))
        assert kinds == [*before, "handed-over", "taken-over"]

    def test_topic_tags_lease_and_owner_stay_behind(self, d: Department, ticket: Ticket) -> None:
        take(d.reach("line1"), number=ticket.number, now=NOW)
        there = give(d, ticket)
        assert (there.topic, there.tags, there.owner, there.taken_by, there.assigned) == (None, [], None, None, False)
        assert take_next(d.reach("games1"), now=LATER) == there

    def test_the_clocks_start_anew(self, d: Department, ticket: Ticket) -> None:
        assert give(d, ticket).waiting_since == LATER

    @pytest.mark.parametrize("state", [State.CLOSED, State.PENDING])
    def test_what_did_not_wait_waits_there(self, d: Department, ticket: Ticket, state: State) -> None:
        answer(d.reach("line1"), number=ticket.number, text="Hello", state=state, now=NOW)
        there = give(d, ticket)
        assert (there.state, there.waiting_since, there.return_queue) == (State.OPEN, LATER, None)

    def test_the_requester_is_one_of_that_project(self, d: Department, ticket: Ticket) -> None:
        there = give(d, ticket)
        assert there.requester.project == d.projects["games"]
        assert (there.requester.name, there.requester.address) == ("Anna Visser", "anna@user.example")
        assert Requester.objects.filter(address="anna@user.example").count() == 2
        assert [row.number for row in tickets_of_address(d.reach("games1"), address="anna@user.example")] == [
            ticket.number
        ]
        assert tickets_of_address(d.reach("line1"), address="anna@user.example") == []

    def test_answers_leave_by_its_mailbox(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        answer(d.reach("games1"), number=ticket.number, text="Hello from games", now=LATER)
        sent = OutboxMessage.objects.get()
        assert (sent.sender_address, sent.project) == ("support@games.example", d.projects["games"])

    def test_nothing_is_sent_by_it(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        assert not OutboxMessage.objects.exists()

    def test_what_waits_in_the_outbox_still_leaves_from_the_old_mailbox(self, d: Department, ticket: Ticket) -> None:
        answer(d.reach("line1"), number=ticket.number, text="Hello", now=NOW)
        give(d, ticket)
        assert OutboxMessage.objects.get().sender_address == "support@mail.example"

    def test_what_was_merged_into_it_goes_along(self, d: Department, ticket: Ticket) -> None:
        second = letter(d, text="Still refused!", now=NOW)
        merge(d.reach("line1"), number=second.number, into=ticket.number, now=NOW)
        give(d, ticket)
        second.refresh_from_db()
        assert (second.project, second.requester.project, second.state) == (
            d.projects["games"],
            d.projects["games"],
            State.MERGED,
        )
        games = reach_of(lead_of_games(d))
        assert unmerge(games, number=second.number, now=LATEST).queue == d.queues["games/inbox"]

    def test_suggestions_are_cut(self, d: Department, ticket: Ticket) -> None:
        other = letter(d, text="Another one", now=NOW)
        suggest(other.pk, ticket.pk, Reason.SAME_REQUESTER, now=NOW)
        give(d, ticket)
        assert not Suggestion.objects.exists()
        assert not suggest(other.pk, ticket.pk, Reason.NUMBER_IN_SUBJECT, now=LATER)

    def test_a_draft_is_kept_for_whoever_wrote_it(self, d: Department, ticket: Ticket) -> None:
        save_draft(d.reach("line1"), number=ticket.number, kind="answer", text="Dear Anna", now=NOW)
        give(d, ticket)
        assert conversation(d.reach("games1"), ticket.number, now=LATEST).drafts == {}
        assert Draft.objects.get().text == "Dear Anna"


class TestTheWall:
    def test_the_new_project_reads_no_old_note(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        note(d.reach("games1"), number=ticket.number, text="Looks like a player.", now=LATER)
        assert texts(d, "games1", ticket.number)[1:] == ["Looks like a player."]

    def test_the_old_project_does_not_find_it_any_more(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        for login in ("line1", "lead", "web"):
            with pytest.raises(NoSuchTicket):
                ticket_for(d.reach(login), ticket.number)
            assert numbers_seen(d.reach(login), [ticket.number]) == set()

    def test_the_old_project_reads_what_was_there_and_nothing_after_it(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket, reason="She plays chess.")
        letter(d, to_ticket=Ticket.objects.select_related("queue").get(pk=ticket.pk), text="More.", now=LATER)
        answer(d.reach("games1"), number=ticket.number, text="Hello from games", now=LATER)
        note(d.reach("games1"), number=ticket.number, text="Theirs", now=LATER)
        for login in ("line1", "line1b", "lead"):
            left = left_behind(d.reach(login), ticket.number)
            assert left is not None
            said = [one.text for one in what_was_left(left)]
            assert said == ["Hello,\n\nsince this morning my password is refused.\n\nAnna", "She called names."]

    @pytest.mark.parametrize("login", ["games1", "passwords", "trainee"])
    def test_whoever_could_not_read_it_there_reads_nothing_of_it(
        self, d: Department, ticket: Ticket, login: str
    ) -> None:
        give(d, ticket)
        readers = {"trainee"}  # sees the inbox
        assert (left_behind(d.reach(login), ticket.number) is not None) == (login in readers)

    def test_who_worked_at_it_still_reads_it_also_from_another_queue(self, d: Department, ticket: Ticket) -> None:
        Event.objects.create(
            ticket=ticket, number=ticket_events(ticket) + 1, kind="taken", person=d.people["passwords"], at=NOW
        )
        Ticket.objects.filter(pk=ticket.pk).update(event_count=ticket_events(ticket))
        give(d, ticket)
        assert left_behind(d.reach("passwords"), ticket.number) is not None

    def test_who_worked_at_it_in_mail_does_not_see_it_in_games_for_that(self, d: Department, ticket: Ticket) -> None:
        Membership.objects.create(person=d.people["line1"], project=d.projects["games"], role=Role.PRODUCT)
        give(d, ticket)
        with pytest.raises(NoSuchTicket):
            ticket_for(d.reach("line1"), ticket.number)
        assert numbers_seen(d.reach("line1"), [ticket.number]) == set()
        assert left_behind(d.reach("line1"), ticket.number) is not None

    def test_of_the_other_project_only_accepting_queues_are_named(self, d: Department, ticket: Ticket) -> None:
        found = targets_for(ticket)
        assert [(one.project_name, one.name) for one in found] == [("Games", "Inbox")]

    def test_a_private_retired_or_archived_one_is_not_named(self, d: Department, ticket: Ticket) -> None:
        inbox, games = d.queues["games/inbox"], d.projects["games"]
        for thing, field, value in ((inbox, "private", True), (inbox, "retired_at", NOW), (games, "archived_at", NOW)):
            before = getattr(thing, field)
            setattr(thing, field, value)
            thing.save()
            assert targets_for(ticket) == [], field
            setattr(thing, field, before)
            thing.save()


class TestWhoMay:
    @pytest.mark.parametrize("login", ["trainee", "auditor"])
    def test_not_without_the_right(self, d: Department, ticket: Ticket, login: str) -> None:
        with pytest.raises(Forbidden):
            give(d, ticket, by=login)

    @pytest.mark.parametrize("login", ["games1", "passwords"])
    def test_not_what_one_does_not_see(self, d: Department, ticket: Ticket, login: str) -> None:
        with pytest.raises(NoSuchTicket):
            give(d, ticket, by=login)

    @pytest.mark.parametrize("queue", ["games/accounts", "web", "inbox"])
    def test_not_into_a_queue_that_does_not_accept(self, d: Department, ticket: Ticket, queue: str) -> None:
        with pytest.raises(NotAccepted):
            give(d, ticket, to=queue)

    def test_not_what_somebody_else_has_in_hand(self, d: Department, ticket: Ticket) -> None:
        take(d.reach("line1b"), number=ticket.number, now=NOW)
        with pytest.raises(TakenByAnother):
            give(d, ticket)

    def test_pressed_twice_it_is_done_once(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        give(d, ticket)
        assert HandOver.objects.count() == 1

    def test_it_is_so_for_whoever_works_in_both_projects(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket, by="admin")
        give(d, ticket, by="admin")
        assert HandOver.objects.count() == 1

    def test_the_second_of_two_people_finds_nothing_there(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        with pytest.raises(NoSuchTicket):
            give(d, ticket, by="line1b")


class TestTheWayBack:
    def test_it_goes_back_where_it_came_from_though_that_accepts_nothing(self, d: Department, ticket: Ticket) -> None:
        there = give(d, ticket)
        assert [(one.slug, one.is_back) for one in targets_for(there)] == [("inbox", True)]
        back = give(d, ticket, by="games1", to="inbox", reason="No player")
        assert (back.project, back.topic, back.tags) == (d.projects["mail"], d.topics["display"], ["angry"])
        assert back.requester == ticket.requester
        assert texts(d, "line1", ticket.number)[1:] == ["She called names."]

    def test_each_project_keeps_its_own_notes(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        note(d.reach("games1"), number=ticket.number, text="Theirs", now=LATER)
        give(d, ticket, by="games1", to="inbox")
        assert "Theirs" not in texts(d, "line1", ticket.number)
        left = left_behind(d.reach("games1"), ticket.number)
        assert left is not None
        assert "Theirs" in [one.text for one in what_was_left(left)]
        assert "She called names." not in [one.text for one in what_was_left(left)]

    def test_a_mistake_is_undone_as_if_nothing_had_been(self, d: Department, ticket: Ticket) -> None:
        answer(d.reach("line1"), number=ticket.number, text="Hello", now=NOW)
        before = Ticket.objects.get(pk=ticket.pk)
        give(d, ticket)
        back = take_back(d.reach("line1"), number=ticket.number, now=LATEST)
        for name in ("project", "queue", "topic", "tags", "requester", "state", "waiting_since", "return_queue"):
            assert getattr(back, name) == getattr(before, name), name
        assert back.closed_at == before.closed_at

    def test_undo_takes_it_back_too(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        assert undo(d.reach("line1"), number=ticket.number, now=LATEST).queue == d.queues["inbox"]

    def test_not_once_somebody_there_has_touched_it(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        take(d.reach("games1"), number=ticket.number, now=LATER)
        with pytest.raises(TooLate):
            take_back(d.reach("line1"), number=ticket.number, now=LATER)

    def test_not_by_somebody_else_and_not_after_an_hour(self, d: Department, ticket: Ticket) -> None:
        give(d, ticket)
        with pytest.raises(TooLate):
            take_back(d.reach("lead"), number=ticket.number, now=LATER)
        with pytest.raises(TooLate):
            take_back(d.reach("line1"), number=ticket.number, now=LATER + timedelta(hours=1))
        with pytest.raises(TooLate):
            take_back(d.reach("games1"), number=ticket.number, now=LATER)


def ticket_events(ticket: Ticket) -> int:
    return Event.objects.filter(ticket=ticket).count()


def lead_of_games(d: Department) -> Person:
    made: Person = Person.objects.create(login="games-lead", created_at=NOW)
    Membership.objects.create(person=made, project=d.projects["games"], role=Role.LEAD)
    return made
