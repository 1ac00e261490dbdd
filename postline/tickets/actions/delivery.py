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
    ticket = Ticket.objects.select_for_update().filter(pk=message.ticket_id).first()
    ours = Message.objects.filter(outbox_message=message).first()
    if ticket is None or ours is None:
        return
    append(ticket, Happening.NOT_DELIVERED, person=None, now=now, message=ours.pk, outbox=message.pk)
    if message.kind == Kind.ANSWER and ticket.state not in (*OPEN_STATES, State.MERGED):
        append(ticket, Happening.REOPENED, person=None, now=now, **{"from": ticket.state})
        set_state(ticket, State.OPEN, now=now)
    ticket.save()
