"""Hand a ticket to another project."""

from __future__ import annotations

from typing import Annotated

from ninja import Path, Router, Schema
from pydantic import Field

from postline.api.v1.caller import Call
from postline.api.v1.errors import invalid
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.types import KEYED, READ, WRITE, Given, Moment, Number, Slug, Text
from postline.kit import clock
from postline.projects.rights import Forbidden, Reach, Right
from postline.tickets.actions.hand_over import LONGEST_REASON, hand_over
from postline.tickets.models import HandOver
from postline.tickets.queries.access import NoSuchTicket, ticket_for
from postline.tickets.queries.handed_over import targets_for

router = Router(tags=["Tickets"])


class WhereToHand(Given):
    """The queue of another project, and what its people should know."""

    project: Slug = Field(description="Slug of another project.")
    queue: Slug = Field(description="Slug of a queue there that accepts, or where the ticket came from.")
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] = Field(
        "", description="The people of both projects read it; notes stay in the old one."
    )


class AcceptingQueue(Schema):
    """A queue of another project. `is_back`: the ticket came from there."""

    project: str
    project_name: str
    queue: str
    queue_name: str
    is_back: bool


class AcceptingQueues(Schema):
    """All of them: `next` is always null."""

    results: list[AcceptingQueue]
    next: None = None


class HandedOver(Schema):
    """Where the ticket is now. Who is not of that project does not see it any more."""

    number: str
    project: str
    queue: str
    reason: str
    at: Moment


@router.get(
    "/tickets/{number}/hand-over",
    response={200: AcceptingQueues, **READ},
    operation_id="accepting-queues",
    summary="List where a ticket can be handed over to",
)
def list_accepting(request: Call, number: Path[Number]) -> AcceptingQueues:
    """The queues of other projects that accept tickets, for those who may hand this one over."""
    ticket = ticket_for(request.auth, number_of(number), Right.HAND_OVER)
    return AcceptingQueues(
        results=[
            AcceptingQueue(
                project=one.project_slug,
                project_name=one.project_name,
                queue=one.slug,
                queue_name=one.name,
                is_back=one.is_back,
            )
            for one in targets_for(ticket)
        ]
    )


@router.post(
    "/tickets/{number}/hand-over",
    response={200: HandedOver, **WRITE},
    operation_id="hand-over",
    summary="Hand a ticket to another project",
    openapi_extra=KEYED,
)
def hand_ticket_over(request: Call, number: Path[Number], given: WhereToHand) -> HandedOver:
    """Number, messages and history go along; notes, topic and tags stay; nothing is sent. The same again by the same
    person is done once. `undo` takes it back within an hour, as long as nobody there has touched it."""
    queue_id = _queue_id(request.auth, number_of(number), given)
    done = hand_over(request.auth, number=number_of(number), queue_id=queue_id, reason=given.reason, now=clock.now())
    return HandedOver(
        number=str(done.ticket.number),
        project=done.target.slug,
        queue=given.queue,
        reason=done.reason,
        at=done.at,
    )


def _queue_id(reach: Reach, number: int, given: WhereToHand) -> int:
    """The queue that is meant. Whoever has just handed the ticket over, and asks again, means where it is."""
    try:
        ticket = ticket_for(reach, number, Right.HAND_OVER)
    except (NoSuchTicket, Forbidden):
        if (there := _is_there(reach, number, given)) is None:
            raise
        return there
    for one in targets_for(ticket):
        if (one.project_slug, one.slug) == (given.project, given.queue):
            return one.queue_id
    if (there := _is_there(reach, number, given)) is not None:
        return there
    raise invalid(queue="No other project takes the ticket in there.")


def _is_there(reach: Reach, number: int, given: WhereToHand) -> int | None:
    """The queue where the ticket is, if the person has put it there and means it."""
    done = HandOver.objects.select_related("target", "ticket__queue").filter(ticket__number=number)
    last = done.filter(person=reach.person).order_by("-event").first()
    if last is None or (last.target.slug, last.ticket.queue.slug) != (given.project, given.queue):
        return None
    return last.ticket.queue_id
