"""Take two tickets apart again that were merged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from postline.kit.sql import rows
from postline.projects.rights import Reach
from postline.tickets.actions.change import end_lease_keeping_owner, set_state
from postline.tickets.actions.merge import MESSAGES_NAMED, move_messages, require_may_merge, show_latest
from postline.tickets.actions.take import require_not_taken_by_another
from postline.tickets.arrival import ROBOTS
from postline.tickets.clocks.follow import follow, resume_stopped
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Direction, Event, Merge, Message, State, Ticket
from postline.tickets.queries.access import lock_two_for, ticket_for
from postline.tickets.queries.merged import way_of


class NotMerged(Exception):
    """The ticket is no part of another one."""


@transaction.atomic
def unmerge(reach: Reach, *, number: int, now: datetime) -> Ticket:
    """Take the ticket out of the one that it is part of now. Returns it.

    Its messages and notes go back, and so do those that were written to its number or replied to one of these messages
    meanwhile; what was said in the other one stays there. Both are again what they were before; what somebody did with
    the other one since is left as it is. Raises NotMerged, TakenByAnother, NoSuchTicket, Forbidden.
    """
    ticket, target = _lock(reach, number)
    require_may_merge(reach, ticket, target)
    require_not_taken_by_another(target, person=reach.person, now=now)
    merge = Merge.objects.get(ticket=ticket, undone_at=None)
    way = way_of(ticket.pk)
    theirs = [key for (key,) in rows(BELONGING, {"messages": merge.messages, "target": target.pk})]
    back = move_messages(MESSAGES_NAMED, source=target.pk, target=ticket.pk, messages=theirs)
    rows(NOTES_BACK, {"notes": merge.notes, "source": target.pk, "target": ticket.pk})
    rows(FORGET, {"way": way[1:], "messages": back, "notes": merge.notes})
    rows(PARTICIPANTS_OUT, {"way": way, "ticket": ticket.pk})
    merge.undone_at = now
    merge.save()
    append(ticket, Happening.MERGE_UNDONE, person=reach.person, now=now, other=target.number)
    append(target, Happening.MERGE_UNDONE, person=reach.person, now=now, other=ticket.number)
    _restore(ticket, merge, back, now=now)
    if merge.into_id == target.pk:
        _restore_other(target, merge, now=now)
    resume_stopped(ticket, stopped_at=merge.merged_at, now=now)
    follow(target, conversation=True, now=now)
    show_latest(target)
    ticket.save()
    target.save()
    return ticket


def _lock(reach: Reach, number: int) -> tuple[Ticket, Ticket]:
    """The ticket and the one that it is part of, both locked."""
    ticket = ticket_for(reach, number)
    while True:
        now_in = way_of(ticket.pk)[-1]
        if now_in == ticket.pk:
            raise NotMerged(number)
        other = Ticket.objects.only("number").get(pk=now_in)
        ticket, target = lock_two_for(reach, number, other.number)
        if way_of(ticket.pk)[-1] == target.pk:  # else it was merged further while we waited
            return ticket, target


def _restore(ticket: Ticket, merge: Merge, back: Sequence[int], *, now: datetime) -> None:
    """As it was; what the requester wrote to its number since waits for us."""
    ticket.state, ticket.waiting_since = State(merge.state), merge.waiting_since
    since = _first_of_theirs(Message.objects.filter(pk__in=back, created_at__gt=merge.merged_at))
    if since is not None and ticket.state not in OPEN_STATES:
        set_state(ticket, State.OPEN, now=now)
        ticket.waiting_since = since


def _restore_other(target: Ticket, merge: Merge, *, now: datetime) -> None:
    """As it was before the merge, unless somebody answered it or set its state since."""
    merged_more = Merge.objects.filter(into=target, undone_at=None, merged_at__gte=merge.merged_at)
    if _was_worked_at(target, merge) or merged_more.exists():
        return
    since = _first_of_theirs(Message.objects.filter(ticket=target, created_at__gt=merge.merged_at))
    if since is not None:
        set_state(target, State.OPEN, now=now)
        target.waiting_since = merge.into_waiting_since or since
        return
    taken_since = merge.into_state == State.NEW and target.state == State.OPEN
    target.state = State.OPEN if taken_since else State(merge.into_state)
    target.waiting_since = merge.into_waiting_since
    target.pending_until, target.closed_at = merge.into_pending_until, merge.into_closed_at
    if target.state not in OPEN_STATES:
        end_lease_keeping_owner(target)


def _was_worked_at(target: Ticket, merge: Merge) -> bool:
    theirs = Event.objects.filter(ticket=target)
    merging = theirs.filter(kind=Happening.MERGED_IN, data__other=merge.ticket.number).order_by("-number").first()
    return merging is None or theirs.filter(number__gt=merging.number, kind__in=WORKING).exists()


def _first_of_theirs(messages: QuerySet[Message]) -> datetime | None:
    theirs = messages.filter(direction__in=[Direction.INBOUND, Direction.TOLD]).exclude(kind__in=ROBOTS)
    return theirs.order_by("created_at").values_list("created_at", flat=True).first()


WORKING = (Happening.ANSWERED, Happening.STATE, Happening.REOPENED, Happening.WOKEN)

# With what came in since and replied to one of them, and to that.
BELONGING = """
WITH RECURSIVE belonging AS (
    SELECT unnest(%(messages)s::bigint[]) AS id
    UNION
    SELECT message.id FROM belonging JOIN tickets_message AS message ON message.joined_to = belonging.id
    WHERE message.ticket_id = %(target)s AND message.direction = 'inbound' AND message.origin_id IS NULL
)
SELECT id FROM belonging
"""

NOTES_BACK = """
UPDATE tickets_note SET ticket_id = %(target)s WHERE id = ANY(%(notes)s::bigint[]) AND ticket_id = %(source)s
"""

# Where a ticket was merged that had this one inside, its merge moved these too; now they are not its any more.
FORGET = """
UPDATE tickets_merge SET
    messages = ARRAY(SELECT unnest(messages) EXCEPT SELECT unnest(%(messages)s::bigint[]) ORDER BY 1),
    notes = ARRAY(SELECT unnest(notes) EXCEPT SELECT unnest(%(notes)s::bigint[]) ORDER BY 1)
WHERE ticket_id = ANY(%(way)s::bigint[]) AND undone_at IS NULL
"""

# Those that came by this ticket and wrote nothing that stays.
PARTICIPANTS_OUT = """
DELETE FROM tickets_participant AS one
USING tickets_merge AS merge
WHERE merge.ticket_id = ANY(%(way)s::bigint[]) AND merge.undone_at IS NULL
    AND one.id = ANY(merge.participants) AND one.ticket_id = merge.into_id
    AND one.address IN (SELECT address FROM tickets_participant WHERE ticket_id = %(ticket)s)
    AND NOT EXISTS (
        SELECT FROM tickets_message WHERE ticket_id = one.ticket_id AND sender_address = one.address
    )
"""
