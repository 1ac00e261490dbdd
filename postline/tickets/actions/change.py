"""Change what a ticket is: its state, topic, priority, tags, language, owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from postline.projects.models import Person, Topic
from postline.projects.rights import Reach, Right, people_with
from postline.tickets.actions.take import end_lease
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Priority, State, Ticket
from postline.tickets.queries.access import lock_ticket_for
from postline.tickets.queries.shown import shown_of

TAG_LENGTH = 64
TAGS_MOST = 50
LONGEST_WAIT = timedelta(days=36525)  # a hundred years; far beyond, a date cannot be read in every time zone


class WrongState(Exception):
    """A state that a person cannot set, or a date that does not fit it."""


class WrongTopic(Exception):
    """The topic is not one of the ticket's project, or is chosen no more."""


class WrongOwner(Exception):
    """The person may not take tickets of this queue."""


class WrongTags(Exception):
    """Too many tags, or one that is too long or empty."""


@transaction.atomic
def change_state(
    reach: Reach, *, number: int, state: State, pending_until: datetime | None = None, now: datetime
) -> Ticket:
    """Set the state by hand. `pending_until` (for `pending`) is when it becomes open by itself.

    Closing has a right of its own. Raises WrongState, NoSuchTicket, Forbidden.
    """
    require_valid_state(state, pending_until=pending_until, now=now)
    ticket = lock_ticket_for(reach, number, Right.CLOSE if state == State.CLOSED else Right.CHANGE)
    if (ticket.state, ticket.pending_until) == (state, pending_until):
        return ticket
    data = {"from": ticket.state, "to": str(state)}
    if pending_until:
        data["until"] = pending_until.isoformat()
    append(ticket, Happening.STATE, person=reach.person, now=now, **data)
    set_state(ticket, state, pending_until=pending_until, now=now)
    if state not in OPEN_STATES:
        end_lease_keeping_owner(ticket)
    follow(ticket, now=now)
    ticket.save()
    return ticket


@transaction.atomic
def change_topic(reach: Reach, *, number: int, topic: Topic | None, now: datetime) -> Ticket:
    """Say what kind of problem it is. Raises WrongTopic, NoSuchTicket, Forbidden."""
    ticket = lock_ticket_for(reach, number, Right.CHANGE)
    if topic is not None and topic.project_id != ticket.project_id:
        raise WrongTopic(topic.slug)
    if topic is not None and topic.retired_at is not None and topic.pk != ticket.topic_id:
        raise WrongTopic(topic.slug)
    key = topic.pk if topic else None
    if key != ticket.topic_id:
        append(ticket, Happening.TOPIC, person=reach.person, now=now, **{"from": ticket.topic_id, "to": key})
        ticket.topic = topic
        follow(ticket, now=now)
        ticket.save()
    return ticket


@transaction.atomic
def change_priority(reach: Reach, *, number: int, priority: Priority, now: datetime) -> Ticket:
    """Say how urgent it is. Raises NoSuchTicket, Forbidden."""
    ticket = lock_ticket_for(reach, number, Right.CHANGE)
    if priority != ticket.priority:
        append(
            ticket,
            Happening.PRIORITY,
            person=reach.person,
            now=now,
            **{"from": ticket.priority, "to": int(priority)},
        )
        ticket.priority = priority
        follow(ticket, now=now)
        ticket.save()
    return ticket


@transaction.atomic
def change_tags(reach: Reach, *, number: int, tags: Iterable[str], now: datetime) -> Ticket:
    """Replace the tags. Raises WrongTags, NoSuchTicket, Forbidden."""
    wanted = sorted({" ".join(tag.split()) for tag in tags})
    if len(wanted) > TAGS_MOST or any(not tag or len(tag) > TAG_LENGTH for tag in wanted):
        raise WrongTags
    ticket = lock_ticket_for(reach, number, Right.CHANGE)
    shown = shown_of(reach, ticket, now=now)  # who saw a tag masked gives it back as they saw it
    meant = {shown.text(tag): tag for tag in ticket.tags}
    wanted = sorted({meant.get(tag, tag) for tag in wanted})
    added, removed = set(wanted) - set(ticket.tags), set(ticket.tags) - set(wanted)
    if added or removed:
        append(ticket, Happening.TAGS, person=reach.person, now=now, added=len(added), removed=len(removed))
        ticket.tags = wanted
        ticket.save()
    return ticket


@transaction.atomic
def change_language(reach: Reach, *, number: int, language: str, now: datetime) -> Ticket:
    """Say in which language the requester is answered (ISO 639-1). Raises NoSuchTicket, Forbidden."""
    ticket = lock_ticket_for(reach, number, Right.CHANGE)
    if language != ticket.language:
        append(
            ticket,
            Happening.LANGUAGE,
            person=reach.person,
            now=now,
            **{"from": ticket.language, "to": language},
        )
        ticket.language = language
        ticket.save()
    return ticket


@transaction.atomic
def assign(reach: Reach, *, number: int, owner: Person | None, now: datetime) -> Ticket:
    """Say who is to answer. An assigned ticket stays theirs when they give it back; None frees it.

    Giving it to oneself or away needs the right to assign. Raises WrongOwner, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.ASSIGN)
    if owner is not None and owner not in people_with(Right.TAKE, ticket.queue):
        raise WrongOwner(owner.login)
    key = owner.pk if owner else None
    if key == ticket.owner_id and ticket.assigned == (owner is not None):
        return ticket
    append(ticket, Happening.ASSIGNED, person=reach.person, now=now, **{"from": ticket.owner_id, "to": key})
    if ticket.taken_by_id != key:
        ticket.taken_by = ticket.taken_until = None
    ticket.owner, ticket.assigned = owner, owner is not None
    ticket.save()
    return ticket


def require_valid_state(state: State, *, pending_until: datetime | None, now: datetime) -> None:
    """Raises WrongState for a state that is not set by hand, or a date that is past, too far or of no `pending`."""
    if state in (State.NEW, State.MERGED):
        raise WrongState(state)
    if pending_until is not None and (state != State.PENDING or not now < pending_until <= now + LONGEST_WAIT):
        raise WrongState(pending_until.isoformat())


def set_state(ticket: Ticket, state: State, *, pending_until: datetime | None = None, now: datetime) -> None:
    """Set the state and the times that follow from it. The caller writes the event and saves."""
    opened = state in OPEN_STATES
    ticket.waiting_since = (ticket.waiting_since or now) if opened else None
    ticket.pending_until = pending_until if state == State.PENDING else None
    ticket.closed_at = now if state == State.CLOSED else None
    ticket.state = state


def end_lease_keeping_owner(ticket: Ticket) -> None:
    """Nobody works at it now; who was to answer is still remembered."""
    owner = ticket.owner
    end_lease(ticket)
    ticket.owner = owner
