"""Appends to a ticket's history, and tells whoever listens. The caller holds the ticket's row lock and saves it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from postline.projects.models import Person
from postline.tickets.announcements import announce
from postline.tickets.models import Event, Ticket


class Happening(StrEnum):
    """Every kind of event. `data` of each is described beside it."""

    ARRIVED = "arrived"  # message, source
    OPENED = "opened"  # message; outbox?, queue, returns, state as of an answer; by an agent
    ACKNOWLEDGED = "acknowledged"  # message, outbox: the automatic answer; follows (message)? when not to the first
    NOT_ACKNOWLEDGED = "not-acknowledged"  # reason, follows?
    REOPENED = "reopened"  # from (state)
    RETURNED = "returned"  # from, to (queues): a follow-up went back to where it was answered
    TAKEN = "taken"
    RELEASED = "released"
    LEASE_ENDED = "lease-ended"
    ANSWERED = "answered"  # message, outbox, queue, returns (the queue that a follow-up goes to), state
    NOTED = "noted"  # note
    MOVED = "moved"  # from, to (queues)
    ASSIGNED = "assigned"  # from, to (people)
    STATE = "state"  # from, to, until?
    WOKEN = "woken"  # the date that it was pending for has come
    TOPIC = "topic"  # from, to
    PRIORITY = "priority"  # from, to
    TAGS = "tags"  # added, removed (counts): the words themselves stand on the ticket
    LANGUAGE = "language"  # from, to
    NEW_ADDRESS = "new-address"  # participant
    ADDRESS_ADDED = "address-added"  # participant
    ADDRESS_DECLINED = "address-declined"  # participant
    REQUESTER = "requester"  # from, to (requesters): somebody else is the one who asks
    MERGED = "merged"  # other (the number of a ticket, as in those below): this one became part of it
    MERGED_IN = "merged-in"  # other, from? (state: it was opened again): that one became part of this
    MERGE_UNDONE = "merge-undone"  # other: the two are apart again
    SPLIT_OFF = "split-off"  # other, messages: they are another problem
    SPLIT_FROM = "split-from"  # other, messages, queue: how this ticket began
    HANDED_OVER = "handed-over"  # project (that it went to), from (queue), state
    TAKEN_OVER = "taken-over"  # project (that it came from), to (queue)
    FOLLOWS = "follows"  # other: the requester wrote again to that one, which had been closed for too long
    FOLLOWED_BY = "followed-by"  # other: the ticket that this message opened instead
    STAYED_CLOSED = "stayed-closed"  # message: it was closed for too long to be opened again
    CLOCK_WARNED = "clock-warned"  # metric, target: it will be missed soon
    CLOCK_MISSED = "clock-missed"  # metric, target, minutes
    ESCALATED = "escalated"  # metric, target, step, act; from, to (queues or priorities)?
    NOT_DELIVERED = "not-delivered"  # message, outbox, report (the message that says so)?
    REVEALED = "revealed"  # reveal, reason (a code of models.Why): addresses and numbers were shown to somebody
    DELAYED = "delayed"  # message, outbox, report: it is still on its way
    FILTERED = "filtered"  # rule, slug, version, what (codes of steps), queue?, topic?, priority?, owner?, language?


def append(ticket: Ticket, happening: Happening, *, person: Person | None, now: datetime, **data: Any) -> Event:
    """Write the next event of a locked ticket. `data` holds ids and codes only. The caller saves the ticket."""
    ticket.event_count += 1
    ticket.updated_at = now
    queues = {
        ticket.queue_id,
        *((data["from"], data["to"]) if happening in (Happening.MOVED, Happening.RETURNED) else ()),
    }
    announce(number=ticket.number, event=ticket.event_count, kind=happening, queues=queues)
    return Event.objects.create(
        ticket=ticket, number=ticket.event_count, kind=happening, person=person, at=now, data=data
    )
