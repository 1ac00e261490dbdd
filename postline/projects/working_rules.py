"""Calendars and targets of a project as they are used: worked out once per process and change.

Each change gives the project another mark (`changed`). What was worked out holds while the mark is the same; with `now`
it is asked for once at each moment, so that a batch of messages costs one small query.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from postline.kit.sql import row, rows
from postline.projects.holiday_days import Holidays
from postline.projects.models import Calendar, CalendarException, EscalationStep, Line, Queue, Target
from postline.projects.working_time import ALWAYS, WorkingTime, spans_of, week_of


@dataclass(frozen=True, slots=True)
class StepRule:
    """An escalation step, as in the model EscalationStep."""

    id: int
    after_minutes: int
    act: str
    queue_id: int | None
    priority: int | None


@dataclass(frozen=True, slots=True)
class TargetRule:
    """A target, as in the model Target, with its steps, the earliest first."""

    id: int
    metric: str
    queue_id: int | None
    topic_id: int | None
    priority: int | None
    minutes: int
    warn_minutes: int
    steps: tuple[StepRule, ...]

    @property
    def rank(self) -> tuple[int, bool, bool, bool]:
        """What names more conditions wins; of two that name as many, first the topic, then the queue."""
        named = [one is not None for one in (self.topic_id, self.queue_id, self.priority)]
        return sum(named), named[0], named[1], named[2]

    def fits(self, queue_id: int, topic_id: int | None, priority: int) -> bool:
        """Whether it is meant for such a ticket."""
        wanted = (self.queue_id, self.topic_id, self.priority)
        return all(one is None or one == its for one, its in zip(wanted, (queue_id, topic_id, priority), strict=True))


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in a project. `targets` are sorted, those that win first."""

    mark: int
    of_project: WorkingTime
    of_queues: Mapping[int, WorkingTime]
    lines: dict[int, int]
    targets: tuple[TargetRule, ...]
    _found: dict[tuple[str, int, int | None, int], TargetRule | None] = field(default_factory=dict)

    def working_time(self, queue_id: int | None) -> WorkingTime:
        """When somebody works in this queue; without one: in the project."""
        return self.of_queues.get(queue_id, self.of_project) if queue_id is not None else self.of_project

    def is_first_line(self, queue_id: int) -> bool:
        """Whether it is a queue of the first line; one that was made since is asked for."""
        if queue_id not in self.lines:
            self.lines[queue_id] = Queue.objects.values_list("line", flat=True).get(pk=queue_id)
        return self.lines[queue_id] == Line.FIRST

    def target(self, metric: str, queue_id: int, topic_id: int | None, priority: int) -> TargetRule | None:
        """The target that holds for such a ticket; None: nothing is to be met."""
        if not self.targets:
            return None
        key = (metric, queue_id, topic_id, priority)
        if key not in self._found:
            self._found[key] = next((one for one in self.targets if one.metric == metric and one.fits(*key[1:])), None)
        return self._found[key]


@dataclass(frozen=True, slots=True)
class _Kept:
    rules: Rules
    asked_at: datetime | None


_kept: dict[int, _Kept] = {}


def rules_of(project_id: int, *, now: datetime | None = None) -> Rules:
    """What holds in the project at this moment: one query where nothing has changed, none within the same `now`."""
    kept = _kept.get(project_id)
    if kept is not None and now is not None and kept.asked_at == now:
        return kept.rules
    found = row(MARK, {"project": project_id})
    mark = found[0] if found else 0
    rules = kept.rules if kept is not None and kept.rules.mark == mark else _load(project_id, mark)
    _kept[project_id] = _Kept(rules, now)
    return rules


def changed(project_id: int, *, now: datetime) -> None:
    """Say that calendars or targets of the project are others from this transaction on: its open tickets' clocks are
    gone through (`tickets/clocks/recount.py`)."""
    rows(CHANGED, {"project": project_id, "mark": secrets.randbits(62), "now": now})
    _kept.pop(project_id, None)


def working_time(calendar: Calendar, exceptions: Mapping[date, list[list[str]]]) -> WorkingTime:
    """A calendar as arithmetic. `exceptions` by their day. Raises WrongHours, ZoneInfoNotFoundError."""
    read = frozenset(date.fromisoformat(day) for day, _name in calendar.feed_days)
    return WorkingTime(
        ZoneInfo(calendar.time_zone),
        week_of(calendar.hours),
        Holidays(calendar.country, calendar.subdivision, read),
        {day: spans_of(hours) for day, hours in exceptions.items()},
    )


def _load(project_id: int, mark: int) -> Rules:
    exceptions: dict[int, dict[date, list[list[str]]]] = {}
    for calendar_id, day, hours in CalendarException.objects.filter(calendar__project=project_id).values_list(
        "calendar_id", "day", "hours"
    ):
        exceptions.setdefault(calendar_id, {})[day] = hours
    found = {
        calendar.pk: working_time(calendar, exceptions.get(calendar.pk, {}))
        for calendar in Calendar.objects.filter(project=project_id)
    }
    its_queues: dict[int, int] = {}
    its_own = ALWAYS
    lines: dict[int, int] = {}
    for queue_id, line, calendar_id in rows(USED, {"project": project_id}):
        if queue_id is None:
            its_own = found.get(calendar_id, ALWAYS)
        else:
            lines[queue_id] = line
            its_queues[queue_id] = calendar_id
    return Rules(
        mark=mark,
        of_project=its_own,
        of_queues={queue_id: found[key] for queue_id, key in its_queues.items() if key in found},
        lines=lines,
        targets=_targets(project_id),
    )


def _targets(project_id: int) -> tuple[TargetRule, ...]:
    steps: dict[int, list[StepRule]] = {}
    for one in EscalationStep.objects.filter(target__project=project_id).order_by("after_minutes", "pk"):
        steps.setdefault(one.target_id, []).append(
            StepRule(one.pk, one.after_minutes, one.act, one.queue_id, one.priority)
        )
    found = [
        TargetRule(
            one.pk,
            one.metric,
            one.queue_id,
            one.topic_id,
            one.priority,
            one.minutes,
            one.warn_minutes,
            tuple(steps.get(one.pk, ())),
        )
        for one in Target.objects.filter(project=project_id)
    ]
    return tuple(sorted(found, key=lambda one: one.rank, reverse=True))


MARK = "SELECT mark FROM projects_workingrules WHERE project_id = %(project)s"

USED = """
SELECT NULL::bigint, NULL::int, calendar_id FROM projects_project WHERE id = %(project)s
UNION ALL
SELECT id, line, calendar_id FROM projects_queue WHERE project_id = %(project)s
"""

CHANGED = """
INSERT INTO projects_workingrules (project_id, mark, changed_in, changed_at, position, counted)
VALUES (%(project)s, %(mark)s, pg_current_xact_id()::text::bigint, %(now)s, 0, 0)
ON CONFLICT (project_id) DO UPDATE SET mark = excluded.mark, changed_in = excluded.changed_in,
    changed_at = excluded.changed_at, position = 0, last = NULL, counted = 0, finished_at = NULL
"""
