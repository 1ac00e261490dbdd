"""Say whether an address that joined a ticket by itself takes part in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postline.projects.rights import Reach, Right
from postline.tickets.history import Happening, append
from postline.tickets.models import Participant
from postline.tickets.queries.access import lock_ticket_for


@transaction.atomic
def add_participant(reach: Reach, *, number: int, participant_id: int, now: datetime) -> Participant:
    """Let the address take part from now on, also one that was declined before.

    Raises Participant.DoesNotExist, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.ANSWER)
    participant = Participant.objects.get(ticket=ticket, pk=participant_id)
    if not participant.proved:
        participant.proved, participant.declined_at = True, None
        participant.save()
        append(ticket, Happening.ADDRESS_ADDED, person=reach.person, now=now, participant=participant.pk)
        ticket.save()
    return participant


@transaction.atomic
def decline_participant(reach: Reach, *, number: int, participant_id: int, now: datetime) -> Participant:
    """The address shall not take part: nobody is asked about it any more. One that takes part already stays.

    Raises Participant.DoesNotExist, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.ANSWER)
    participant = Participant.objects.get(ticket=ticket, pk=participant_id)
    if not participant.proved and participant.declined_at is None:
        participant.declined_at = now
        participant.save()
        append(ticket, Happening.ADDRESS_DECLINED, person=reach.person, now=now, participant=participant.pk)
        ticket.save()
    return participant
