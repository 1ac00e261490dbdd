"""The clocks of a ticket follow what happens to it: every act calls `follow` once, in its own transaction."""

from __future__ import annotations

from datetime import datetime

from postline.kit.sql import row
from postline.projects.models import Metric
from postline.projects.working_rules import Rules, TargetRule, rules_of
from postline.tickets.arrival import ROBOTS
from postline.tickets.clocks.reckoning import reckon
from postline.tickets.history import Happening
from postline.tickets.models import OPEN_STATES, Clock, Event, State, Ticket

ANSWERS = (Metric.FIRST_ANSWER, Metric.NEXT_ANSWER)
Running = dict[str, Clock]


def follow(
    ticket: Ticket, *, answered: bool = False, moved: bool = False, conversation: bool = False, now: datetime
) -> None:
    """Start, pause, meet, stop and reckon the clocks of a locked ticket, which is as it will be saved; its events are
    written. Costs two small queries where nothing is to be done.

    `answered`: the requester was written to. `moved`: it came into another queue. `conversation`: messages came from
    another ticket, or went there.
    """
    rules = rules_of(ticket.project_id, now=now)
    clocks = list(Clock.objects.filter(ticket=ticket))
    if not clocks and not rules.targets:
        return
    running: Running = {clock.metric: clock for clock in clocks if clock.is_running}
    if answered:
        _end(running, *ANSWERS, Metric.FIRST_LINE_WAIT, met=True, now=now)
    if moved or not _waits_in_first_line(ticket, rules):
        _end(running, Metric.FIRST_LINE_WAIT, met=True, now=now)
    if ticket.state == State.CLOSED:
        _end(running, Metric.SOLUTION, met=True, now=now)
    if ticket.state in (State.CLOSED, State.MERGED):
        _end(running, *Metric.values, met=False, now=now)
        return
    if conversation:
        _begin_with_the_oldest(ticket, running, now=now)
    solved = any(clock.metric == Metric.SOLUTION and clock.met_at is not None for clock in clocks)
    _start_missing(ticket, running, rules, solved=solved, answered=answered)
    for clock in running.values():
        _bring_up_to_date(ticket, clock, rules, now=now)


def restart(ticket: Ticket, *, now: datetime) -> None:
    """Let all begin anew at this moment: the ticket was handed to another project."""
    rules = rules_of(ticket.project_id, now=now)
    _end(
        {one.metric: one for one in Clock.objects.filter(ticket=ticket, met_at=None, stopped_at=None)},
        *Metric.values,
        met=False,
        now=now,
    )
    if ticket.state not in (*OPEN_STATES, State.PENDING):
        return
    wanted = [Metric.SOLUTION, *([Metric.FIRST_LINE_WAIT] if _waits_in_first_line(ticket, rules) else [])]
    asked = _unanswered(ticket)
    if asked is not None:
        wanted.append(asked[0])
    for metric in wanted:
        if _target(ticket, metric, rules):
            _bring_up_to_date(ticket, _new(ticket, metric, now), rules, now=now)


def stop(ticket: Ticket, *, now: datetime) -> None:
    """Let all that run end unmet: the ticket leaves the project that promised them."""
    running = {one.metric: one for one in Clock.objects.filter(ticket=ticket, met_at=None, stopped_at=None)}
    _end(running, *Metric.values, met=False, now=now)


def resume_stopped(ticket: Ticket, *, stopped_at: datetime, now: datetime) -> None:
    """Let the clocks run on that were stopped at this moment, as if they never had been: a merge is undone."""
    for clock in Clock.objects.filter(ticket=ticket, stopped_at=stopped_at):
        if not Clock.objects.filter(ticket=ticket, metric=clock.metric, met_at=None, stopped_at=None).exists():
            clock.stopped_at = None
            if ticket.state == State.PENDING and clock.pauses and clock.pauses[-1] >= stopped_at:
                *clock.pauses, clock.paused_at, _end_of_pause = clock.pauses  # it was paused then, and still is
            clock.save(update_fields=["stopped_at", "pauses", "paused_at"])
    follow(ticket, conversation=True, now=now)


def _start_missing(ticket: Ticket, running: Running, rules: Rules, *, solved: bool, answered: bool) -> None:
    wanted = {metric for metric in Metric if metric not in running and _target(ticket, metric, rules)}
    if Metric.SOLUTION in wanted and not solved and not _was_closed(ticket):
        running[Metric.SOLUTION] = _new(ticket, Metric.SOLUTION, ticket.created_at)
    if ticket.state not in OPEN_STATES:
        return
    if Metric.FIRST_LINE_WAIT in wanted and _waits_in_first_line(ticket, rules):
        running[Metric.FIRST_LINE_WAIT] = _new(ticket, Metric.FIRST_LINE_WAIT, _entered(ticket))
    if wanted.intersection(ANSWERS) and not answered and not any(metric in running for metric in ANSWERS):
        asked = _unanswered(ticket)
        if asked is not None and asked[0] in wanted:
            running[asked[0]] = _new(ticket, *asked)


def _bring_up_to_date(ticket: Ticket, clock: Clock, rules: Rules, *, now: datetime) -> None:
    """Paused or not, for which target, due when; saved where anything differs."""
    rule = _target(ticket, clock.metric, rules)
    if rule is None:
        _end({clock.metric: clock}, clock.metric, met=False, now=now)
        return
    before = _state(clock)
    if ticket.state == State.PENDING and clock.paused_at is None:
        clock.paused_at = max(now, clock.started_at)
    elif ticket.state != State.PENDING and clock.paused_at is not None:
        clock.pauses = [*clock.pauses, clock.paused_at, max(now, clock.paused_at)]
        clock.paused_at = None
    reckon(clock, rule, rules.working_time(ticket.queue_id), now=now)
    if clock.pk is None or _state(clock) != before:
        clock.save()


def _state(clock: Clock) -> tuple[object, ...]:
    return (
        clock.target_id,
        clock.minutes,
        clock.warn_minutes,
        clock.started_at,
        len(clock.pauses),
        clock.paused_at,
        clock.due_at,
        clock.next_at,
        clock.missed_at,
    )


def _end(running: Running, *metrics: str, met: bool, now: datetime) -> None:
    """Take these out of what runs: met, or with nothing left to be met. One that was due before is missed."""
    for metric in metrics:
        clock = running.pop(metric, None)
        if clock is None:
            continue
        if met:
            clock.met_at = now
        else:
            clock.stopped_at = now
        if clock.missed_at is None and clock.due_at is not None and clock.due_at < now:
            clock.missed_at = clock.due_at
        if clock.paused_at is not None:
            clock.pauses = [*clock.pauses, clock.paused_at, max(now, clock.paused_at)]
        clock.next_at = clock.paused_at = None
        clock.save()


def _begin_with_the_oldest(ticket: Ticket, running: Running, *, now: datetime) -> None:
    """Where what was to be answered went to another ticket, nothing is any more."""
    asked = _unanswered(ticket)
    if asked is None:
        _end(running, *ANSWERS, met=False, now=now)
        return
    for metric in ANSWERS:
        if metric in running:
            running[metric].started_at = asked[1]


def _new(ticket: Ticket, metric: str, started_at: datetime) -> Clock:
    return Clock(ticket=ticket, metric=metric, started_at=started_at)


def _target(ticket: Ticket, metric: str, rules: Rules) -> TargetRule | None:
    return rules.target(metric, ticket.queue_id, ticket.topic_id, ticket.priority)


def _waits_in_first_line(ticket: Ticket, rules: Rules) -> bool:
    return rules.is_first_line(ticket.queue_id)


def _was_closed(ticket: Ticket) -> bool:
    return Event.objects.filter(ticket=ticket, kind=Happening.REOPENED).exists()


def _entered(ticket: Ticket) -> datetime:
    """Since when it has been waiting where it is."""
    entries = Event.objects.filter(ticket=ticket, kind__in=ENTRIES).order_by("-number")
    return entries.values_list("at", flat=True).first() or ticket.created_at


def _unanswered(ticket: Ticket) -> tuple[Metric, datetime] | None:
    """The oldest message of the requester that came after our last one: what is to be met, since when."""
    found = row(UNANSWERED, {"ticket": ticket.pk, "robots": list(ROBOTS)})
    if found is None or found[0] is None:
        return None
    return (Metric.NEXT_ANSWER if found[1] else Metric.FIRST_ANSWER), found[0]


ENTRIES = (
    Happening.MOVED,
    Happening.RETURNED,
    Happening.REOPENED,
    Happening.WOKEN,
    Happening.ANSWERED,
    Happening.STATE,
    Happening.ESCALATED,
)

UNANSWERED = """
WITH ours AS (
    SELECT max(id) AS id FROM tickets_message WHERE ticket_id = %(ticket)s AND direction = 'outbound'
)
SELECT min(message.created_at), bool_or(ours.id IS NOT NULL)
FROM ours LEFT JOIN tickets_message AS message ON message.ticket_id = %(ticket)s
    AND message.direction IN ('inbound', 'told') AND message.id > coalesce(ours.id, 0)
    AND NOT message.kind = ANY(%(robots)s::text[])
"""
