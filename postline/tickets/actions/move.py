"""Move a ticket into another queue of its project."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postline.projects.models import Queue
from postline.projects.rights import Reach, Right
from postline.tickets.actions.take import end_lease, require_not_taken_by_another
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import Ticket
from postline.tickets.queries.access import lock_ticket_for


class WrongQueue(Exception):
    """The queue is not one of the ticket's project, or it takes in nothing more."""


@transaction.atomic
def move(reach: Reach, *, number: int, queue: Queue, now: datetime) -> Ticket:
    """Put the ticket into `queue`, given back by whoever held it. Needs a right on both queues.

    Raises WrongQueue, TakenByAnother, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.MOVE)
    if queue.project_id != ticket.project_id or not queue.is_in_use:
        raise WrongQueue(queue.slug)
    reach.require(Right.MOVE_INTO, queue.pk)
    require_not_taken_by_another(ticket, person=reach.person, now=now)
    if queue.pk == ticket.queue_id:
        return ticket
    ticket.assigned = False
    end_lease(ticket)
    append(ticket, Happening.MOVED, person=reach.person, now=now, **{"from": ticket.queue_id, "to": queue.pk})
    ticket.queue = queue
    ticket.return_queue = None  # whoever works on it now is where a follow-up belongs
    follow(ticket, moved=True, now=now)
    ticket.save()
    return ticket
