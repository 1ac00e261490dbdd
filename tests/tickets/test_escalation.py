"""Warnings and escalation steps: each once, whatever the workers and the clocks do (F15)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from postline.projects import changes, working_rules
from postline.projects.models import Act, Alarm, Metric, Queue
from postline.projects.targets import Step, TargetSettings, change_target
from postline.projects.targets import target as name_of
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_priority, change_state
from postline.tickets.actions.move import move
from postline.tickets.actions.take import take
from postline.tickets.clocks import escalate
from postline.tickets.clocks import recount as recount_module
from postline.tickets.clocks.escalate import JUMPED, Steady, do_what_is_due
from postline.tickets.clocks.follow import follow
from postline.tickets.clocks.recount import notice_new_tables, progress, recount
from postline.tickets.clocks.steps import take_step
from postline.tickets.models import Clock, Event, Priority, State, Ticket
from tests.scenes import NOW, Department, department, letter
from tests.waiting import until
from tests.working_time import office, recounted, target

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = Metric.FIRST_ANSWER
TELL = Step(after_minutes=0, act=Act.NOTIFY)


@pytest.fixture
def d() -> Department:
    return department()


def after(**ago: float) -> datetime:
    return NOW + timedelta(**ago)


def told(ticket: Ticket | None = None) -> list[str]:
    """What the history tells of clocks, and of nothing else."""
    events = Event.objects.filter(kind__in=("clock-warned", "clock-missed", "escalated")).order_by("ticket", "number")
    if ticket is not None:
        events = events.filter(ticket=ticket)
    return [event.data.get("act") or event.kind for event in events]


def urgent(d: Department) -> Step:
    return Step(after_minutes=30, act=Act.RAISE, priority=Priority.URGENT)


def to_web(d: Department, after_minutes: int = 60) -> Step:
    return Step(after_minutes=after_minutes, act=Act.MOVE, queue=d.queues["web"])


def test_it_warns_before_misses_at_the_minute_and_escalates_step_by_step(d: Department) -> None:
    target(d, FIRST, 60, TELL, urgent(d), to_web(d), warn_minutes=15)
    ticket = letter(d)
    seen: list[tuple[float, list[str]]] = []
    for minutes in (44, 45, 59.9, 60, 89, 90, 119, 120, 500):
        do_what_is_due(now=after(minutes=minutes))
        seen.append((minutes, told()[sum(len(one) for _when, one in seen) :]))
    assert [one for one in seen if one[1]] == [
        (45, ["clock-warned"]),
        (60, ["clock-missed", "notify"]),
        (90, ["raise"]),
        (120, ["move"]),
    ]
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.queue) == (Priority.URGENT, d.queues["web"])
    assert Clock.objects.get().missed_at == after(minutes=60)
    assert {alarm.code for alarm in Alarm.objects.all()} == {"target-near", "target-missed"}


def test_the_events_name_target_and_step(d: Department) -> None:
    made = target(d, FIRST, 60, TELL)
    letter(d)
    do_what_is_due(now=after(hours=1))
    step = made.steps.get()
    missed, escalated = Event.objects.filter(kind__in=("clock-missed", "escalated")).order_by("number")
    assert missed.data == {"metric": "first-answer", "target": made.pk, "minutes": 60}
    assert escalated.data == {"metric": "first-answer", "target": made.pk, "step": step.pk, "act": "notify"}
    assert (missed.person, escalated.person) == (None, None)


def test_steps_count_working_time_too(d: Department) -> None:
    office(d)
    target(d, FIRST, 300, to_web(d, after_minutes=120))
    letter(d)  # due at 17:00
    do_what_is_due(now=after(hours=6, minutes=59))
    assert told() == ["clock-missed"]
    do_what_is_due(now=after(days=1, hours=-2))
    assert told() == ["clock-missed", "move"]


def test_what_is_late_is_done_once_and_without_a_warning(d: Department) -> None:
    target(d, FIRST, 60, TELL, urgent(d), to_web(d), warn_minutes=15)
    letter(d)
    do_what_is_due(now=after(days=2))
    do_what_is_due(now=after(days=3))
    assert told() == ["clock-missed", "notify", "raise", "move"]


def test_a_clock_that_jumps_to_and_fro_repeats_nothing(d: Department) -> None:
    target(d, FIRST, 60, TELL, urgent(d), warn_minutes=15)
    letter(d)
    closed = letter(d, text="Solved long ago.")
    change_state(d.reach("line1"), number=closed.number, state=State.CLOSED, now=after(minutes=1))
    for jump in (timedelta(days=1), timedelta(), timedelta(hours=-1), timedelta(days=-1), timedelta(hours=1)):
        do_what_is_due(now=NOW + jump)
    assert told() == ["clock-missed", "notify", "raise"]
    assert told(closed) == []


def test_after_a_jump_of_the_clock_it_waits_and_says_so(d: Department) -> None:
    steady = Steady(now=NOW, seconds=0)
    assert steady.goes_on(now=after(seconds=5), seconds=5)
    assert not steady.goes_on(now=after(days=1), seconds=10)
    assert Alarm.objects.get().code == JUMPED
    assert not steady.goes_on(now=after(days=1, seconds=5), seconds=15)
    assert not steady.goes_on(now=after(seconds=20), seconds=20), "set right again, which is a jump as well"
    assert steady.goes_on(now=after(seconds=200), seconds=200)


def test_a_change_to_summer_time_is_no_jump(d: Department) -> None:
    office(d, time_zone="Europe/Amsterdam", hours={str(day): [["00:00", "00:00"]] for day in range(7)})
    target(d, FIRST, 24 * 60, TELL)
    letter(d, now=datetime.fromisoformat("2026-03-28T12:00:00+01:00"))
    do_what_is_due(now=datetime.fromisoformat("2026-03-29T12:59:00+02:00"))
    assert told() == []
    do_what_is_due(now=datetime.fromisoformat("2026-03-29T13:00:00+02:00"))
    assert told() == ["clock-missed", "notify"]


def test_two_workers_do_it_once(d: Department) -> None:
    target(d, FIRST, 60, TELL, urgent(d), to_web(d), warn_minutes=15)
    tickets = [letter(d, text=f"Letter {number}") for number in range(12)]
    begin = threading.Barrier(2)

    def worker() -> None:
        begin.wait()
        try:
            for minute in range(40, 130, 10):
                do_what_is_due(now=after(minutes=minute))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    do_what_is_due(now=after(minutes=130))
    for ticket in tickets:
        acts = [one for one in told(ticket) if one != "clock-warned"]
        assert acts == ["clock-missed", "notify", "raise", "move"]
        assert told(ticket).count("clock-warned") <= 1


def test_a_ticket_that_somebody_has_in_hand_is_passed_over_and_found_again(d: Department) -> None:
    target(d, FIRST, 60, TELL)
    held, other = letter(d), letter(d, text="Another one.")
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Ticket.objects.select_for_update().get(pk=held.pk)
            locked.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait(10)
    do_what_is_due(now=after(hours=1))
    done.set()
    thread.join()
    assert (told(held), told(other)) == ([], ["clock-missed", "notify"])
    do_what_is_due(now=after(hours=1))
    assert told(held) == ["clock-missed", "notify"]


def test_while_it_waits_for_the_user_nothing_is_escalated(d: Department) -> None:
    target(d, FIRST, 60, TELL)
    ticket = letter(d)
    change_state(d.reach("line1"), number=ticket.number, state=State.PENDING, now=after(minutes=59))
    do_what_is_due(now=after(days=9))
    assert told() == []
    change_state(d.reach("line1"), number=ticket.number, state=State.OPEN, now=after(days=9))
    do_what_is_due(now=after(days=9, minutes=1))
    assert told() == ["clock-missed", "notify"]


def test_an_answer_in_time_leaves_nothing_to_do(d: Department) -> None:
    target(d, FIRST, 60, TELL)
    ticket = letter(d)
    answer(d.reach("line1"), number=ticket.number, text="Try this.", now=after(minutes=59))
    do_what_is_due(now=after(days=9))
    assert told() == []


def test_moved_by_escalation_whoever_may_not_take_it_there_gives_it_back(d: Department) -> None:
    target(d, FIRST, 60, to_web(d, after_minutes=0))
    ticket = letter(d)
    take(d.reach("line1"), number=ticket.number, now=after(minutes=58))
    do_what_is_due(now=after(minutes=60))
    ticket.refresh_from_db()
    assert (ticket.queue, ticket.taken_by, ticket.owner) == (d.queues["web"], None, None)


def test_nothing_leaves_a_private_queue_by_itself(d: Department) -> None:
    target(d, FIRST, 60, to_web(d, after_minutes=0))
    ticket = letter(d, queue="vulnerabilities")
    do_what_is_due(now=after(minutes=60))
    ticket.refresh_from_db()
    assert ticket.queue == d.queues["vulnerabilities"]
    assert told() == ["clock-missed", "move"]
    assert "to" not in Event.objects.get(kind="escalated").data


def test_a_priority_is_never_lowered(d: Department) -> None:
    target(d, FIRST, 60, Step(after_minutes=0, act=Act.RAISE, priority=Priority.HIGH))
    ticket = letter(d)
    change_priority(d.reach("line1"), number=ticket.number, priority=Priority.URGENT, now=after(minutes=1))
    do_what_is_due(now=after(minutes=60))
    ticket.refresh_from_db()
    assert ticket.priority == Priority.URGENT


def test_the_wait_in_the_first_line_escalates_anew_after_each_entry(d: Department) -> None:
    target(d, Metric.FIRST_LINE_WAIT, 20, to_web(d, after_minutes=0))
    ticket = letter(d)
    do_what_is_due(now=after(minutes=20))
    move(d.reach("web"), number=ticket.number, queue=d.queues["inbox"], now=after(minutes=30))
    do_what_is_due(now=after(minutes=49))
    do_what_is_due(now=after(minutes=50))
    assert told() == ["clock-missed", "move", "clock-missed", "move"]
    ticket.refresh_from_db()
    assert ticket.queue == d.queues["web"]


# --- changed calendars and targets ---


def test_a_changed_target_reaches_the_clocks_of_open_tickets(d: Department) -> None:
    made = target(d, FIRST, 60, TELL)
    ticket = letter(d)
    settings = TargetSettings(metric=FIRST, minutes=30)
    change_target(
        d.reach("lead"), project=d.projects["mail"], target_id=made.pk, settings=settings, seen=10**6, now=NOW
    )
    how_far = progress(d.projects["mail"].pk)
    assert how_far is not None
    assert how_far.is_going_on
    recounted(after(minutes=1))
    assert Clock.objects.get(ticket=ticket).due_at == after(minutes=30)
    how_far = progress(d.projects["mail"].pk)
    assert how_far is not None
    assert (how_far.percent, how_far.counted, how_far.is_going_on) == (100, 1, False)


def test_a_new_target_starts_clocks_of_tickets_that_are_open_already(d: Department) -> None:
    waiting, closed = letter(d), letter(d, text="Solved.")
    change_state(d.reach("line1"), number=closed.number, state=State.CLOSED, now=after(minutes=1))
    target(d, FIRST, 60, TELL, now=after(hours=3))
    recounted(after(hours=3))
    assert [clock.ticket_id for clock in Clock.objects.all()] == [waiting.pk]
    assert Clock.objects.get().due_at == after(hours=1)
    do_what_is_due(now=after(hours=3))
    assert told() == ["clock-missed", "notify"]


def test_a_changed_calendar_moves_what_is_due_and_what_was_missed(d: Department) -> None:
    target(d, FIRST, 60, TELL)
    letter(d, now=after(hours=10))
    do_what_is_due(now=after(hours=11))
    office(d, now=after(hours=11))
    recounted(after(hours=11))
    clock = Clock.objects.get()
    assert (clock.due_at, clock.missed_at) == (datetime.fromisoformat("2026-03-05T10:00:00+00:00"), None)
    do_what_is_due(now=after(hours=22))
    assert told() == ["clock-missed", "notify", "clock-missed"], "missed by the new rules too, but nobody is told twice"


def test_it_goes_on_where_it_was(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postline.tickets.clocks.recount.BATCH", 3)
    tickets = [letter(d, text=f"Letter {number}") for number in range(8)]
    target(d, FIRST, 60)
    assert until(lambda: recount(now=NOW))
    assert Clock.objects.count() == 3
    half = progress(d.projects["mail"].pk)
    assert half is not None
    assert 0 < half.percent < 100
    recounted(NOW)
    assert Clock.objects.count() == len(tickets)


def test_it_begins_when_all_are_over_who_may_know_the_old_rules(d: Department) -> None:
    started, changed_now = threading.Event(), threading.Event()
    numbers: list[int] = []

    def intake() -> None:
        with transaction.atomic():
            letter(d)
            started.set()
            changed_now.wait(10)
        connection.close()

    thread = threading.Thread(target=intake)
    thread.start()
    started.wait(10)
    target(d, FIRST, 60)
    assert not recount(now=NOW)
    changed_now.set()
    thread.join()
    numbers.append(recounted(NOW))
    assert Clock.objects.count() == 1


def test_other_tables_of_holidays_are_noticed(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    target(d, FIRST, 60)
    recounted(NOW)
    notice_new_tables(now=NOW)
    assert not recount(now=NOW)
    monkeypatch.setattr("postline.tickets.clocks.recount.versions", lambda: "others")
    notice_new_tables(now=NOW)
    assert until(lambda: recount(now=NOW))


def test_a_ticket_that_fails_stops_nobody_else_and_is_tried_again_later(
    d: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    target(d, FIRST, 60, urgent(d))
    broken, other = letter(d), letter(d, now=after(minutes=1))

    def fails(ticket: Ticket, *arguments: Any, **more: Any) -> None:
        if ticket.pk == broken.pk:
            raise Queue.DoesNotExist
        take_step(ticket, *arguments, **more)

    monkeypatch.setattr(escalate, "take_step", fails)
    do_what_is_due(now=after(minutes=95))
    assert told(other) == ["clock-missed", "raise"]
    assert told(broken) == [], "all or nothing"
    assert do_what_is_due(now=after(minutes=96)) == 0, "not again and again"
    monkeypatch.setattr(escalate, "take_step", take_step)
    do_what_is_due(now=after(minutes=95) + escalate.AFTER_FAULT)
    assert told(broken) == ["clock-missed", "raise"]


def test_a_ticket_that_fails_does_not_stop_the_recount(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, other = letter(d), letter(d, text="Another letter.")
    target(d, FIRST, 60)

    def fails(ticket: Ticket, **more: Any) -> None:
        if ticket.pk == broken.pk:
            raise LookupError
        follow(ticket, **more)

    monkeypatch.setattr(recount_module, "follow", fails)
    recounted(after(minutes=1))
    assert list(Clock.objects.values_list("ticket_id", flat=True)) == [other.pk]
    found = progress(d.projects["mail"].pk)
    assert found is not None
    assert not found.is_going_on


def test_a_target_that_another_process_changes_holds_for_the_next_ticket_of_the_same_round(
    d: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the recount, which is over by then, would be undone for that ticket."""
    made = target(d, FIRST, 60)
    letter(d)
    second = letter(d, now=after(minutes=1))
    do_ticket = escalate._do

    def meanwhile(ticket_id: int, *, now: datetime) -> bool:
        done = do_ticket(ticket_id, now=now)
        if ticket_id != second.pk:
            kept = dict(working_rules._kept)
            settings = TargetSettings(metric=FIRST, minutes=600)
            change_target(
                d.reach("lead"),
                project=d.projects["mail"],
                target_id=made.pk,
                settings=settings,
                seen=changes.last_change(name_of(d.projects["mail"], made.pk)),
                now=now,
            )
            recounted(after(minutes=91))
            working_rules._kept.update(kept)  # of this process, which has heard of nothing
        return done

    monkeypatch.setattr(escalate, "_do", meanwhile)
    do_what_is_due(now=after(minutes=90))
    assert told(second) == []
    assert Clock.objects.get(ticket=second).due_at == after(minutes=601)


def test_two_projects_do_not_wait_for_each_other(d: Department) -> None:
    target(d, FIRST, 60)
    target(d, FIRST, 60, project="games")
    assert Queue.objects.filter(project=d.projects["games"]).exists()
    recounted(NOW)
    assert all((one := progress(it.pk)) is not None and not one.is_going_on for it in d.projects.values())
