"""What filters want done with a ticket that a follow-up has come to."""

from __future__ import annotations

from datetime import datetime

from postline.projects.models import Queue
from postline.tickets.actions.change import TAGS_MOST
from postline.tickets.actions.take import end_lease
from postline.tickets.arrival import Arrival
from postline.tickets.history import Happening, append
from postline.tickets.models import Note, Ticket


def apply_filtered(ticket: Ticket, arrival: Arrival, *, now: datetime) -> None:
    """Change the locked ticket as the filters say, each with its event. The caller saves it.

    What somebody is working at stays where it is: the filter's queue is not theirs to lose it to. So does what stands
    in a private queue, unless its own group has the other one too: a sender's words bring it before no other eyes.
    """
    if not arrival.filtered or ticket.project_id != arrival.project_id:  # handed over: not theirs any more
        return
    for one in arrival.filtered:
        append(ticket, Happening.FILTERED, person=None, now=now, **one.data)
        for text in one.notes:
            Note.objects.create(ticket=ticket, project_id=ticket.project_id, rule=one.rule, text=text, created_at=now)
    is_taken = ticket.taken_until is not None and ticket.taken_until > now
    queue = Queue.objects.get(pk=arrival.moved_to) if arrival.moved_to not in (None, ticket.queue_id) else None
    if queue is not None and not is_taken and queue.is_as_private_as(ticket.queue):
        ticket.assigned = False
        end_lease(ticket)
        append(ticket, Happening.MOVED, person=None, now=now, **{"from": ticket.queue_id, "to": queue.pk})
        ticket.queue, ticket.return_queue = queue, None
    if arrival.owner_id is not None and not is_taken:
        ticket.owner_id, ticket.assigned = arrival.owner_id, True
    ticket.topic_id = arrival.topic_id or ticket.topic_id
    ticket.priority = arrival.priority or ticket.priority
    ticket.language = arrival.answer_language or ticket.language
    ticket.tags = sorted({*ticket.tags, *arrival.tags})[:TAGS_MOST]
    ticket.fields = {**ticket.fields, **arrival.fields}
