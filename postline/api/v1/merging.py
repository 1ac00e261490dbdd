"""Merge tickets, split one, undo."""

from __future__ import annotations

from typing import Annotated

from ninja import Path, Router, Status
from pydantic import Field

from postline.api.v1.caller import Call
from postline.api.v1.errors import invalid
from postline.api.v1.names import queues_named
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.ticket_object import TicketObject, shown_again
from postline.api.v1.types import KEYED, WRITE, Given, Id, Number, Slug
from postline.kit import clock
from postline.projects.models import Queue
from postline.tickets import numbers
from postline.tickets.actions.merge import merge
from postline.tickets.actions.split import split
from postline.tickets.actions.undo import undo
from postline.tickets.queries.access import ticket_for

router = Router(tags=["Tickets"])

MOST = 100  # messages of one split


class WhereTo(Given):
    """The other ticket."""

    into: Number = Field(description="Number of the ticket that goes on: nine digits, with or without gaps.")


class WhatToSplit(Given):
    """The message that is another problem, and those that go with it."""

    message: Id = Field(description="A message that came to this ticket.")
    with_messages: Annotated[list[Id], Field(max_length=MOST)] = Field([], description="Others that go with it.")
    queue: Slug | None = Field(None, description="Slug of a queue of the project; the ticket's own unless given.")


@router.post(
    "/tickets/{number}/merge",
    response={200: TicketObject, **WRITE},
    operation_id="merge",
    summary="Merge a ticket into another one",
    openapi_extra=KEYED,
)
def merge_ticket(request: Call, number: Path[Number], given: WhereTo) -> TicketObject:
    """It becomes part of `into`, which is the answer. Its messages and notes go over, its state is `merged`, and what
    is written to its number arrives there. Nothing is sent. The same again changes nothing."""
    into = numbers.parse(given.into)
    if into is None:
        raise invalid(into="A ticket number has nine digits, the last of which checks the others.")
    return shown_again(request.auth, merge(request.auth, number=number_of(number), into=into, now=clock.now()))


@router.post(
    "/tickets/{number}/split",
    response={201: TicketObject, **WRITE},
    operation_id="split",
    summary="Make messages a ticket of their own",
    openapi_extra=KEYED,
)
def split_ticket(request: Call, number: Path[Number], given: WhatToSplit) -> Status[TicketObject]:
    """They are another problem: the new ticket is the answer, with the same requester. Replies to these messages arrive
    in it; our answers stay where they were given. Nothing is sent. The same again answers with the same ticket."""
    ticket = ticket_for(request.auth, number_of(number))
    queue: Queue | None = None
    if given.queue is not None:
        (queue,) = queues_named(request.auth, [given.queue], [ticket.project])
    new = split(
        request.auth,
        number=ticket.number,
        message_id=given.message,
        with_messages=given.with_messages,
        queue=queue,
        now=clock.now(),
    )
    return Status(201, shown_again(request.auth, new))


@router.post(
    "/tickets/{number}/undo",
    response={200: TicketObject, **WRITE},
    operation_id="undo",
    summary="Undo your last merge or split",
    openapi_extra=KEYED,
)
def undo_last(request: Call, number: Path[Number]) -> TicketObject:
    """Of this ticket, on whichever side of it it was, within the last hour. The one before it can be undone next."""
    return shown_again(request.auth, undo(request.auth, number=number_of(number), now=clock.now()))
