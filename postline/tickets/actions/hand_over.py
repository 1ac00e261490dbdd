"""Hand a ticket to another project. Projects are walls, and this is the one door in them.

Number, messages and history go along. What belongs to the project stays there: notes, topic, tags, suggestions, the
lease. Whoever could read the ticket reads on what was in it until then, and nothing of what comes after. Nothing is
sent to the requester, who goes on writing to the same addresses (docs/decisions/0024-handing-over.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from postline.kit.sql import rows
from postline.kit.text import readable
from postline.projects.models import Mailbox, Project, Queue
from postline.projects.rights import Forbidden, Reach, Right
from postline.tickets.actions.change import set_state
from postline.tickets.actions.take import end_lease, require_not_taken_by_another
from postline.tickets.clocks.follow import restart, resume_stopped, stop
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, HandOver, Message, Note, Requester, State, Suggestion, Ticket
from postline.tickets.queries.access import NoSuchTicket, lock_ticket_for, ticket_for
from postline.tickets.queries.handed_over import heir_of, targets_for

LONGEST_REASON = 2_000  # letters
UNDONE_WITHIN = timedelta(hours=1)


class NotAccepted(Exception):
    """The queue is none that takes tickets of this project in, or not any more."""


class TooLate(Exception):
    """It was handed over longer ago, by somebody else, or somebody there has begun to work on it."""


@transaction.atomic
def hand_over(reach: Reach, *, number: int, queue_id: int, reason: str = "", now: datetime) -> HandOver:
    """Put the ticket into a queue of another project. `reason` is what the people of both projects read.

    It waits there from now on, for nobody in particular; one that was closed or pending is open. What was merged into
    it goes along. The same done twice by one person is done once. Needs the right to hand over in its queue, and a
    queue that accepts, or the one that it came from. Raises NotAccepted, TakenByAnother, MergedAway, NoSuchTicket,
    Forbidden.
    """
    try:
        ticket = lock_ticket_for(reach, number, Right.HAND_OVER)
    except (NoSuchTicket, Forbidden):
        done = _done_before(reach, number, queue_id)
        if done is None:
            raise
        return done
    if ticket.queue_id == queue_id and (done := _done_before(reach, number, queue_id)) is not None:
        return done
    target = next((one for one in targets_for(ticket) if one.queue_id == queue_id), None)
    if target is None:
        raise NotAccepted(queue_id)
    require_not_taken_by_another(ticket, person=reach.person, now=now)
    queue = Queue.objects.select_related("project").get(pk=target.queue_id)
    done = _go_over(reach, ticket, queue, reason=readable(reason).strip()[:LONGEST_REASON], now=now)
    restart(ticket, now=now)
    return done


@transaction.atomic
def take_back(reach: Reach, *, number: int, now: datetime) -> Ticket:
    """Undo what the person has handed over within the hour, as long as nobody there has touched it: the ticket is
    again what it was, waiting since it did. Raises TooLate, NoSuchTicket, Forbidden."""
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("requester").filter(number=number).first()
    last = ticket.hand_overs.select_related("queue__project").order_by("-event").first() if ticket else None
    if ticket is None or last is None or not reach.may(Right.SEE, heir_of(last.queue).pk):
        ticket_for(reach, number, Right.HAND_OVER)
        raise TooLate(number)
    late = last.person_id != reach.person.pk or last.at <= now - UNDONE_WITHIN or ticket.event_count > last.event
    queue = heir_of(last.queue)
    if late or not queue.is_in_use:
        raise TooLate(number)
    stop(ticket, now=now)
    _go_over(reach, ticket, queue, reason="", now=now)
    ticket.state, ticket.waiting_since = last.state, last.waiting_since
    ticket.pending_until, ticket.closed_at = last.pending_until, last.closed_at
    resume_stopped(ticket, stopped_at=last.at, now=now)
    ticket.save()
    return ticket


def _done_before(reach: Reach, number: int, queue_id: int) -> HandOver | None:
    """What the person has done a moment ago: the button was pressed twice."""
    last = HandOver.objects.filter(ticket__number=number).order_by("-event").first()
    if last is None or last.person_id != reach.person.pk or last.ticket.queue_id != queue_id:
        return None
    return last


def _go_over(reach: Reach, ticket: Ticket, queue: Queue, *, reason: str, now: datetime) -> HandOver:
    parts = [key for (key,) in rows(PARTS, {"ticket": ticket.pk})]
    merged = Ticket.objects.select_for_update(of=("self",)).select_related("requester").filter(pk__in=parts)
    result = _move(reach, ticket, queue, reason=reason, now=now)
    for part in merged.order_by("pk"):
        _move(reach, part, queue, reason="", now=now)
    every = [ticket.pk, *parts]
    Suggestion.objects.filter(Q(ticket__in=every) | Q(other__in=every), dismissed_at=None).delete()
    return result


def _move(reach: Reach, ticket: Ticket, queue: Queue, *, reason: str, now: datetime) -> HandOver:
    """One ticket: its rows go to the other project, and the history says so on both sides of the wall."""
    source, target = ticket.project_id, queue.project
    said = Message.objects.filter(Q(ticket=ticket) | Q(origin_id=ticket.pk)).values_list("pk", flat=True)
    noted = Note.objects.filter(ticket=ticket, project=source).values_list("pk", flat=True)
    was = HandOver(
        ticket=ticket,
        source_id=source,
        target=target,
        person=reach.person,
        at=now,
        reason=reason,
        messages=sorted(said),
        notes=sorted(noted),
        queue_id=ticket.queue_id,
        topic_id=ticket.topic_id,
        mailbox_id=ticket.mailbox_id,
        requester_id=ticket.requester_id,
        return_queue_id=ticket.return_queue_id,
        tags=ticket.tags,
        state=ticket.state,
        waiting_since=ticket.waiting_since,
        pending_until=ticket.pending_until,
        closed_at=ticket.closed_at,
    )
    data = {"project": target.pk, "from": ticket.queue_id, "state": ticket.state}
    append(ticket, Happening.HANDED_OVER, person=reach.person, now=now, **data)
    _settle(ticket, queue, now=now)
    # nobody's: who handed it over has done nothing in the other project, and reads nothing there for it
    append(ticket, Happening.TAKEN_OVER, person=None, now=now, project=source, to=queue.pk)
    ticket.save()
    was.event = ticket.event_count
    was.save()
    return was


def _settle(ticket: Ticket, queue: Queue, *, now: datetime) -> None:
    """Make the ticket one of the queue's project. What it was there once, it is again."""
    project = queue.project
    earlier = ticket.hand_overs.filter(source=project).select_related("topic", "requester").order_by("-event").first()
    ticket.project, ticket.queue = project, queue
    ticket.requester = _requester_in(project, ticket.requester, earlier, now=now)
    ticket.mailbox = _mailbox_in(queue, earlier)
    ticket.topic = earlier.topic if earlier and earlier.topic and earlier.topic.retired_at is None else None
    ticket.tags = earlier.tags if earlier else []
    ticket.hints = []
    ticket.return_queue = earlier.return_queue if earlier else None
    ticket.assigned = False
    end_lease(ticket)
    if ticket.state == State.MERGED:
        return
    if ticket.state not in OPEN_STATES:
        set_state(ticket, State.OPEN, now=now)
    ticket.waiting_since = now  # the clocks start anew


def _requester_in(project: Project, requester: Requester, earlier: HandOver | None, *, now: datetime) -> Requester:
    """The same person as a requester of that project: of what is known about them, only how they are answered."""
    if earlier and _is_same(earlier.requester, requester):
        return earlier.requester
    known = {"name": requester.name, "language": requester.language, "created_at": now}
    if not requester.address:
        return Requester.objects.create(project=project, phone=requester.phone, **known)
    found, _made = Requester.objects.get_or_create(project=project, address=requester.address, defaults=known)
    return found


def _is_same(one: Requester, other: Requester) -> bool:
    if one.address or other.address:
        return one.address == other.address
    return (one.name, one.phone) == (other.name, other.phone)


def _mailbox_in(queue: Queue, earlier: HandOver | None) -> Mailbox | None:
    """The one that answers leave by: that which it had there, the queue's, else the project's first."""
    if earlier and earlier.mailbox:
        return earlier.mailbox
    mailboxes = list(Mailbox.objects.filter(project=queue.project_id).order_by("id"))
    return next((one for one in mailboxes if one.queue_id == queue.pk), mailboxes[0] if mailboxes else None)


PARTS = """
WITH RECURSIVE part AS (
    SELECT ticket_id AS id FROM tickets_merge WHERE into_id = %(ticket)s AND undone_at IS NULL
    UNION
    SELECT merge.ticket_id FROM part JOIN tickets_merge AS merge ON merge.into_id = part.id AND merge.undone_at IS NULL
)
SELECT id FROM part ORDER BY id
"""
