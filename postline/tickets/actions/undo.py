"""Undo: what a person has just merged, split or handed over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from postline.projects.rights import Reach, Right
from postline.tickets.actions.hand_over import TooLate, take_back
from postline.tickets.actions.merge import merge
from postline.tickets.actions.unmerge import NotMerged, unmerge
from postline.tickets.history import Happening
from postline.tickets.models import Event, Merge, State, Ticket
from postline.tickets.queries.access import NoSuchTicket, ticket_for

WITHIN = timedelta(hours=1)  # afterwards, a merged ticket's own page still takes the two apart


class NothingToUndo(Exception):
    """The person has merged and split nothing here within the hour, or it is undone."""


@transaction.atomic
def undo(reach: Reach, *, number: int, event: int | None = None, now: datetime) -> Ticket:
    """Undo the person's last merge or split of this ticket, whichever side of it the ticket was on; what was undone
    already is passed over. One that they have handed over to another project comes back, if nobody has touched it.
    With `event`, the number of one in its history, that one alone: who presses twice undoes nothing before it. Returns
    the ticket as it is then.

    Raises NothingToUndo, TakenByAnother, NoSuchTicket, Forbidden.
    """
    try:
        ticket = ticket_for(reach, number)
    except NoSuchTicket:
        return _taken_back(reach, number, now=now)
    theirs = Event.objects.filter(ticket=ticket, person=reach.person, kind__in=UNDOABLE, at__gt=now - WITHIN)
    if event is not None:
        theirs = theirs.filter(number=event)
    for one in theirs.order_by("-number"):
        if _undo(reach, ticket, one, now=now):
            return ticket_for(reach, number)
    raise NothingToUndo(number)


UNDOABLE = (Happening.MERGED, Happening.MERGED_IN, Happening.SPLIT_OFF, Happening.SPLIT_FROM)


def _taken_back(reach: Reach, number: int, *, now: datetime) -> Ticket:
    try:
        take_back(reach, number=number, now=now)
    except TooLate as error:
        raise NothingToUndo(number) from error
    return ticket_for(reach, number)


def _undo(reach: Reach, ticket: Ticket, event: Event, *, now: datetime) -> bool:
    """Whether there was something to undo."""
    match event.kind:
        case Happening.MERGED:
            return _unmerge(reach, ticket.number, event, now=now)
        case Happening.MERGED_IN:
            return _unmerge(reach, event.data["other"], event, now=now)
        case Happening.SPLIT_OFF:
            return _merge_back(reach, event.data["other"], ticket.number, event, now=now)
        case _:
            return _merge_back(reach, ticket.number, event.data["other"], event, now=now)


def _unmerge(reach: Reach, number: int, event: Event, *, now: datetime) -> bool:
    found = Merge.objects.filter(ticket__number=number, merged_at=event.at, undone_at=None).first()
    if found is None or _split_apart(found):
        return False
    try:
        unmerge(reach, number=number, now=now)
    except NotMerged as error:  # undone while we waited: pressed twice
        raise NothingToUndo(number) from error
    return True


def _split_apart(found: Merge) -> bool:
    """A merge that has undone a split is not undone in turn: the person would go to and fro."""
    beginning = Event.objects.filter(ticket=found.ticket_id, number=1, kind=Happening.SPLIT_FROM)
    return beginning.filter(data__other=found.into.number).exists()


def _merge_back(reach: Reach, number: int, into: int, event: Event, *, now: datetime) -> bool:
    """Not what was undone before and somebody has taken apart again since."""
    apart = Ticket.objects.filter(number__in=(number, into)).exclude(state=State.MERGED)
    undone = Merge.objects.filter(ticket__number=number, into__number=into, merged_at__gte=event.at)
    if apart.count() < 2 or undone.exists():
        return False
    merge(reach, number=number, into=into, right=Right.SPLIT, now=now)
    return True
