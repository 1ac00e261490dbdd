"""What goes on by itself: a date that was waited for comes, a lease ends, a queue that was retired is emptied."""

from __future__ import annotations

import threading
from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from postline.kit import clock
from postline.kit.logs import logger
from postline.tickets.actions import retire_queue
from postline.tickets.actions.change import set_state
from postline.tickets.actions.take import end_lease
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import State, Ticket

log = logger(__name__)

EVERY_SECONDS = 10.0
BATCH = 200


def run(stop: threading.Event) -> None:
    """Do it every ten seconds until `stop` is set. A database that is away is waited for."""
    while not stop.wait(EVERY_SECONDS):
        close_old_connections()
        try:
            wake_due(now=clock.now())
            end_leases(now=clock.now())
            while retire_queue.empty_retired(now=clock.now()) and not stop.is_set():
                pass
        except (OperationalError, InterfaceError) as error:
            # not the end of the role: the senders beside us would be cut off in the middle of a message
            log.warning("database away", error=type(error).__name__)
            connection.close()


@transaction.atomic
def wake_due(*, now: datetime) -> int:
    """Open the pending tickets whose date has come. Returns how many."""
    due = Ticket.objects.select_for_update(skip_locked=True).filter(state=State.PENDING, pending_until__lte=now)
    tickets = list(due.order_by("pending_until")[:BATCH])
    for ticket in tickets:
        append(ticket, Happening.WOKEN, person=None, now=now)
        set_state(ticket, State.OPEN, now=now)
        follow(ticket, now=now)
        ticket.save()
    return len(tickets)


@transaction.atomic
def end_leases(*, now: datetime) -> int:
    """Take back the tickets that nobody has worked at since their lease ended. Returns how many."""
    over = Ticket.objects.select_for_update(skip_locked=True).filter(taken_by__isnull=False, taken_until__lt=now)
    tickets = list(over.order_by("taken_until")[:BATCH])
    for ticket in tickets:
        append(ticket, Happening.LEASE_ENDED, person=ticket.taken_by, now=now)
        end_lease(ticket)
        ticket.save()
    return len(tickets)
