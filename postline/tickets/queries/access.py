"""Fetches tickets for a person: whoever holds one has passed here."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from psycopg.errors import LockNotAvailable

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.models import State, Ticket
from postline.tickets.queries.merged import merged_into
from postline.tickets.queries.seen import WORKED_AT


class NoSuchTicket(Exception):
    """There is no ticket of this number, or the person may not know that there is one."""


class MergedAway(Exception):
    """The ticket became part of another one: what is to be done is done there. `into` is its number, None where the
    person does not see it."""

    def __init__(self, into: int | None) -> None:
        super().__init__(into)
        self.into = into


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
    """The same with the ticket's row locked until the end of the transaction: for actions. Raises MergedAway."""
    # first the lock, then the rest: a row that moves while we wait for it would not match its old queue any more
    locked = Ticket.objects.select_for_update().filter(number=number).values_list("pk", flat=True).first()
    ticket = _checked(reach, _locked(locked), right)
    if ticket.state == State.MERGED:
        into = merged_into(reach, ticket.pk)
        raise MergedAway(into.number if into else None)
    return ticket


def lock_two_for(reach: Reach, first: int, second: int) -> tuple[Ticket, Ticket]:
    """Two tickets that the person sees, merged ones too, with both rows locked. Raises NoSuchTicket.

    Never waits for one while it holds the other: intake locks the tickets of a batch in the order of its messages.
    """
    keys: dict[int, int | None] = {}
    begin, then = sorted((first, second))
    while len(keys) < len({first, second}):
        try:
            with transaction.atomic():
                for number in (begin, then):
                    busy = number == then and begin != then
                    rows = Ticket.objects.select_for_update(nowait=busy).filter(number=number)
                    keys[number] = rows.values_list("pk", flat=True).first()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            begin, then = then, begin
            keys.clear()
    return (
        _checked(reach, _locked(keys[first]), Right.SEE),
        _checked(reach, _locked(keys[second]), Right.SEE),
    )


def _locked(key: int | None) -> Ticket | None:
    return Ticket.objects.select_related("queue", "project", "requester").filter(pk=key).first() if key else None


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
    """Who worked at a ticket may go on reading it after it was passed on, but not into a private queue, nor into one
    that a rule hides from them, nor into another project."""
    if ticket.queue.private or ticket.queue_id in reach.closed or ticket.project_id not in reach.projects:
        return False
    return bool(rows(WORKED, {"ticket": ticket.pk, "person": reach.person.pk}))


WORKED = f"SELECT 1 FROM tickets_ticket AS ticket WHERE id = %(ticket)s AND {WORKED_AT}"  # noqa: S608 - constants of ours
