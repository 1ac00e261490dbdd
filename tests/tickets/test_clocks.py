"""The clocks of a ticket follow what happens to it, in the transaction of each act."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postline.projects.models import Metric, Queue
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_priority, change_state, change_topic
from postline.tickets.actions.merge import merge
from postline.tickets.actions.move import move
from postline.tickets.actions.open import Contact, note_request, write_first
from postline.tickets.actions.retire_queue import empty_retired, retire
from postline.tickets.actions.split import split
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.actions.wake import wake_due
from postline.tickets.clocks.follow import restart
from postline.tickets.models import Clock, Message, Priority, State, Ticket
from postline.tickets.queries.clocks import clock_facts, oldest_wait_in_first_line
from tests.scenes import BORIS, NOW, Department, department, letter
from tests.working_time import office, target

FIRST, NEXT, SOLUTION, WAIT = Metric.FIRST_ANSWER, Metric.NEXT_ANSWER, Metric.SOLUTION, Metric.FIRST_LINE_WAIT


def after(**ago: float) -> datetime:
    return NOW + timedelta(**ago)


def clocks(ticket: Ticket) -> dict[str, Clock]:
    """The newest clock of each kind."""
    return {clock.metric: clock for clock in Clock.objects.filter(ticket=ticket).order_by("pk")}


def running(ticket: Ticket) -> set[str]:
    return {clock.metric for clock in Clock.objects.filter(ticket=ticket, met_at=None, stopped_at=None)}


def again(ticket: Ticket, *, now: datetime, text: str = "And?") -> None:
    letter(Department(), to_ticket=Ticket.objects.get(pk=ticket.pk), text=text, now=now)


def answers(d: Department, ticket: Ticket, state: State = State.CLOSED, *, login: str = "line1", now: datetime) -> None:
    answer(d.reach(login), number=ticket.number, text="Try this.", state=state, now=now)


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture
def all_targets(d: Department) -> None:
    for metric, minutes in ((FIRST, 60), (NEXT, 30), (SOLUTION, 600), (WAIT, 20)):
        target(d, metric, minutes)


def test_a_letter_starts_the_clocks_that_have_a_target(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    found = clocks(ticket)
    assert {metric: clock.due_at - NOW for metric, clock in found.items() if clock.due_at} == {
        FIRST: timedelta(minutes=60),
        SOLUTION: timedelta(minutes=600),
        WAIT: timedelta(minutes=20),
    }
    assert all(clock.next_at == clock.due_at for clock in found.values())


def test_without_targets_there_are_no_clocks(d: Department) -> None:
    ticket = letter(d)
    answers(d, ticket, now=after(minutes=1))
    assert not Clock.objects.exists()


def test_an_answer_meets_what_asked_for_it(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    answers(d, ticket, now=after(minutes=10))
    found = clocks(ticket)
    assert {metric: clock.met_at for metric, clock in found.items()} == dict.fromkeys(
        (FIRST, SOLUTION, WAIT), after(minutes=10)
    )
    assert all(clock.missed_at is None and clock.next_at is None for clock in found.values())


def test_an_answer_that_comes_late_is_missed_though_nobody_looked(d: Department) -> None:
    target(d, FIRST, 60)
    ticket = letter(d)
    answers(d, ticket, now=after(minutes=61))
    assert clocks(ticket)[FIRST].missed_at == after(minutes=60)


def test_the_next_answer_counts_from_the_oldest_message_without_one(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    answers(d, ticket, now=after(minutes=1))
    again(ticket, now=after(hours=2))
    again(ticket, now=after(hours=2, minutes=10), text="Hello?")
    clock = clocks(ticket)[NEXT]
    assert (clock.started_at, clock.due_at) == (after(hours=2), after(hours=2, minutes=30))
    assert FIRST not in running(ticket)


def test_a_follow_up_to_a_ticket_that_was_left_open_waits_for_an_answer(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    answers(d, ticket, State.OPEN, now=after(minutes=1))
    move(d.reach("line1"), number=ticket.number, queue=d.queues["web"], now=after(minutes=2))
    assert NEXT not in running(ticket)
    again(ticket, now=after(minutes=5))
    assert clocks(ticket)[NEXT].started_at == after(minutes=5)


def test_closed_without_an_answer_it_stops_and_is_not_met(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    change_state(d.reach("line1"), number=ticket.number, state=State.CLOSED, now=after(minutes=3))
    found = clocks(ticket)
    assert (found[FIRST].met_at, found[FIRST].stopped_at) == (None, after(minutes=3))
    assert found[SOLUTION].met_at == after(minutes=3)
    assert not running(ticket)


def test_the_solution_is_measured_once(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    answers(d, ticket, now=after(minutes=1))
    again(ticket, now=after(hours=1))
    assert SOLUTION not in running(ticket)
    assert Clock.objects.filter(ticket=ticket, metric=SOLUTION).count() == 1


def test_it_pauses_while_it_waits_for_the_user(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    until = after(hours=5)
    change_state(
        d.reach("line1"), number=ticket.number, state=State.PENDING, pending_until=until, now=after(minutes=30)
    )
    paused = clocks(ticket)[FIRST]
    assert (paused.due_at, paused.next_at, paused.paused_at) == (None, None, after(minutes=30))
    wake_due(now=until)
    goes_on = clocks(ticket)[FIRST]
    assert goes_on.due_at == until + timedelta(minutes=30)
    assert goes_on.pauses == [after(minutes=30), until]


def test_what_was_missed_stays_missed_while_it_is_paused(d: Department) -> None:
    target(d, SOLUTION, 60)
    ticket = letter(d)
    answers(d, ticket, State.PENDING, now=after(minutes=90))
    clock = clocks(ticket)[SOLUTION]
    assert (clock.due_at, clock.next_at) == (after(minutes=60), None)


def test_the_wait_in_the_first_line_begins_with_each_entry(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    move(d.reach("line1"), number=ticket.number, queue=d.queues["web"], now=after(minutes=5))
    assert (clocks(ticket)[WAIT].met_at, WAIT in running(ticket)) == (after(minutes=5), False)
    move(d.reach("web"), number=ticket.number, queue=d.queues["inbox"], now=after(minutes=50))
    anew = clocks(ticket)[WAIT]
    assert (anew.started_at, anew.due_at) == (after(minutes=50), after(minutes=70))
    assert clocks(ticket)[FIRST].started_at == NOW, "whoever asks has been waiting all the time"


def test_the_target_that_names_most_wins(d: Department) -> None:
    web, display = d.queues["web"], d.topics["display"]
    target(d, FIRST, 600)
    target(d, FIRST, 500, queue=web)
    target(d, FIRST, 400, topic=display)
    target(d, FIRST, 300, priority=Priority.URGENT)
    target(d, FIRST, 200, queue=web, priority=Priority.URGENT)
    ticket = letter(d)
    minutes = [clocks(ticket)[FIRST].minutes]
    move(d.reach("line1"), number=ticket.number, queue=web, now=after(minutes=1))
    minutes.append(clocks(ticket)[FIRST].minutes)
    change_topic(d.reach("web"), number=ticket.number, topic=display, now=after(minutes=2))
    minutes.append(clocks(ticket)[FIRST].minutes)
    change_priority(d.reach("web"), number=ticket.number, priority=Priority.URGENT, now=after(minutes=3))
    minutes.append(clocks(ticket)[FIRST].minutes)
    assert minutes == [600, 500, 400, 200]
    assert clocks(ticket)[FIRST].due_at == after(minutes=200), "it goes on from where it began"


def test_a_target_that_holds_from_now_on_counts_from_the_beginning(d: Department) -> None:
    target(d, FIRST, 60, topic=d.topics["display"])
    ticket = letter(d)
    assert not clocks(ticket)
    change_topic(d.reach("line1"), number=ticket.number, topic=d.topics["display"], now=after(minutes=30))
    assert clocks(ticket)[FIRST].started_at == NOW
    change_topic(d.reach("line1"), number=ticket.number, topic=None, now=after(minutes=40))
    assert not running(ticket)


def test_only_working_time_counts(d: Department) -> None:
    office(d)
    target(d, FIRST, 120)
    ticket = letter(d, now=datetime.fromisoformat("2026-03-06T17:00:00+00:00"))
    assert clocks(ticket)[FIRST].due_at == datetime.fromisoformat("2026-03-09T10:00:00+00:00")


def test_a_queue_may_go_by_a_calendar_of_its_own(d: Department) -> None:
    office(d)
    target(d, FIRST, 120)
    nights = office(d, slug="nights", hours={str(day): [["20:00", "06:00"]] for day in range(7)})
    Queue.objects.filter(pk=d.queues["abuse"].pk).update(calendar=nights)
    target(d, SOLUTION, 600)
    ticket = letter(d, queue="abuse")
    assert clocks(ticket)[FIRST].due_at == datetime.fromisoformat("2026-03-04T22:00:00+00:00")


def test_a_calendar_without_any_hours_makes_nothing_due(d: Department) -> None:
    office(d, hours={})
    target(d, FIRST, 1)
    clock = clocks(letter(d))[FIRST]
    assert (clock.due_at, clock.next_at) == (None, None)


def test_who_telephoned_waits_and_who_was_written_to_does_not(d: Department, all_targets: None) -> None:
    line1 = d.reach("line1")
    told = note_request(line1, queue=d.queues["inbox"], contact=Contact(phone="1"), subject="x", text="x", now=NOW)
    assert running(told) == {FIRST, SOLUTION, WAIT}
    written = write_first(
        line1, queue=d.queues["inbox"], contact=Contact(address=BORIS[1]), subject="x", text="x", now=NOW
    )
    assert running(written) == {SOLUTION}
    assert clocks(written)[SOLUTION].paused_at == NOW


def test_merged_its_clocks_stop_and_apart_they_go_on(d: Department, all_targets: None) -> None:
    one, other = letter(d), letter(d, text="Again the same.", now=after(minutes=20))
    merge(d.reach("lead"), number=one.number, into=other.number, now=after(minutes=25))
    assert not running(one)
    assert clocks(other)[FIRST].started_at == NOW, "the oldest message that nobody has answered"
    unmerge(d.reach("lead"), number=one.number, now=after(minutes=50))
    assert running(one) == {FIRST, SOLUTION, WAIT}
    assert clocks(one)[FIRST].due_at == after(minutes=60)
    assert clocks(other)[FIRST].started_at == after(minutes=20)


def test_what_is_split_off_waits_since_it_came(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    again(ticket, now=after(minutes=15), text="Something else: the display is broken.")
    second = Message.objects.filter(ticket=ticket).order_by("-pk")[0]
    new = split(d.reach("lead"), number=ticket.number, message_id=second.pk, now=after(minutes=40))
    assert clocks(new)[FIRST].started_at == after(minutes=15)
    assert clocks(ticket)[FIRST].started_at == NOW


def test_a_pause_survives_a_merge_that_is_undone(d: Department, all_targets: None) -> None:
    one, other = letter(d), letter(d, text="Again the same.", now=after(minutes=5))
    change_state(d.reach("line1"), number=one.number, state=State.PENDING, now=after(minutes=10))
    merge(d.reach("lead"), number=one.number, into=other.number, now=after(days=5))
    unmerge(d.reach("lead"), number=one.number, now=after(days=5, minutes=1))
    assert clocks(one)[SOLUTION].paused_at == after(minutes=10)
    change_state(d.reach("line1"), number=one.number, state=State.OPEN, now=after(days=6))
    assert clocks(one)[SOLUTION].due_at == after(days=6, minutes=590)


def test_what_is_answered_runs_no_more_when_the_question_is_split_off(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    answers(d, ticket, State.OPEN, now=after(minutes=5))
    again(ticket, now=after(minutes=15), text="Something else: the display is broken.")
    assert NEXT in running(ticket)
    second = Message.objects.filter(ticket=ticket).order_by("-pk")[0]
    new = split(d.reach("lead"), number=ticket.number, message_id=second.pk, now=after(minutes=40))
    assert FIRST in running(new)
    assert running(ticket).isdisjoint({FIRST, NEXT})
    assert clocks(ticket)[NEXT].met_at is None


def test_what_was_answered_waits_for_nothing_when_a_merge_is_undone(d: Department, all_targets: None) -> None:
    one, other = letter(d), letter(d, text="Again the same.", now=after(minutes=1))
    answers(d, other, State.PENDING, now=after(minutes=5))
    again(one, now=after(minutes=6), text="Still nothing works.")
    merge(d.reach("lead"), number=one.number, into=other.number, now=after(minutes=10))
    assert NEXT in running(other)
    unmerge(d.reach("lead"), number=one.number, now=after(minutes=20))
    assert Ticket.objects.get(pk=other.pk).state == State.PENDING
    assert running(other).isdisjoint({FIRST, NEXT})


def test_a_queue_that_is_retired_hands_its_clocks_over(d: Department, all_targets: None) -> None:
    target(d, FIRST, 10, queue=d.queues["web"])
    ticket = letter(d, queue="mail-clients")
    retire(d.reach("admin"), queue_id=d.queues["mail-clients"].pk, successor=d.queues["web"], now=after(minutes=1))
    empty_retired(now=after(minutes=2))
    assert clocks(ticket)[FIRST].due_at == after(minutes=10)


def test_handed_over_all_begin_anew(d: Department, all_targets: None) -> None:
    ticket = letter(d)
    restart(ticket, now=after(minutes=45))
    assert {clock.started_at for clock in clocks(ticket).values()} == {after(minutes=45)}
    assert running(ticket) == {FIRST, SOLUTION, WAIT}
    assert Clock.objects.filter(stopped_at=after(minutes=45)).count() == 3


def test_a_ticket_tells_what_is_left(d: Department, all_targets: None) -> None:
    office(d)
    ticket = letter(d)
    facts = clock_facts(ticket, now=after(minutes=25))
    assert [(fact.metric, fact.left, fact.late) for fact in facts] == [
        (WAIT, None, timedelta(minutes=5)),
        (FIRST, timedelta(minutes=35), None),
        (SOLUTION, timedelta(minutes=575), None),
    ]


def test_how_long_the_first_line_lets_the_oldest_wait(d: Department) -> None:
    office(d)
    assert oldest_wait_in_first_line(d.projects["mail"].pk, now=NOW) == timedelta()
    letter(d, now=datetime.fromisoformat("2026-03-03T17:30:00+00:00"))
    letter(d, queue="web", now=after(days=-30))
    assert oldest_wait_in_first_line(d.projects["mail"].pk, now=NOW) == timedelta(hours=3, minutes=30)


def test_starting_clocks_costs_a_batch_one_more_query(d: Department, all_targets: None) -> None:
    texts = (f"Letter {number}" for number in count())
    letter(d, text=next(texts), now=after(minutes=1))
    with CaptureQueriesContext(connection) as asked:
        letter(d, text=next(texts), now=after(minutes=2))
    with CaptureQueriesContext(connection) as once_more:
        letter(d, text=next(texts), now=after(minutes=2))
    assert len(once_more) <= len(asked)
    assert Clock.objects.count() == 9
