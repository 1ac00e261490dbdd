"""Two tickets about the same problem become one, and are taken apart again exactly as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postline.ops.verify.run import examine
from postline.outbox.models import OutboxMessage
from postline.projects.rights import Forbidden
from postline.tickets.actions.answer import NewerMessage, answer
from postline.tickets.actions.change import change_state
from postline.tickets.actions.delivery import delivery_failed
from postline.tickets.actions.draft import save_draft
from postline.tickets.actions.merge import WrongTarget, merge
from postline.tickets.actions.move import move
from postline.tickets.actions.note import note
from postline.tickets.actions.requester import change_requester
from postline.tickets.actions.suggest import suggest
from postline.tickets.actions.take import TakenByAnother, take, take_next
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.models import Draft, Event, Merge, Note, Reason, State, Suggestion, Ticket
from postline.tickets.queries.access import MergedAway, NoSuchTicket
from postline.tickets.queries.conversation import Noted, Said, conversation
from postline.tickets.queries.lists import Filter, queue_page
from tests.scenes import ANNA, BORIS, NOW, Department, department, letter
from tests.tickets.merging import LATER, LATEST, again, kinds, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def two(d: Department) -> tuple[Ticket, Ticket]:
    """Anna's first letter and, five minutes later, her second one about the same thing."""
    return letter(d), letter(d, text="It is still refused!", now=LATER)


@pytest.fixture(autouse=True)
def _every_invariant_holds(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "two" in request.fixturenames:
        found = {f.invariant.name: f.violations for f in examine(now=LATEST) if f.count}
        assert {name: rows for name, rows in found.items() if name not in BESIDE_THE_POINT} == {}


BESIDE_THE_POINT = ("I4",)  # these letters come without intake, which decides on the automatic answer


class TestMerging:
    def test_everything_said_stands_in_the_other_ticket(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        note(d.reach("line1"), number=newer.number, text="called twice", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert texts(older)[-1] == "It is still refused!"
        assert (texts(newer), Note.objects.get().ticket) == ([], older)
        assert (again(newer).state, again(newer).waiting_since) == (State.MERGED, None)
        assert (again(older).waiting_since, again(older).preview) == (NOW, "It is still refused!")

    def test_both_histories_tell_of_it_once(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert (kinds(older), kinds(newer)) == (["arrived", "merged-in"], ["arrived", "merged"])
        told = Event.objects.get(ticket=older, kind="merged-in")
        assert (told.person, told.data) == (d.people["line1"], {"other": newer.number})
        assert Event.objects.get(ticket=newer, kind="merged").data == {"other": older.number}

    def test_the_conversation_is_one_in_the_order_of_time(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        letter(d, to_ticket=older, text="Any news?", now=LATER + timedelta(minutes=5))
        note(d.reach("line1"), number=newer.number, text="called", now=LATER + timedelta(minutes=2))
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        steps = [step.what for step in conversation(d.reach("line1"), older.number, now=NOW).steps]
        said = [one.text if isinstance(one, Noted) else one.shown for one in steps if isinstance(one, Said | Noted)]
        assert said[1:] == ["It is still refused!", "called", "Any news?"]
        assert [one.origin for one in steps if isinstance(one, Said)] == [None, newer.number, None]

    def test_a_merged_ticket_waits_in_no_list(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        waiting = queue_page(d.reach("line1"), queue_id=d.queues["inbox"].pk, which=Filter.WAITING)
        assert [row.number for row in waiting.rows] == [older.number]
        assert take_next(d.reach("line1"), now=LATEST) == older
        assert take_next(d.reach("line1b"), now=LATEST) is None

    def test_a_closed_one_opens_where_it_is_when_the_other_waits(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        answer(d.reach("line1"), number=older.number, text="Try again.", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        target = again(older)
        assert (target.state, target.waiting_since, target.queue) == (State.OPEN, LATER, d.queues["inbox"])
        assert Event.objects.get(kind="merged-in").data == {"other": newer.number, "from": "closed"}

    def test_one_that_waits_for_nobody_opens_nothing(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        for one in two:
            answer(d.reach("line1"), number=one.number, text="Done.", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert (again(older).state, again(older).waiting_since) == (State.CLOSED, None)

    def test_who_takes_part_keeps_what_they_are(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        letter(d, to_ticket=newer, sender=BORIS, text="me too", joined_by="reply-address", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert list(older.participants.order_by("id").values_list("address", "proved")) == [
            (ANNA[1], True),
            (BORIS[1], False),
        ]

    def test_a_draft_goes_below_what_was_begun_in_the_other_one(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        for one, words in ((older, "Dear Anna"), (newer, "Hello Anna")):
            save_draft(d.reach("line1"), number=one.number, kind="answer", text=words, now=LATER)
        save_draft(d.reach("lead"), number=newer.number, kind="note", text="mine", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert set(Draft.objects.values_list("ticket", "person__login", "text")) == {
            (older.pk, "line1", "Dear Anna\n\nHello Anna"),
            (older.pk, "lead", "mine"),
        }

    def test_whoever_answers_must_have_seen_what_came_by_it(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        seen = older.messages.get().pk
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        with pytest.raises(NewerMessage):
            answer(d.reach("line1b"), number=older.number, text="Hello", seen=seen, now=LATEST)

    @pytest.mark.parametrize("when", ["before the merge", "to the merged number"])
    def test_nobody_is_sent_the_words_of_another_requester(
        self, d: Department, two: tuple[Ticket, Ticket], when: str
    ) -> None:
        older, _newer = two
        boris = letter(d, sender=BORIS, text="My PIN is 4711.", now=LATER)
        merge(d.reach("line1"), number=boris.number, into=older.number, now=LATEST)
        if when == "to the merged number":
            letter(d, sender=BORIS, to_ticket=boris, text="No, the PIN is 4712.", now=LATEST)
        answer(d.reach("line1"), number=older.number, text="Hello Anna", now=LATEST)
        sent = OutboxMessage.objects.get()
        assert "> since this morning my password is refused." in sent.text
        assert "PIN" not in sent.text + sent.html

    def test_who_becomes_the_requester_is_quoted_their_own_words(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, _newer = two
        boris = letter(d, sender=BORIS, text="My PIN is 4711.", now=LATER)
        merge(d.reach("line1"), number=boris.number, into=older.number, now=LATEST)
        change_requester(d.reach("line1"), number=older.number, address=BORIS[1], now=LATEST)
        answer(d.reach("line1"), number=older.number, text="Hello Boris", now=LATEST)
        assert "> My PIN is 4711." in OutboxMessage.objects.get().text

    def test_the_same_merge_twice_is_one(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        for _ in range(2):
            assert merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST) == older
        assert (Merge.objects.count(), kinds(older)) == (1, ["arrived", "merged-in"])

    def test_a_suggestion_to_merge_into_it_leads_on(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        third = letter(d, text="And once more.", now=LATER)
        suggest(third.pk, newer.pk, Reason.SAME_REQUESTER, now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert Suggestion.objects.filter(ticket=third, other=older, dismissed_at=None).exists()


class TestWhatComesLater:
    def test_a_letter_to_the_merged_number_arrives_in_the_other(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        answer(d.reach("line1"), number=older.number, text="Better now?", now=LATEST)
        assert letter(d, to_ticket=newer, text="No.", now=LATEST) == older
        assert (again(older).state, again(newer).state) == (State.OPEN, State.MERGED)
        assert (kinds(newer), texts(older)[-1]) == (["arrived", "merged"], "No.")

    def test_a_chain_of_merges_leads_to_its_end(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        third = letter(d, text="third", now=LATER)
        merge(d.reach("line1"), number=third.number, into=newer.number, now=LATEST)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert letter(d, to_ticket=third, text="to the third", now=LATEST) == older
        unmerge(d.reach("line1"), number=newer.number, now=LATEST)
        assert (texts(older)[1:], texts(newer)) == ([], ["It is still refused!", "third", "to the third"])
        unmerge(d.reach("line1"), number=third.number, now=LATEST)
        assert (texts(newer), texts(third)) == (["It is still refused!"], ["third", "to the third"])

    def test_one_in_the_middle_of_a_chain_keeps_its_place(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        third = letter(d, text="third", sender=BORIS, now=LATER)
        merge(d.reach("line1"), number=third.number, into=newer.number, now=LATEST)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        unmerge(d.reach("line1"), number=third.number, now=LATEST)
        assert (texts(third), texts(older)[1:]) == (["third"], ["It is still refused!"])
        assert list(older.participants.values_list("address", flat=True)) == [ANNA[1]]
        unmerge(d.reach("line1"), number=newer.number, now=LATEST)
        assert texts(newer) == ["It is still refused!"]

    def test_an_answer_that_bounces_is_told_where_it_stands_now(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        answer(d.reach("line1"), number=newer.number, text="Hello", now=LATER)
        answer(d.reach("line1"), number=older.number, text="Hello", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        delivery_failed(message=OutboxMessage.objects.get(ticket_id=newer.pk), now=LATEST)
        assert (kinds(older)[-2:], again(older).state) == (["not-delivered", "reopened"], State.OPEN)
        assert kinds(newer)[-1] == "merged"

    def test_an_answer_that_bounces_pulls_the_other_out_of_no_private_queue(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        answer(d.reach("line1"), number=newer.number, text="Hello", now=LATER)
        answer(d.reach("line1"), number=older.number, text="Hello", now=LATER)
        move(d.reach("lead"), number=older.number, queue=d.queues["vulnerabilities"], now=LATEST)
        merge(d.reach("lead"), number=newer.number, into=older.number, now=LATEST)
        delivery_failed(message=OutboxMessage.objects.get(ticket_id=newer.pk), now=LATEST)
        assert (again(older).queue, again(older).state) == (d.queues["vulnerabilities"], State.OPEN)
        with pytest.raises(NoSuchTicket):
            conversation(d.reach("web"), older.number, now=NOW)

    def test_what_was_sent_from_it_shows_how_far_it_has_come(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        answer(d.reach("line1"), number=newer.number, text="Hello", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        steps = [step.what for step in conversation(d.reach("line1"), older.number, now=NOW).steps]
        (sent,) = [one for one in steps if isinstance(one, Said) and one.direction == "outbound"]
        assert sent.delivery is not None
        assert sent.delivery.state == "waiting"

    def test_nothing_is_done_in_it_any_more(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        acts = (
            lambda: answer(d.reach("line1"), number=newer.number, text="Hello", now=LATEST),
            lambda: note(d.reach("line1"), number=newer.number, text="Hello", now=LATEST),
            lambda: take(d.reach("line1"), number=newer.number, now=LATEST),
            lambda: change_state(d.reach("line1"), number=newer.number, state=State.OPEN, now=LATEST),
            lambda: move(d.reach("line1"), number=newer.number, queue=d.queues["web"], now=LATEST),
        )
        for act in acts:
            with pytest.raises(MergedAway) as refused:
                act()
            assert refused.value.into == older.number
        assert kinds(newer) == ["arrived", "merged"]


class TestWhoMayNot:
    def test_a_ticket_of_another_project(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        there = letter(d, queue="games/inbox")
        with pytest.raises(NoSuchTicket):
            merge(d.reach("line1"), number=two[0].number, into=there.number, now=LATEST)
        with pytest.raises(WrongTarget):
            merge(d.reach("admin"), number=two[0].number, into=there.number, now=LATEST)
        assert not Merge.objects.exists()

    def test_a_ticket_in_a_queue_that_one_does_not_see(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        hidden = letter(d, queue="vulnerabilities", text="hidden")
        for one, other in ((two[0], hidden), (hidden, two[0])):
            with pytest.raises(NoSuchTicket):
                merge(d.reach("line1"), number=one.number, into=other.number, now=LATEST)

    @pytest.mark.parametrize("login", ["auditor", "trainee"])
    def test_who_only_reads(self, d: Department, two: tuple[Ticket, Ticket], login: str) -> None:
        older, newer = two
        with pytest.raises(Forbidden):
            merge(d.reach(login), number=newer.number, into=older.number, now=LATEST)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        with pytest.raises(Forbidden):
            unmerge(d.reach(login), number=newer.number, now=LATEST)
        assert again(newer).state == State.MERGED

    def test_a_colleague_of_another_group_may_not_dissolve_a_ticket(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        one, other = (letter(d, queue="web", text=text) for text in ("a", "b"))
        with pytest.raises(Forbidden):
            merge(d.reach("passwords"), number=one.number, into=other.number, now=LATEST)

    def test_into_a_queue_that_one_may_move_tickets_into(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        move(d.reach("line1"), number=older.number, queue=d.queues["web"], now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert len(texts(older)) == 2

    def test_what_somebody_else_has_in_hand(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        for held in two:
            take(d.reach("line1b"), number=held.number, now=LATER)
            with pytest.raises(TakenByAnother):
                merge(d.reach("line1"), number=newer.number, into=older.number, now=LATER)
            change_state(d.reach("line1b"), number=held.number, state=State.PENDING, now=LATER)

    def test_a_ticket_into_itself_or_one_that_is_merged_already(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        third = letter(d, text="third", now=LATER)
        with pytest.raises(WrongTarget):
            merge(d.reach("line1"), number=older.number, into=older.number, now=LATEST)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        for one, other in ((older, newer), (third, newer), (newer, third)):
            with pytest.raises(MergedAway) as refused:
                merge(d.reach("line1"), number=one.number, into=other.number, now=LATEST)
            assert refused.value.into == older.number
        assert Merge.objects.count() == 1
