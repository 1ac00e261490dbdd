"""Keep what a person is writing."""

from __future__ import annotations

from datetime import datetime

from postline.projects.rights import Reach
from postline.tickets.models import Draft
from postline.tickets.queries.access import ticket_for

LONGEST = 200_000  # letters


def save_draft(reach: Reach, *, number: int, kind: str, text: str, now: datetime) -> None:
    """Keep the text that the person is writing in this ticket; an empty one forgets it. Raises NoSuchTicket."""
    ticket = ticket_for(reach, number)
    if text.strip():
        Draft.objects.update_or_create(
            ticket=ticket,
            person=reach.person,
            kind=kind,
            defaults={"text": text[:LONGEST], "updated_at": now},
        )
    else:
        Draft.objects.filter(ticket=ticket, person=reach.person, kind=kind).delete()
