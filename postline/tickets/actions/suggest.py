"""Suggest that a ticket belongs to another one, or say that it does not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from postline.kit.sql import row
from postline.projects.rights import Reach, Right
from postline.tickets.models import Suggestion
from postline.tickets.queries.access import lock_ticket_for, ticket_for


def suggest(ticket_id: int, other_id: int, reason: str, *, now: datetime) -> bool:
    """Suggest to merge the ticket into the other one; whether that is new.

    Acts as the system, inside the caller's transaction. Nothing happens where the two are of different projects, one
    of them is merged already, or the pair was suggested before, whichever way round: what was dismissed stays so.
    """
    made = row(SUGGEST, {"ticket": ticket_id, "other": other_id, "reason": str(reason), "now": now})
    return made is not None


@transaction.atomic
def dismiss(reach: Reach, *, number: int, other: int, now: datetime) -> None:
    """The two tickets are not about the same thing. Raises NoSuchTicket, Forbidden."""
    ticket = lock_ticket_for(reach, number, Right.CHANGE)
    partner = ticket_for(reach, other)
    either_way = Q(ticket=ticket, other=partner) | Q(ticket=partner, other=ticket)
    Suggestion.objects.filter(either_way, dismissed_at=None).update(dismissed_at=now)


SUGGEST = """
INSERT INTO tickets_suggestion (ticket_id, other_id, reason, made_at)
SELECT ticket.id, other.id, %(reason)s::text, %(now)s::timestamptz
FROM tickets_ticket AS ticket JOIN tickets_ticket AS other ON other.project_id = ticket.project_id
WHERE ticket.id = %(ticket)s AND other.id = %(other)s AND ticket.id <> other.id
    AND ticket.state <> 'merged' AND other.state <> 'merged'
    AND NOT EXISTS (SELECT FROM tickets_suggestion WHERE ticket_id = %(other)s AND other_id = %(ticket)s)
ON CONFLICT (ticket_id, other_id) DO NOTHING
RETURNING id
"""
