"""“This is another problem”: messages of a ticket become a ticket of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from postline.projects.models import Queue
from postline.projects.rights import Reach, Right
from postline.tickets.actions.change import set_state
from postline.tickets.actions.merge import MESSAGES_NAMED, move_messages, show_latest
from postline.tickets.actions.move import WrongQueue
from postline.tickets.actions.open import free_number
from postline.tickets.actions.take import require_not_taken_by_another
from postline.tickets.arrival import ROBOTS
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import OPEN_STATES, Direction, Event, Message, Participant, State, Ticket
from postline.tickets.queries.access import lock_ticket_for, ticket_for

THEIRS = (Direction.INBOUND, Direction.TOLD)


class WrongMessage(Exception):
    """Not a message that came to this ticket, or the only ones that did."""


@transaction.atomic
def split(
    reach: Reach,
    *,
    number: int,
    message_id: int,
    with_messages: Sequence[int] = (),
    queue: Queue | None = None,
    now: datetime,
) -> Ticket:
    """Open a ticket with this message, and perhaps others of the same ticket, in its queue or another one.

    It has the same requester or, where the first message came here by a merge, that ticket's. It waits since its first
    message came. Our answers stay where they were given. What replies to one of these messages arrives in the new
    ticket. Nothing is sent. The same split twice is one. Merging the new ticket into the old one undoes it. Raises
    WrongMessage, WrongQueue, TakenByAnother, MergedAway, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.SPLIT)
    done = _done_before(reach, ticket, message_id)
    if done is not None:
        return done
    messages = _chosen(ticket, {message_id, *with_messages})
    target = queue or ticket.queue
    if target.project_id != ticket.project_id or not target.is_in_use:
        raise WrongQueue(target.slug)
    if target.pk != ticket.queue_id:
        reach.require(Right.MOVE_INTO, target.pk)
    require_not_taken_by_another(ticket, person=reach.person, now=now)
    new = _new_ticket(ticket, messages, queue=target, now=now)
    ids = sorted(move_messages(MESSAGES_NAMED, source=ticket.pk, target=new.pk, messages=[one.pk for one in messages]))
    append(
        new,
        Happening.SPLIT_FROM,
        person=reach.person,
        now=now,
        other=ticket.number,
        messages=ids,
        queue=target.pk,
    )
    append(ticket, Happening.SPLIT_OFF, person=reach.person, now=now, other=new.number, messages=ids)
    _rest(reach, ticket, now=now)
    for one in (new, ticket):
        follow(one, conversation=True, now=now)
        show_latest(one)
        one.save()
    return new


def _done_before(reach: Reach, ticket: Ticket, message_id: int) -> Ticket | None:
    """The ticket that the same person has made of this message a moment ago: the button was pressed twice."""
    made = Event.objects.filter(
        ticket=ticket, kind=Happening.SPLIT_OFF, person=reach.person, data__messages__contains=message_id
    )
    event = made.order_by("-number").first()
    if event is None or Message.objects.filter(pk=message_id, ticket=ticket).exists():
        return None
    return ticket_for(reach, event.data["other"])


def _chosen(ticket: Ticket, ids: set[int]) -> list[Message]:
    """The messages, oldest first; something of theirs must stay. Raises WrongMessage."""
    theirs = list(Message.objects.filter(ticket=ticket, direction__in=THEIRS).order_by("created_at", "id"))
    found = [one for one in theirs if one.pk in ids]
    if len(found) < len(ids) or len(found) == len(theirs):
        raise WrongMessage(sorted(ids))
    return found


def _new_ticket(ticket: Ticket, messages: Sequence[Message], *, queue: Queue, now: datetime) -> Ticket:
    first = messages[0]
    origin = Ticket.objects.select_related("requester").filter(pk=first.origin_id or 0).first()
    requester = origin.requester if origin else ticket.requester  # whose it was before a merge
    new = Ticket.objects.create(
        number=free_number(),
        project_id=ticket.project_id,
        queue=queue,
        mailbox_id=ticket.mailbox_id,
        requester=requester,
        state=State.NEW,
        language=first.language or ticket.language,
        subject=first.subject or ticket.subject,
        created_at=now,
        updated_at=now,
        waiting_since=first.created_at,
    )
    addresses = {requester.address, *(one.sender_address for one in messages)} - {""}
    for one in ticket.participants.filter(address__in=addresses).order_by("id"):
        Participant.objects.create(ticket=new, name=one.name, address=one.address, proved=one.proved, since=one.since)
    return new


def _rest(reach: Reach, ticket: Ticket, *, now: datetime) -> None:
    """What stays waits since the first message that nobody has answered; where there is none, as the answer left it."""
    if ticket.state not in OPEN_STATES:
        return
    said = Message.objects.filter(ticket=ticket).exclude(direction=Direction.AUTOMATIC).exclude(kind__in=ROBOTS)
    last = said.filter(direction=Direction.OUTBOUND).order_by("-id").first()
    since = said.filter(direction__in=THEIRS, pk__gt=last.pk if last else 0).order_by("created_at").first()
    if since is not None:
        ticket.waiting_since = since.created_at
        return
    answered = Event.objects.filter(ticket=ticket, kind__in=(Happening.ANSWERED, Happening.OPENED)).order_by("-number")
    state = next((event.data["state"] for event in answered if "state" in event.data), None)
    if state in (State.CLOSED, State.PENDING) and ticket.taken_by_id is None:
        append(ticket, Happening.STATE, person=reach.person, now=now, **{"from": ticket.state, "to": state})
        set_state(ticket, State(state), now=now)
