"""A message could not be delivered: its ticket must show it, and the address, and whoever was to answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from postline.outbox.models import Kind, OutboxMessage, Recipient
from postline.outbox.models import State as Sending
from postline.projects import people
from postline.projects.models import Queue
from postline.tickets.actions.change import set_state
from postline.tickets.actions.refused_address import mark_refused
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Message, State, Ticket


def delivery_failed(*, message: OutboxMessage, now: datetime) -> None:
    """A mail server refused it while we were talking to it: what the outbox tells (`outbox.outcomes`)."""
    failed = Recipient.objects.filter(message=message, state=Sending.FAILED)
    not_delivered(message=message, replies=dict(failed.values_list("address", "reply")), now=now)


def not_delivered(
    *, message: OutboxMessage, replies: Mapping[str, str], report: int | None = None, now: datetime
) -> None:
    """Recipient → what was said. `report` is the message of the ticket that tells of it, where there is one.

    An answer of a person: its ticket returns to the queue that sent it, with a mark. An automatic answer: the address
    alone is marked. A message to one of the staff: their address likewise.
    """
    if message.kind == Kind.ACCOUNT:
        people.mail_refused(replies)
        return
    ours = _locked(message)
    if ours is None:
        return
    ticket = ours.ticket
    append(ticket, Happening.NOT_DELIVERED, person=None, now=now, **_ids(message, ours, report))
    mark_refused(ticket.project_id, replies, now=now)
    if message.kind == Kind.ANSWER:
        ticket.undelivered = True
        queue_id = ticket.queue_id
        _return(ticket, _where_it_was_sent(ours), now=now)
        follow(ticket, moved=ticket.queue_id != queue_id, now=now)
    ticket.save()


def delayed(*, message: OutboxMessage, report: int, now: datetime) -> None:
    """A mail server still tries: noted, nothing else."""
    ours = _locked(message)
    if ours is not None:
        ticket = ours.ticket
        append(ticket, Happening.DELAYED, person=None, now=now, **_ids(message, ours, report))
        ticket.save()


def _locked(message: OutboxMessage) -> Message | None:
    """The message in its ticket, which is locked: a merge may put it into another one while we wait."""
    while True:
        where = Message.objects.filter(outbox_message=message).values_list("ticket_id", flat=True).first()
        if where is None:
            return None
        Ticket.objects.select_for_update().get(pk=where)
        ours = Message.objects.select_related("ticket").get(outbox_message=message)
        if ours.ticket_id == where:
            return ours


def _ids(message: OutboxMessage, ours: Message, report: int | None) -> dict[str, int]:
    return {"message": ours.pk, "outbox": message.pk} | ({} if report is None else {"report": report})


def _where_it_was_sent(ours: Message) -> Queue | None:
    """None where the ticket stays: the answer left from another one that became part of it, or somebody has put it
    into a private queue or another project since. What stands there must not come before other eyes because a mail
    server refuses."""
    elsewhere = ours.queue is not None and ours.queue.project_id != ours.ticket.project_id
    return None if elsewhere or ours.origin_id is not None or ours.ticket.queue.private else ours.queue


def _return(ticket: Ticket, queue: Queue | None, *, now: datetime) -> None:
    """To the queue that sent the answer. One that is open is worked on where it is: there the mark is seen."""
    if ticket.state in (*OPEN_STATES, State.MERGED):
        return
    append(ticket, Happening.REOPENED, person=None, now=now, **{"from": ticket.state})
    set_state(ticket, State.OPEN, now=now)
    while queue is not None and queue.successor is not None:
        queue = queue.successor
    if queue is not None and queue.pk != ticket.queue_id and queue.retired_at is None:
        append(ticket, Happening.RETURNED, person=None, now=now, **{"from": ticket.queue_id, "to": queue.pk})
        ticket.queue = queue
        ticket.owner = ticket.taken_by = ticket.taken_until = None
        ticket.assigned = False
