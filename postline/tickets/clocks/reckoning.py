"""When a clock is due: pure arithmetic over its beginning, its pauses and the working time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from postline.projects.working_rules import TargetRule
from postline.projects.working_time import WorkingTime
from postline.tickets.models import Clock


def due(
    working: WorkingTime,
    *,
    started_at: datetime,
    minutes: int,
    pauses: Sequence[datetime] = (),
    paused_at: datetime | None = None,
) -> datetime | None:
    """The moment at which so many minutes of working time have run, pauses left out.

    None while it is paused before that moment, or when that never comes. `pauses`: beginning and end by turns.
    """
    left, begin = timedelta(minutes=minutes), started_at
    stops = [*zip(pauses[::2], pauses[1::2], strict=True), *([(paused_at, paused_at)] if paused_at else [])]
    for pause, resumed in stops:
        run = working.between(begin, pause)
        if run >= left:
            return working.add(begin, left / MINUTE)
        left, begin = left - run, max(resumed, begin)
    return None if paused_at else working.add(begin, left / MINUTE)


def reckon(clock: Clock, rule: TargetRule, working: WorkingTime, *, now: datetime) -> None:
    """Write on a running clock what follows from its target and the working time. The caller saves it."""
    clock.target_id, clock.minutes, clock.warn_minutes = rule.id, rule.minutes, rule.warn_minutes
    clock.due_at = _due(clock, working, clock.minutes)
    if clock.missed_at not in (None, clock.due_at):  # by rules that held then; those of now may give more time
        clock.missed_at = clock.due_at if clock.due_at is not None and clock.due_at <= now else None
    clock.next_at = _next(clock, rule, working)


def _next(clock: Clock, rule: TargetRule, working: WorkingTime) -> datetime | None:
    """When something is to be done; nothing while it is paused: it is not we who are waited for."""
    if clock.due_at is None or clock.paused_at is not None:
        return None
    if clock.missed_at is None:
        is_to_warn = clock.warned_at is None and 0 < clock.warn_minutes < clock.minutes
        return (_due(clock, working, clock.minutes - clock.warn_minutes) if is_to_warn else None) or clock.due_at
    step = next((one for one in rule.steps if one.id not in clock.steps_done), None)
    return working.add(clock.due_at, step.after_minutes) if step else None


def _due(clock: Clock, working: WorkingTime, minutes: int) -> datetime | None:
    return due(working, started_at=clock.started_at, minutes=minutes, pauses=clock.pauses, paused_at=clock.paused_at)


MINUTE = timedelta(minutes=1)
