"""How a ticket looks from outside."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from postline.api.v1.types import Moment
from postline.projects.rights import Reach
from postline.tickets.models import Priority, Ticket
from postline.tickets.queries.shown import Shown, shown_after_act

RELATED = ("project", "queue__group", "topic", "requester", "owner", "taken_by")
PRIORITIES = {value: Priority(value).name.lower() for value in Priority.values}


class RequesterObject(Schema):
    """Who wrote, or telephoned. Address and phone are masked, such as `a•••@u•••.example`, where you may not see them;
    so are addresses and numbers in all texts of the ticket."""

    name: str
    address: str
    phone: str


class HintObject(Schema):
    """What a rule says of the requester's last message: one of the others is set. `weight`: 1 to 100, the heaviest
    comes first."""

    rule: int
    version: int
    weight: int
    topic: str | None = None
    template: str | None = None
    attention: str | None = None


class TicketObject(Schema):
    """The whole chain about one problem. `owner` is who is to answer; `taken_by` works at it until `taken_until`.

    `waiting_since`: since when the requester waits for us; null while they do not.
    """

    number: str
    project: str
    queue: str
    line: int
    group: str | None
    state: str
    pending_until: Moment | None
    priority: str
    topic: str | None
    owner: str | None
    taken_by: str | None
    taken_until: Moment | None
    requester: RequesterObject
    subject: str
    language: str
    created_at: Moment
    updated_at: Moment
    waiting_since: Moment | None
    tags: list[str]
    fields: dict[str, Any]
    hints: list[HintObject]


class TicketPage(Schema):
    """Some tickets, and the cursor to ask for the next ones with; null at the end."""

    results: list[TicketObject]
    next: str | None


def ticket_object(ticket: Ticket, shown: Shown) -> TicketObject:
    """The ticket as the interface shows it; needs RELATED to be fetched with it."""
    ticket = shown.ticket(ticket)
    return TicketObject(
        number=str(ticket.number),
        project=ticket.project.slug,
        queue=ticket.queue.slug,
        line=ticket.queue.line,
        group=ticket.queue.group.slug if ticket.queue.group else None,
        state=ticket.state,
        pending_until=ticket.pending_until,
        priority=PRIORITIES[ticket.priority],
        topic=ticket.topic.slug if ticket.topic else None,
        owner=ticket.owner.login if ticket.owner else None,
        taken_by=ticket.taken_by.login if ticket.taken_by else None,
        taken_until=ticket.taken_until,
        requester=RequesterObject(
            name=ticket.requester.name, address=ticket.requester.address, phone=ticket.requester.phone
        ),
        subject=ticket.subject,
        language=ticket.language,
        created_at=ticket.created_at,
        updated_at=ticket.updated_at,
        waiting_since=ticket.waiting_since,
        tags=ticket.tags,
        fields=ticket.fields,
        hints=[HintObject(**{name: said.get(name) for name in HintObject.model_fields}) for said in ticket.hints],
    )


def shown_again(reach: Reach, ticket: Ticket) -> TicketObject:
    """The ticket as it stands after an act that the caller was allowed to do on it."""
    ticket = Ticket.objects.select_related(*RELATED).get(pk=ticket.pk)
    return ticket_object(ticket, shown_after_act(reach, ticket))
