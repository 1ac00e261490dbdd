"""What is due: warn before a target is missed, note that it was, take the escalation steps. Each of it once.

One partial index says which clocks have something to be done (`Clock.next_at`). Each ticket is a transaction of its
own; one that somebody has in hand is passed over and found again a moment later, so any number of workers may run.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from postline.kit import clock as clocks
from postline.kit.logs import logger
from postline.kit.sql import rows
from postline.projects.alarms import raise_alarm
from postline.projects.models import Act
from postline.projects.working_rules import StepRule, TargetRule, rules_of
from postline.tickets.clocks.follow import follow
from postline.tickets.clocks.steps import take_step
from postline.tickets.history import Happening, append
from postline.tickets.models import Clock, Ticket

log = logger(__name__)

EVERY_SECONDS = 5.0
BATCH = 100
MOST_AT_ONCE = 50  # things to be done for one ticket: more than any sensible escalation has
NEAR, MISSED = "target-near", "target-missed"
ALARM_LASTS = timedelta(hours=1)
AFTER_FAULT = timedelta(minutes=10)
JUMP = timedelta(minutes=2)
JUMPED = "clock-jumped"
SETTLE_SECONDS = 120.0


def run(stop: threading.Event) -> None:
    """Do it every few seconds until `stop` is set. A database that is away is waited for.

    Where the clock of this machine jumps, nothing is escalated for two minutes: whoever has set it wrong may see that.
    """
    steady = Steady(now=clocks.now(), seconds=time.monotonic())
    is_more = False
    while not stop.wait(0 if is_more else EVERY_SECONDS):
        close_old_connections()
        is_more = False
        try:
            now = clocks.now()
            if steady.goes_on(now=now, seconds=time.monotonic()):
                is_more = do_what_is_due(now=now) > 0
        except (OperationalError, InterfaceError) as error:
            log.warning("database away", error=type(error).__name__)
            connection.close()


class Steady:
    """Compares the clock on the wall with one that cannot be set."""

    def __init__(self, *, now: datetime, seconds: float) -> None:
        self._now, self._seconds, self._quiet_until = now, seconds, seconds

    def goes_on(self, *, now: datetime, seconds: float) -> bool:
        """False while the clock has just jumped; each jump raises an alarm."""
        drift = (now - self._now) - timedelta(seconds=seconds - self._seconds)
        self._now, self._seconds = now, seconds
        if abs(drift) > JUMP:
            self._quiet_until = seconds + SETTLE_SECONDS
            raise_alarm(JUMPED, {"minutes": round(drift / timedelta(minutes=1))}, lasting=ALARM_LASTS, now=now)
        return seconds >= self._quiet_until


def do_what_is_due(*, now: datetime) -> int:
    """Do what is due at this moment for up to a hundred tickets. Returns for how many something was done."""
    done = 0
    for (ticket_id,) in rows(DUE, {"now": now, "limit": BATCH}):
        try:
            done += _do(ticket_id, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # the other tickets are not to suffer, nor the loops beside us
            log.exception("clocks of a ticket failed", ticket=ticket_id)
            Clock.objects.filter(ticket=ticket_id, next_at__lte=now).update(next_at=now + AFTER_FAULT)
    return done


@transaction.atomic
def _do(ticket_id: int, *, now: datetime) -> bool:
    """False where somebody has the ticket in hand, or another worker has done it."""
    ticket = Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket_id).first()
    if ticket is None:
        return False
    rules_of(ticket.project_id)  # as they are now, not as they were for the ticket before: those may be recounted
    follow(ticket, now=now)
    done = 0
    while done < MOST_AT_ONCE and (clock := _first_due(ticket, now=now)) is not None:
        _do_next(ticket, clock, now=now)
        follow(ticket, now=now)
        done += 1
    if done:
        ticket.save()
    return done > 0


def _first_due(ticket: Ticket, *, now: datetime) -> Clock | None:
    return Clock.objects.filter(ticket=ticket, next_at__lte=now).order_by("next_at", "pk").first()


def _do_next(ticket: Ticket, clock: Clock, *, now: datetime) -> None:
    rules = rules_of(ticket.project_id, now=now)
    rule = next(one for one in rules.targets if one.id == clock.target_id)  # `follow` has just seen to that
    about = {"metric": str(clock.metric), "target": rule.id}
    if clock.missed_at is None and clock.due_at is not None and clock.due_at <= now:
        clock.missed_at = clock.due_at
        clock.save(update_fields=["missed_at"])
        append(ticket, Happening.CLOCK_MISSED, person=None, now=now, **about, minutes=clock.minutes)
    elif clock.missed_at is None:
        clock.warned_at = now
        clock.save(update_fields=["warned_at"])
        append(ticket, Happening.CLOCK_WARNED, person=None, now=now, **about)
        _tell(NEAR, ticket, clock, now=now)
    else:
        _take(ticket, clock, rule, now=now)


def _take(ticket: Ticket, clock: Clock, rule: TargetRule, *, now: datetime) -> None:
    step = next(one for one in rule.steps if one.id not in clock.steps_done)
    clock.steps_done = [*clock.steps_done, step.id]
    clock.save(update_fields=["steps_done"])
    if step.act == Act.NOTIFY:
        append(ticket, Happening.ESCALATED, person=None, now=now, **_about(clock, rule, step))
        _tell(MISSED, ticket, clock, now=now)
    else:
        take_step(ticket, step, about=_about(clock, rule, step), now=now)


def _about(clock: Clock, rule: TargetRule, step: StepRule) -> dict[str, object]:
    return {"metric": str(clock.metric), "target": rule.id, "step": step.id, "act": step.act}


def _tell(code: str, ticket: Ticket, clock: Clock, *, now: datetime) -> None:
    """One alarm for a project and what is missed there: it counts, and does not ring for each ticket."""
    project = ticket.queue.project
    detail = {"project": project.pk, "queue": ticket.queue.slug}  # of the last one
    raise_alarm(code, detail, subject=f"{project.slug}/{clock.metric}", lasting=ALARM_LASTS, now=now)


DUE = """
SELECT ticket_id FROM (
    SELECT ticket_id, next_at FROM tickets_clock WHERE next_at <= %(now)s ORDER BY next_at LIMIT %(limit)s
) AS due GROUP BY ticket_id ORDER BY min(next_at)
"""
