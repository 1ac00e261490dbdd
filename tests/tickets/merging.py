"""What the tests of merging ask about tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from postline.tickets.models import Event, Message, Note, Participant, Ticket
from tests.scenes import NOW

LATER = NOW + timedelta(minutes=5)
LATEST = NOW + timedelta(minutes=30)


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def kinds(ticket: Ticket) -> list[str]:
    return list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True))


def texts(ticket: Ticket) -> list[str]:
    return [one.body.new_text for one in Message.objects.filter(ticket=ticket).select_related("body").order_by("id")]


def all_rows() -> dict[str, Any]:
    """Everything that a merge may change, but for the history and the moments of the last change."""
    of_history = ("updated_at", "event_count")
    tickets = Ticket.objects.order_by("id").values()
    return {
        "tickets": [{name: value for name, value in row.items() if name not in of_history} for row in tickets],
        "messages": list(Message.objects.order_by("id").values()),
        "notes": list(Note.objects.order_by("id").values()),
        "participants": list(Participant.objects.order_by("id").values()),
    }
