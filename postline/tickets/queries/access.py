"""Fetches tickets for a person: whoever holds one has passed here."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from postline.projects.rights import Reach, Right
from postline.tickets.models import Event, Ticket


class NoSuchTicket(Exception):
    """There is no ticket of this number, or the person may not know that there is one."""


def visible_tickets(reach: Reach) -> QuerySet[Ticket]:
    """The tickets in the queues that the person sees."""
    return Ticket.objects.filter(queue_id__in=reach.queues_with(Right.SEE))


RELATED = ("project", "queue", "topic", "requester", "owner", "taken_by", "mailbox")


def ticket_for(reach: Reach, number: int, right: Right = Right.SEE, *, related: Sequence[str] = RELATED) -> Ticket:
    """The ticket with its queue, requester, owner and holder, when the person has the right.

    `related` is what comes along in the same query. Raises NoSuchTicket, or Forbidden when they see it but lack the
    right.
    """
    return _checked(reach, Ticket.objects.select_related(*related).filter(number=number).order_by().first(), right)


def lock_ticket_for(reach: Reach, number: int, right: Right) -> Ticket:
    """The same with the ticket's row locked until the end of the transaction: for actions."""
    # first the lock, then the rest: a row that moves while we wait for it would not match its old queue any more
    locked = Ticket.objects.select_for_update().filter(number=number).values_list("pk", flat=True).first()
    query = Ticket.objects.select_related("queue", "project", "requester")
    return _checked(reach, query.filter(pk=locked).first() if locked else None, right)


def _checked(reach: Reach, ticket: Ticket | None, right: Right) -> Ticket:
    if ticket is None:
        raise NoSuchTicket
    if not reach.may(Right.SEE, ticket.queue_id):
        if not _worked_at(reach, ticket):
            raise NoSuchTicket
        if right != Right.SEE:
            reach.require(right, ticket.queue_id)
    else:
        reach.require(right, ticket.queue_id)
    return ticket


def _worked_at(reach: Reach, ticket: Ticket) -> bool:
    """Who worked at a ticket may go on reading it after it was passed on, but not into a private queue."""
    if ticket.queue.private or ticket.project_id not in reach.projects:
        return False
    return Event.objects.filter(ticket=ticket, person=reach.person).exists()
