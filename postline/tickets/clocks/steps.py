"""Escalation steps that change the ticket: it is moved, or its priority is raised. They act as the system."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from postline.projects.models import Act, Queue
from postline.projects.rights import Right, people_with
from postline.projects.working_rules import StepRule
from postline.tickets.actions.take import end_lease
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import Priority, Ticket


def take_step(ticket: Ticket, step: StepRule, *, about: Mapping[str, object], now: datetime) -> None:
    """Do it to a locked ticket and write it into its history, with `from` and `to` where it changed anything. The
    caller saves."""
    match step.act:
        case Act.MOVE:
            _move(ticket, step, about=about, now=now)
        case Act.RAISE:
            _raise(ticket, step, about=about, now=now)


def _move(ticket: Ticket, step: StepRule, *, about: Mapping[str, object], now: datetime) -> None:
    """Out of a private queue it goes to its own group alone: what stands there is not for other eyes."""
    queue = Queue.objects.get(pk=step.queue_id or 0)
    while queue.successor is not None:
        queue = queue.successor
    came_from = ticket.queue
    if queue.pk == came_from.pk or not queue.is_in_use or not queue.is_as_private_as(came_from):
        append(ticket, Happening.ESCALATED, person=None, now=now, **about)
        return
    append(ticket, Happening.ESCALATED, person=None, now=now, **about, **{"from": came_from.pk, "to": queue.pk})
    append(ticket, Happening.MOVED, person=None, now=now, **{"from": came_from.pk, "to": queue.pk})
    keepers = {person.pk for person in people_with(Right.TAKE, queue)}
    if ticket.owner_id not in keepers or ticket.taken_by_id not in (None, *keepers):
        ticket.assigned = False
        end_lease(ticket)
    ticket.queue = queue
    ticket.return_queue = None
    follow(ticket, moved=True, now=now)


def _raise(ticket: Ticket, step: StepRule, *, about: Mapping[str, object], now: datetime) -> None:
    """Never lower than it is."""
    wanted = Priority(step.priority or ticket.priority)
    if wanted <= ticket.priority:
        append(ticket, Happening.ESCALATED, person=None, now=now, **about)
        return
    change = {"from": ticket.priority, "to": int(wanted)}
    append(ticket, Happening.ESCALATED, person=None, now=now, **about, **change)
    append(ticket, Happening.PRIORITY, person=None, now=now, **change)
    ticket.priority = wanted
