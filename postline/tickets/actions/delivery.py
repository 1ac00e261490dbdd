"""A message could not be delivered: its ticket must show it."""

from __future__ import annotations

from datetime import datetime

from postline.outbox.models import Kind, OutboxMessage
from postline.tickets.actions.change import set_state
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Message, State, Ticket


def delivery_failed(*, message: OutboxMessage, now: datetime) -> None:
    """Write it into the history; the ticket of a human answer waits for us again."""
    if message.ticket_id is None:
        return
    ours = _locked(message)
    if ours is None:
        return
    ticket = ours.ticket
    append(ticket, Happening.NOT_DELIVERED, person=None, now=now, message=ours.pk, outbox=message.pk)
    if message.kind == Kind.ANSWER and ticket.state not in OPEN_STATES:
        append(ticket, Happening.REOPENED, person=None, now=now, **{"from": ticket.state})
        set_state(ticket, State.OPEN, now=now)
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
