"""Tickets: list, hand in, read, change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from django.db import transaction
from ninja import Path, Query, Router, Status
from pydantic import Field

from postline.api.v1.caller import Call
from postline.api.v1.errors import Refused, invalid
from postline.api.v1.names import queues_named, topics_named
from postline.api.v1.requests import GivenRequest, Receipt, hand_in
from postline.api.v1.ticket_filter import TicketFilter
from postline.api.v1.ticket_list import ticket_page
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.ticket_object import TicketObject, TicketPage, shown_again, ticket_object
from postline.api.v1.types import KEYED, READ, WRITE, Given, GivenMoment, Number, Slug, Text
from postline.kit import clock
from postline.projects.models import Person, Queue, Topic
from postline.projects.rights import Reach
from postline.tickets.actions.change import (
    TAG_LENGTH,
    TAGS_MOST,
    WrongOwner,
    assign,
    change_language,
    change_priority,
    change_state,
    change_tags,
    change_topic,
)
from postline.tickets.actions.move import move
from postline.tickets.models import Priority, State, Ticket
from postline.tickets.queries.access import ticket_for
from postline.tickets.queries.shown import shown_in_lists
from postline.tickets.queries.to_show import ticket_to_show

router = Router(tags=["Tickets"])


class TicketChange(Given):
    """What is to be different; what is left out stays. All of it is done, or nothing."""

    queue: Slug = Field("", description="Slug of a queue of the ticket's project.")
    state: Literal["open", "pending", "closed"] = Field("open", description="Set by hand.")
    pending_until: GivenMoment | None = Field(None, description="When a pending ticket opens by itself; null: never.")
    topic: Slug | None = Field(None, description="Slug of a topic of the ticket's project; null: none.")
    owner: Slug | None = Field(None, description="Login of who is to answer; null: nobody.")
    priority: Literal["low", "normal", "high", "urgent"] = Field("normal")
    tags: Annotated[list[Annotated[Text, Field(min_length=1, max_length=TAG_LENGTH)]], Field(max_length=TAGS_MOST)] = []
    language: Annotated[str, Field(pattern="^([a-z]{2,3})?$")] = Field("", description="ISO 639; in it is answered.")


@router.get("/tickets", response={200: TicketPage, **READ}, operation_id="tickets", summary="List tickets")
def list_tickets(request: Call, wanted: Query[TicketFilter]) -> TicketPage:
    """The tickets in the queues that you see, the latest changed first unless `order` says otherwise."""
    tickets, following = ticket_page(request.auth, wanted)
    how = shown_in_lists(request.auth, {ticket.queue_id for ticket in tickets})
    return TicketPage(results=[ticket_object(ticket, how[ticket.queue_id]) for ticket in tickets], next=following)


@router.post(
    "/tickets",
    response={201: TicketObject, 202: Receipt, **WRITE},
    operation_id="request",
    summary="Hand in a request",
    openapi_extra=KEYED,
)
def create_ticket(request: Call, given: GivenRequest) -> Status[TicketObject | Receipt]:
    """A new request on behalf of its requester, who gets the automatic answer as if they had written.

    For those who answer in the first line of the project or manage it. 202 with a receipt when the request is kept but
    could not be handled at once, or went where you do not see it.
    """
    result = hand_in(request.auth, given, now=clock.now())
    return Status(202 if isinstance(result, Receipt) else 201, result)


@router.get("/tickets/{number}", response={200: TicketObject, **READ}, operation_id="ticket", summary="Read a ticket")
def read_ticket(request: Call, number: Path[Number]) -> TicketObject:
    """The ticket. Its messages and its history have addresses of their own."""
    return ticket_object(*ticket_to_show(request.auth, number_of(number), now=clock.now()))


@router.patch(
    "/tickets/{number}", response={200: TicketObject, **WRITE}, operation_id="change", summary="Change a ticket"
)
def change_ticket(request: Call, number: Path[Number], given: TicketChange) -> TicketObject:
    """Change what is given, in one step: either all of it or nothing. An empty body changes nothing."""
    with transaction.atomic():
        ticket = ticket_for(request.auth, number_of(number))
        now = clock.now()
        for name in CHANGES:
            if name in given.model_fields_set:
                CHANGES[name](request.auth, ticket, given, now)
        return shown_again(request.auth, ticket)


def _topic(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    topic: Topic | None = None
    if given.topic is not None:
        (topic,) = topics_named(reach, [given.topic], [ticket.project])
    change_topic(reach, number=ticket.number, topic=topic, now=now)


def _priority(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    change_priority(reach, number=ticket.number, priority=Priority[given.priority.upper()], now=now)


def _tags(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    change_tags(reach, number=ticket.number, tags=given.tags, now=now)


def _language(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    change_language(reach, number=ticket.number, language=given.language, now=now)


def _state(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    change_state(reach, number=ticket.number, state=State(given.state), pending_until=given.pending_until, now=now)


def _pending_until(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    """With a state, the state has set it. Without one it moves the date of a ticket that is pending."""
    if "state" in given.model_fields_set:
        return
    if ticket.state != State.PENDING:
        raise invalid(pending_until="Only of a ticket that is pending: give `state` too.")
    change_state(reach, number=ticket.number, state=State.PENDING, pending_until=given.pending_until, now=now)


def _queue(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    queue: Queue
    try:
        (queue,) = queues_named(reach, [given.queue], [ticket.project])
    except Refused as error:
        where = f"There is no “{given.queue}” in the ticket’s project that you may see."
        raise invalid(queue=f"{where} To another project: POST /tickets/{ticket.number}/hand-over.") from error
    move(reach, number=ticket.number, queue=queue, now=now)


def _owner(reach: Reach, ticket: Ticket, given: TicketChange, now: datetime) -> None:
    owner: Person | None = None
    if given.owner is not None:
        owner = Person.objects.filter(login=given.owner, is_active=True).first()
        if owner is None:
            raise WrongOwner(given.owner)
    assign(reach, number=ticket.number, owner=owner, now=now)


# in the order in which they are done: who moves a ticket away may have no right on it any more,
# and its new owner must be one who works in the new queue
CHANGES: dict[str, Callable[[Reach, Ticket, TicketChange, datetime], None]] = {
    "topic": _topic,
    "priority": _priority,
    "tags": _tags,
    "language": _language,
    "state": _state,
    "pending_until": _pending_until,
    "queue": _queue,
    "owner": _owner,
}
