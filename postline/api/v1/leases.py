"""Who works at a ticket now: take, release, next."""

from __future__ import annotations

from ninja import Path, Router, Status
from pydantic import Field

from postline.api.v1.caller import Call
from postline.api.v1.names import projects_named, queues_named
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.ticket_object import TicketObject, shown_again
from postline.api.v1.types import KEYED, WRITE, Given, Number, Slug
from postline.kit import clock
from postline.projects.models import Queue
from postline.projects.rights import Forbidden, Reach, Right
from postline.tickets.actions.take import release, take, take_next

router = Router(tags=["Tickets"])


class WhichNext(Given):
    """Where to look; everywhere you may take tickets unless given."""

    project: Slug | None = Field(default=None, description="Slug of a project.")
    queue: Slug | None = Field(default=None, description="Slug of a queue.")


@router.post(
    "/tickets/{number}/take",
    response={200: TicketObject, **WRITE},
    operation_id="take",
    summary="Take a ticket",
    openapi_extra=KEYED,
)
def take_ticket(request: Call, number: Path[Number]) -> TicketObject:
    """You work at it until `taken_until`, and are its owner unless it is assigned. Again: the time begins anew."""
    return shown_again(request.auth, take(request.auth, number=number_of(number), now=clock.now()))


@router.post(
    "/tickets/{number}/release",
    response={200: TicketObject, **WRITE},
    operation_id="release",
    summary="Release a ticket",
    openapi_extra=KEYED,
)
def release_ticket(request: Call, number: Path[Number]) -> TicketObject:
    """Give it back: it waits for anybody again."""
    return shown_again(request.auth, release(request.auth, number=number_of(number), now=clock.now()))


@router.post(
    "/next",
    response={200: TicketObject, 204: None, **WRITE},
    operation_id="next",
    summary="Take the next ticket",
    openapi_extra=KEYED,
)
def next_ticket(request: Call, which: WhichNext | None = None) -> Status[TicketObject | None]:
    """The ticket that has waited longest, yours first. Nobody else gets the same one. 204 when nobody waits."""
    queues = _queues(request.auth, which or WhichNext())
    ticket = take_next(request.auth, queues=queues, now=clock.now())
    return Status(200, shown_again(request.auth, ticket)) if ticket else Status(204, None)


def _queues(reach: Reach, which: WhichNext) -> list[int]:
    """The ids of the queues to take from. Raises Refused, and Forbidden where the caller takes from none of them."""
    allowed = set(reach.queues_with(Right.TAKE))
    if which.project or which.queue:
        projects = projects_named(reach, [which.project] if which.project else [])
        if which.queue:
            asked = {queue.pk for queue in queues_named(reach, [which.queue], projects)}
        else:
            asked = set(Queue.objects.filter(project__in=projects).values_list("pk", flat=True))
        allowed &= asked
    if not allowed:
        raise Forbidden(Right.TAKE)
    return sorted(allowed)
