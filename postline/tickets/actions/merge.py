"""Make a ticket part of another one: two were opened about the same problem."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.actions.arrive import first_words
from postline.tickets.actions.change import set_state
from postline.tickets.actions.draft import LONGEST
from postline.tickets.actions.suggest import suggest
from postline.tickets.actions.take import end_lease, require_not_taken_by_another
from postline.tickets.arrival import ROBOTS
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Direction, Draft, Merge, State, Suggestion, Ticket
from postline.tickets.queries.access import MergedAway, lock_two_for
from postline.tickets.queries.merged import merged_into


class WrongTarget(Exception):
    """The ticket itself, or one of another project."""


@transaction.atomic
def merge(reach: Reach, *, number: int, into: int, right: Right = Right.MERGE, now: datetime) -> Ticket:
    """Make ticket `number` part of `into`, which is returned. Nothing is sent to anybody.

    Messages, notes and drafts go over; the history of each stays. What is written to the merged number, its signed
    address or its messages from now on arrives in the other one, which waits for us if the merged one did. The same
    merge twice is one. Needs the right to merge where the ticket is, and there or to move into it where the other one
    is (`right`: another one, where a split is undone).

    Raises WrongTarget, MergedAway, TakenByAnother, NoSuchTicket, Forbidden.
    """
    ticket, target = lock_two_for(reach, number, into)
    require_may_merge(reach, ticket, target, right)
    if ticket.pk == target.pk or ticket.project_id != target.project_id:
        raise WrongTarget(into)
    if Merge.objects.filter(ticket=ticket, into=target, undone_at=None).exists():
        return target
    for one in (ticket, target):
        if one.state == State.MERGED:
            found = merged_into(reach, one.pk)
            raise MergedAway(found.number if found else None)
        require_not_taken_by_another(one, person=reach.person, now=now)
    Merge.objects.create(
        ticket=ticket,
        into=target,
        person=reach.person,
        merged_at=now,
        messages=move_messages(MESSAGES_OF, source=ticket.pk, target=target.pk),
        notes=[key for (key,) in rows(NOTES_OF, {"source": ticket.pk, "target": target.pk})],
        participants=[key for (key,) in rows(PARTICIPANTS_OF, {"source": ticket.pk, "target": target.pk})],
        state=ticket.state,
        waiting_since=ticket.waiting_since,
        into_state=target.state,
        into_waiting_since=target.waiting_since,
        into_pending_until=target.pending_until,
        into_closed_at=target.closed_at,
    )
    _move_drafts(ticket, target)
    append(ticket, Happening.MERGED, person=reach.person, now=now, other=target.number)
    opened = ticket.state in OPEN_STATES and target.state not in OPEN_STATES
    from_state = {"from": target.state} if opened else {}
    append(target, Happening.MERGED_IN, person=reach.person, now=now, other=ticket.number, **from_state)
    _let_wait(target, ticket, now=now)
    end_lease(ticket)
    ticket.state, ticket.waiting_since = State.MERGED, None  # its dates stay: they are what it goes back to
    follow(ticket, now=now)
    follow(target, conversation=True, now=now)
    show_latest(target)
    ticket.save()
    target.save()
    for hint in Suggestion.objects.filter(other=ticket, dismissed_at=None):
        suggest(hint.ticket_id, target.pk, hint.reason, now=now)
    return target


def require_may_merge(reach: Reach, ticket: Ticket, target: Ticket, right: Right = Right.MERGE) -> None:
    """Who may merge the ticket, and merge in the queue of the other one or move into it. Raises Forbidden."""
    reach.require(right, ticket.queue_id)
    if not reach.may(right, target.queue_id):
        reach.require(Right.MOVE_INTO, target.queue_id)


def move_messages(which: str, *, source: int, target: int, messages: list[int] | None = None) -> list[int]:
    """Let messages stand in another ticket, and remember which history tells of them. Returns their ids."""
    return [key for (key,) in rows(which, {"source": source, "target": target, "messages": messages})]


def show_latest(ticket: Ticket) -> None:
    """Lists show the beginning of the requester's last message. The caller saves."""
    theirs = ticket.messages.filter(direction__in=[Direction.INBOUND, Direction.TOLD]).exclude(kind__in=ROBOTS)
    latest = theirs.select_related("body").order_by("-id").first()
    if latest is not None:
        ticket.preview = first_words(latest.body.new_text or latest.body.text)


def _let_wait(target: Ticket, ticket: Ticket, *, now: datetime) -> None:
    """If the merged one waits for us, the other does, in the queue where it is: since whichever waits longer."""
    if ticket.state not in OPEN_STATES:
        return
    since = min(one.waiting_since for one in (ticket, target) if one.waiting_since is not None)
    if target.state not in OPEN_STATES:
        set_state(target, State.OPEN, now=now)
    target.waiting_since = since


def _move_drafts(ticket: Ticket, target: Ticket) -> None:
    """What somebody has begun to write goes along, below what they have begun in the other one."""
    for draft in Draft.objects.filter(ticket=ticket):
        there = Draft.objects.filter(ticket=target, person_id=draft.person_id, kind=draft.kind).first()
        if there is None:
            draft.ticket = target
            draft.save()
        else:
            there.text = f"{there.text}\n\n{draft.text}"[:LONGEST]
            there.save()
            draft.delete()


# A message that comes home to the history that tells of it has no origin any more.
MOVE = """
UPDATE tickets_message SET ticket_id = %(target)s::bigint,
    origin_id = nullif(coalesce(origin_id, %(source)s::bigint), %(target)s::bigint)
WHERE ticket_id = %(source)s"""
MESSAGES_OF = f"{MOVE} AND %(messages)s::bigint[] IS NULL RETURNING id"
MESSAGES_NAMED = f"{MOVE} AND id = ANY(%(messages)s::bigint[]) RETURNING id"

NOTES_OF = "UPDATE tickets_note SET ticket_id = %(target)s WHERE ticket_id = %(source)s RETURNING id"

PARTICIPANTS_OF = """
INSERT INTO tickets_participant (ticket_id, name, address, proved, since, declined_at)
SELECT %(target)s, name, address, proved, since, declined_at FROM tickets_participant WHERE ticket_id = %(source)s
ON CONFLICT (ticket_id, address) DO NOTHING RETURNING id
"""
