"""Show a person the addresses and telephone numbers of one ticket, for a while and for a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from postline.kit.text import readable
from postline.projects import audit
from postline.projects.rights import Reach, Right
from postline.tickets.history import Happening, append
from postline.tickets.models import Reveal, Why
from postline.tickets.queries.access import lock_ticket_for

LASTS = timedelta(minutes=15)
LONGEST_WORDS = 500  # letters of a reason


class NoReason(Exception):
    """Why it is to be shown was not said: another reason than those of the list needs words."""


class NothingHidden(Exception):
    """The person is shown everything in this queue anyway."""


@transaction.atomic
def reveal(reach: Reach, *, number: int, reason: str, words: str = "", now: datetime) -> Reveal:
    """Show the person what is hidden of this ticket until `LASTS` from now. It is written down in the ticket's history
    and in the audit log. Asked for again while it lasts, nothing changes: the one that runs is returned.

    Raises NoReason, NothingHidden, MergedAway, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.REVEAL)
    words = " ".join(readable(words).split())[:LONGEST_WORDS]
    if reason not in Why.values or (reason == Why.OTHER and not words):
        raise NoReason(reason)
    if reach.may(Right.PERSONAL, ticket.queue_id):
        raise NothingHidden(number)
    running = Reveal.objects.filter(ticket=ticket, person=reach.person, until__gt=now).order_by("-until").first()
    if running is not None:
        return running
    found = Reveal.objects.create(
        ticket=ticket, person=reach.person, reason=reason, words=words, at=now, until=now + LASTS
    )
    append(ticket, Happening.REVEALED, person=reach.person, now=now, reveal=found.pk, reason=reason)
    ticket.save()
    audit.record(
        actor=reach.person.login,
        action="personal.revealed",
        target=f"ticket:{ticket.number}",
        detail={"project": ticket.project_id, "reveal": found.pk, "reason": reason},
        now=now,
    )
    return found
