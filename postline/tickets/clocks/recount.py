"""After calendars or targets have changed: the clocks of a project's open tickets follow, batch by batch.

It begins when every transaction is over that may have worked with the old rules, and goes through the tickets by their
id. A worker that dies leaves the place where it was; nothing waits for long.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from postline.kit import clock
from postline.kit.logs import logger
from postline.kit.sql import row, rows
from postline.projects.holiday_days import versions
from postline.projects.models import WorkingRules
from postline.projects.working_rules import changed
from postline.tickets.clocks.follow import follow
from postline.tickets.models import Ticket

log = logger(__name__)

EVERY_SECONDS = 2.0
BATCH = 100
WINDOW = 50_000  # ids that are looked at in one step, though most of their tickets are closed


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: `percent` of the way, `counted` tickets so far; `finished_at` when it was done last."""

    percent: int
    counted: int
    finished_at: datetime | None

    @property
    def is_going_on(self) -> bool:
        """Whether tickets are still to be looked at."""
        return self.finished_at is None


def run(stop: threading.Event) -> None:
    """Look every two seconds until `stop` is set. A database that is away is waited for."""
    is_new = True
    while not stop.wait(EVERY_SECONDS):
        close_old_connections()
        try:
            if is_new:
                notice_new_tables(now=clock.now())
                is_new = False
            while recount(now=clock.now()) and not stop.is_set():
                pass
        except (OperationalError, InterfaceError) as error:
            log.warning("database away", error=type(error).__name__)
            connection.close()


@transaction.atomic
def recount(*, now: datetime) -> bool:
    """One batch of one project. False when there is nothing to do at the moment."""
    waiting = WorkingRules.objects.select_for_update(skip_locked=True).filter(position__isnull=False)
    rules = waiting.order_by("changed_at", "pk").first()
    if rules is None or not _are_all_over(rules.changed_in):
        return False
    if rules.last is None:
        rules.last = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    began = position = rules.position or 0
    end = min(position + WINDOW, rules.last)
    found = rows(OPEN, {"project": rules.project_id, "after": position, "end": end, "limit": BATCH})
    locked = Ticket.objects.select_for_update(skip_locked=True).in_bulk([key for (key,) in found])
    for (key,) in found:
        if key not in locked:  # somebody has it in hand: once more from here
            break
        _follow(locked[key], now=now)
        rules.counted += 1
        position = key
    else:
        position = position if len(found) == BATCH else end
    is_done = position >= rules.last
    rules.position = None if is_done else position
    if is_done:
        rules.finished_at, rules.made_with = now, versions()
        log.info("clocks recounted", project=rules.project_id, tickets=rules.counted)
    rules.save()
    return is_done or position > began


def _follow(ticket: Ticket, *, now: datetime) -> None:
    """One whose clocks cannot follow stays as it is: it keeps the others from nothing."""
    try:
        with transaction.atomic():
            follow(ticket, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("clocks of a ticket failed", ticket=ticket.pk)


def progress(project_id: int) -> Progress | None:
    """How far it is in a project; None where nothing has ever changed."""
    rules = WorkingRules.objects.filter(pk=project_id).first()
    if rules is None:
        return None
    part = 100 if rules.position is None else 100 * rules.position // rules.last if rules.last else 0
    return Progress(part, rules.counted, rules.finished_at if rules.position is None else None)


def notice_new_tables(*, now: datetime) -> None:
    """Another version of the tables of holidays or time zones may shift what is due."""
    for key in WorkingRules.objects.exclude(made_with__in=("", versions())).values_list("pk", flat=True):
        changed(key, now=now)


def _are_all_over(transaction_id: int) -> bool:
    """Whether no transaction is left that had begun when this one had not yet ended."""
    found = row("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %(id)s", {"id": transaction_id})
    return found is not None and bool(found[0])


OPEN = """
SELECT id FROM tickets_ticket
WHERE id > %(after)s AND id <= %(end)s AND project_id = %(project)s AND state IN ('new', 'open', 'pending')
ORDER BY id LIMIT %(limit)s
"""
