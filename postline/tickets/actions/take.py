"""Take, get the next one, release, keep."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from postline.projects.models import Person
from postline.projects.rights import Reach, Right
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, State, Ticket
from postline.tickets.queries.access import lock_ticket_for

LEASE = timedelta(minutes=15)  # renewed while the page is open (keep)


class TakenByAnother(Exception):
    """Somebody else works at the ticket now."""

    def __init__(self, person: Person, until: datetime) -> None:
        super().__init__(person.login)
        self.person, self.until = person, until


class NotOpen(Exception):
    """A closed ticket has no one who is to answer it: open it first, or answer it."""


@transaction.atomic
def take(reach: Reach, *, number: int, now: datetime) -> Ticket:
    """Give the person the lease and make them the owner. Raises TakenByAnother, NotOpen, NoSuchTicket, Forbidden."""
    ticket = lock_ticket_for(reach, number, Right.TAKE)
    require_not_taken_by_another(ticket, person=reach.person, now=now)
    return _give(ticket, reach.person, now=now)


@transaction.atomic
def take_next(
    reach: Reach, *, queues: Sequence[int] | None = None, besides: int | None = None, now: datetime
) -> Ticket | None:
    """Take the ticket that has waited longest in the given queues (by default all in which the person may take).

    Tickets that are assigned to the person come first; what they have in hand already is passed over, and so is the one
    that they leave (`besides`, a number). Two people who ask at the same moment never get the same one: the row is
    locked, and locked rows are passed over. None when nobody waits.
    """
    allowed = reach.queues_with(Right.TAKE)
    wanted = allowed if queues is None else [queue for queue in queues if queue in set(allowed)]
    if not wanted:
        return None
    waiting = (
        Ticket.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(queue_id__in=wanted, state__in=OPEN_STATES)
        .filter(Q(taken_by=None) | Q(taken_until__lt=now))
        .filter(Q(owner=None) | Q(owner=reach.person) | Q(assigned=False))
    )
    if besides is not None:
        waiting = waiting.exclude(number=besides)
    mine = waiting.filter(owner=reach.person, assigned=True).order_by("waiting_since", "id").first()
    ticket = mine or waiting.order_by("waiting_since", "id").first()
    return _give(ticket, reach.person, now=now) if ticket else None


@transaction.atomic
def release(reach: Reach, *, number: int, now: datetime) -> Ticket:
    """Give a ticket back. Raises TakenByAnother when it is somebody else's, unless the person may assign."""
    ticket = lock_ticket_for(reach, number, Right.TAKE)
    if not reach.may(Right.ASSIGN, ticket.queue_id):
        require_not_taken_by_another(ticket, person=reach.person, now=now)
    if ticket.taken_by_id is not None:
        end_lease(ticket)
        append(ticket, Happening.RELEASED, person=reach.person, now=now)
        ticket.save()
    return ticket


def keep(reach: Reach, *, number: int, now: datetime) -> bool:
    """Renew the person's own lease while they have the ticket open; False when it is no longer theirs."""
    renewed = Ticket.objects.filter(number=number, taken_by=reach.person, queue_id__in=reach.queues_with(Right.TAKE))
    return bool(renewed.update(taken_until=now + LEASE))


def require_not_taken_by_another(ticket: Ticket, *, person: Person, now: datetime) -> None:
    """Raises TakenByAnother while somebody else holds the lease."""
    if ticket.taken_by_id not in (None, person.pk) and ticket.taken_until and ticket.taken_until > now:
        holder = ticket.taken_by
        assert holder is not None  # noqa: S101 - tells the type checker what the line above says
        raise TakenByAnother(holder, ticket.taken_until)


def end_lease(ticket: Ticket) -> None:
    """Take back lease and ownership, unless the ticket was assigned. The caller writes the event and saves."""
    ticket.taken_by = ticket.taken_until = None
    if not ticket.assigned:
        ticket.owner = None


def _give(ticket: Ticket, person: Person, *, now: datetime) -> Ticket:
    if ticket.state == State.CLOSED:
        raise NotOpen(ticket.state)
    anew = ticket.taken_by_id != person.pk or ticket.taken_until is None or ticket.taken_until < now
    ticket.taken_by, ticket.taken_until = person, now + LEASE
    if not ticket.assigned:
        ticket.owner = person
    if ticket.state == State.NEW:
        ticket.state = State.OPEN
    if anew:
        append(ticket, Happening.TAKEN, person=person, now=now)
    ticket.save()
    return ticket
