"""Clocks agree with their tickets, and with calendars and targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postline.ops.verify.invariant import Violation, rows, violations
from postline.projects.working_rules import rules_of
from postline.tickets.clocks.reckoning import due


def clocks_agree(now: datetime) -> Iterator[Violation]:
    """Nothing runs on what is done with, one clock for each thing, paused while we wait; due as reckoned anew."""
    yield from violations("""
        SELECT 'ticket ' || ticket.number, clock.metric || ' still runs though it is ' || ticket.state
        FROM tickets_clock AS clock JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id
        WHERE clock.met_at IS NULL AND clock.stopped_at IS NULL AND ticket.state IN ('closed', 'merged')
        UNION ALL
        SELECT 'ticket ' || ticket.number, clock.metric || CASE WHEN clock.paused_at IS NULL
            THEN ' runs though it is pending' ELSE ' is paused though it is ' || ticket.state END
        FROM tickets_clock AS clock JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id
        WHERE clock.met_at IS NULL AND clock.stopped_at IS NULL AND ticket.state NOT IN ('closed', 'merged')
            AND (clock.paused_at IS NULL) = (ticket.state = 'pending')
        UNION ALL
        SELECT 'ticket ' || ticket.number, clock.metric || ' runs ' || count(*) || ' times'
        FROM tickets_clock AS clock JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id
        WHERE clock.met_at IS NULL AND clock.stopped_at IS NULL GROUP BY ticket.number, clock.metric HAVING count(*) > 1
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'waits for an answer twice: the first and the next'
        FROM tickets_clock AS clock JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id
        WHERE clock.met_at IS NULL AND clock.stopped_at IS NULL AND clock.metric IN ('first-answer', 'next-answer')
        GROUP BY ticket.number HAVING count(DISTINCT clock.metric) > 1
    """)
    for number, project, queue, topic, priority, metric, minutes, started, pauses, paused, due_at in rows(RUNNING):
        rules = rules_of(project, now=now)
        rule = rules.target(metric, queue, topic, priority)
        if rule is None:
            yield Violation(f"ticket {number}", f"{metric} runs without a target")
            continue
        working = rules.working_time(queue)
        wanted = due(working, started_at=started, minutes=rule.minutes, pauses=pauses, paused_at=paused)
        if (minutes, due_at) != (rule.minutes, wanted):
            yield Violation(f"ticket {number}", f"{metric} is due {due_at}, reckoned anew {wanted}")


# Not in projects whose tickets are just being gone through after a change.
RUNNING = """
SELECT ticket.number, ticket.project_id, ticket.queue_id, ticket.topic_id, ticket.priority, clock.metric, clock.minutes,
    clock.started_at, clock.pauses, clock.paused_at, clock.due_at
FROM tickets_clock AS clock JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id
LEFT JOIN projects_workingrules AS rules ON rules.project_id = ticket.project_id
WHERE clock.met_at IS NULL AND clock.stopped_at IS NULL AND rules.position IS NULL
    AND ticket.state IN ('new', 'open', 'pending')
"""
