"""Write an internal comment."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postline.kit.text import readable
from postline.projects.rights import Reach, Right
from postline.tickets.actions.answer import require_words
from postline.tickets.actions.once import press_of
from postline.tickets.history import Happening, append
from postline.tickets.models import Draft, Note
from postline.tickets.queries.access import lock_ticket_for


@transaction.atomic
def note(reach: Reach, *, number: int, text: str, request_key: str | None = None, now: datetime) -> Note:
    """Add a note that only the staff sees. Raises NothingToSay, TooLong, NoSuchTicket, Forbidden."""
    text = readable(text)
    ticket = lock_ticket_for(reach, number, Right.NOTE)
    press = press_of(request_key, "note", number, text)
    earlier = Note.objects.filter(author=reach.person, request_key=press).first() if press else None
    if earlier is not None:
        return earlier
    require_words(text)
    result = Note.objects.create(
        ticket=ticket,
        project_id=ticket.project_id,
        author=reach.person,
        text=text.strip(),
        request_key=press,
        created_at=now,
    )
    append(ticket, Happening.NOTED, person=reach.person, now=now, note=result.pk)
    ticket.save()
    Draft.objects.filter(ticket=ticket, person=reach.person, kind="note").delete()
    return result
