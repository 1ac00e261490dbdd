"""The clocks that a new message starts: values for the statements of `actions/arrive.py`, the busiest of all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from postline.kit.sql import as_array, rows
from postline.projects.models import Metric
from postline.projects.working_rules import Rules, rules_of
from postline.tickets.clocks.follow import follow
from postline.tickets.clocks.reckoning import reckon
from postline.tickets.models import Clock, Ticket

_reckoned: dict[int, tuple[datetime, dict[tuple[int, int, int | None, int], dict[str, Any] | None]]] = {}


def clocks_of_new(
    *, project_id: int, queue_id: int, topic_id: int | None, priority: int, now: datetime
) -> dict[str, Any] | None:
    """The columns of the clocks of a ticket that is opened now, as parameters of `CLOCKS`; None: it has none."""
    rules = rules_of(project_id, now=now)
    if not rules.targets:
        return None
    place = (rules.mark, queue_id, topic_id, priority)
    known = _reckoned.get(project_id)
    if known is None or known[0] != now:  # the messages of a batch come at the same moment
        known = _reckoned[project_id] = (now, {})
    if place not in known[1]:
        known[1][place] = _reckon(rules, queue_id, topic_id, priority, now=now)
    return known[1][place]


def _reckon(
    rules: Rules, queue_id: int, topic_id: int | None, priority: int, *, now: datetime
) -> dict[str, Any] | None:
    wanted = [Metric.FIRST_ANSWER, Metric.SOLUTION]
    if rules.is_first_line(queue_id):
        wanted.append(Metric.FIRST_LINE_WAIT)
    working = rules.working_time(queue_id)
    clocks = []
    for metric in wanted:
        if (rule := rules.target(metric, queue_id, topic_id, priority)) is not None:
            clock = Clock(metric=metric, started_at=now)
            reckon(clock, rule, working, now=now)
            clocks.append(clock)
    if not clocks:
        return None
    return {
        "clock_metrics": as_array(str(clock.metric) for clock in clocks),
        "clock_targets": as_array(clock.target_id for clock in clocks),
        "clock_minutes": as_array(clock.minutes for clock in clocks),
        "clock_warnings": as_array(clock.warn_minutes for clock in clocks),
        "clock_dues": as_array(_written(clock.due_at) for clock in clocks),
        "clock_nexts": as_array(_written(clock.next_at) for clock in clocks),
    }


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def asked_again(ticket_id: int, *, project_id: int, now: datetime) -> None:
    """A follow-up came to an open ticket: it waits for an answer, unless it does already."""
    rules = rules_of(project_id, now=now)
    if any(one.metric == Metric.NEXT_ANSWER for one in rules.targets) and rows(NOT_WAITING, {"ticket": ticket_id}):
        follow(Ticket.objects.get(pk=ticket_id), now=now)  # locked: the message has just been put into it


# A part of a statement that has a row `ticket`.
CLOCKS = """, clock AS (
    INSERT INTO tickets_clock (ticket_id, metric, target_id, minutes, warn_minutes, started_at, pauses, due_at, next_at,
        steps_done)
    SELECT ticket.id, one.metric, one.target, one.minutes, one.warning, %(now)s::timestamptz, '{}', one.due, one.next,
        '{}'
    FROM ticket, unnest(%(clock_metrics)s::text[], %(clock_targets)s::bigint[], %(clock_minutes)s::int[],
        %(clock_warnings)s::int[], %(clock_dues)s::timestamptz[], %(clock_nexts)s::timestamptz[])
        AS one(metric, target, minutes, warning, due, next)
)"""

NOT_WAITING = """
SELECT 1 WHERE NOT EXISTS (
    SELECT FROM tickets_clock WHERE ticket_id = %(ticket)s AND metric IN ('first-answer', 'next-answer')
        AND met_at IS NULL AND stopped_at IS NULL
)
"""
