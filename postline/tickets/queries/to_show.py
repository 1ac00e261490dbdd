"""Fetches one thing to show it to a person: hidden is what they may not see of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from postline.projects.rights import Reach
from postline.tickets.models import Attachment, Message, Ticket
from postline.tickets.queries.access import RELATED, NoSuchTicket, ticket_for
from postline.tickets.queries.shown import Shown, shown_of


def ticket_to_show(
    reach: Reach, number: int, *, now: datetime, related: Sequence[str] = RELATED
) -> tuple[Ticket, Shown]:
    """The ticket as the person is shown it, and how. Raises NoSuchTicket."""
    ticket = ticket_for(reach, number, related=related)
    shown = shown_of(reach, ticket, now=now)
    return shown.ticket(ticket), shown


def message_to_show(reach: Reach, key: int, *, now: datetime) -> tuple[Message, Shown]:
    """A message with its body and ticket as the person is shown them, and how. Raises NoSuchTicket."""
    message = Message.objects.select_related("ticket", "body", "outbox_message").filter(pk=key).first()
    if message is None:
        raise NoSuchTicket
    ticket, shown = ticket_to_show(reach, message.ticket.number, now=now)
    found = shown.message(message)
    found.ticket = ticket
    return found, shown


def file_to_show(reach: Reach, key: int, *, now: datetime) -> tuple[Attachment, Shown]:
    """A file with its message and ticket, and how the person is shown them. Raises NoSuchTicket."""
    found = Attachment.objects.select_related("message__ticket", "message__outbox_message").filter(pk=key).first()
    if found is None:
        raise NoSuchTicket
    ticket = ticket_for(reach, found.message.ticket.number)
    return found, shown_of(reach, ticket, now=now)
