"""Reads clocks: those of a ticket in words' reach, when answers are due, how long the first line lets people wait."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from postline.kit.sql import rows
from postline.projects.working_rules import rules_of
from postline.tickets.models import Clock, Ticket


@dataclass(frozen=True, slots=True)
class ClockFact:
    """A running clock. `left` is the working time until it is due, `late` that since; both None while it is paused."""

    metric: str
    minutes: int
    due_at: datetime | None
    is_paused: bool
    left: timedelta | None
    late: timedelta | None


def clock_facts(ticket: Ticket, *, now: datetime) -> list[ClockFact]:
    """The running clocks of a ticket that the caller has fetched for a person, the most urgent first."""
    running = Clock.objects.filter(ticket=ticket, met_at=None, stopped_at=None)
    found = sorted(running, key=lambda one: (one.due_at is None, one.due_at or one.started_at, one.metric))
    if not found:
        return []
    working = rules_of(ticket.project_id, now=now).working_time(ticket.queue_id)
    facts = []
    for one in found:
        is_paused, due_at = one.paused_at is not None, one.due_at
        counts = due_at is not None and not is_paused
        left = working.between(now, due_at) if counts and due_at is not None and due_at > now else None
        late = working.between(due_at, now) if counts and due_at is not None and due_at <= now else None
        facts.append(ClockFact(one.metric, one.minutes, due_at, is_paused, left, late))
    return facts


def promised_minutes(ticket: Ticket, facts: Sequence[ClockFact]) -> int:
    """How long the whole wait may be, on the clock on the wall: until the first target is due, else what the queue
    promises."""
    due_at = next((fact.due_at for fact in facts if fact.due_at is not None), None)
    if due_at is None or ticket.waiting_since is None:
        return ticket.queue.target_minutes
    return ceil((due_at - ticket.waiting_since) / timedelta(minutes=1))


def answers_due(ticket_ids: Collection[int]) -> dict[int, datetime]:
    """When these tickets are to be answered, those that have such a target."""
    return dict(rows(ANSWERS_DUE, {"tickets": list(ticket_ids)}))


def oldest_wait_in_first_line(project_id: int, *, now: datetime) -> timedelta:
    """How long, in working time, the oldest ticket has been waiting that nobody in the first line works at."""
    rules = rules_of(project_id, now=now)
    waiting = rows(OLDEST, {"project": project_id, "now": now})
    return max((rules.working_time(queue_id).between(since, now) for queue_id, since in waiting), default=timedelta())


ANSWERS_DUE = """
SELECT ticket_id, due_at FROM tickets_clock
WHERE ticket_id = ANY(%(tickets)s::bigint[]) AND metric IN ('first-answer', 'next-answer')
    AND met_at IS NULL AND stopped_at IS NULL AND due_at IS NOT NULL
"""

OLDEST = """
SELECT queue.id, oldest.since
FROM projects_queue AS queue CROSS JOIN LATERAL (
    SELECT min(waiting_since) AS since FROM tickets_ticket
    WHERE queue_id = queue.id AND state IN ('new', 'open') AND (taken_by_id IS NULL OR taken_until < %(now)s)
) AS oldest
WHERE queue.project_id = %(project)s AND queue.line = 1 AND oldest.since IS NOT NULL
"""
