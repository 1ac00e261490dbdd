"""Answer the requester."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from postline.kit.text import readable
from postline.outbox.models import Enclosure
from postline.outbox.put import File, put
from postline.projects.models import Line, Queue
from postline.projects.rights import Reach, Right
from postline.tickets.actions.change import require_valid_state, set_state
from postline.tickets.actions.once import press_of
from postline.tickets.actions.take import end_lease, require_not_taken_by_another
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import Attachment, Body, Direction, Draft, Message, State, Ticket
from postline.tickets.outgoing import compose_answer, last_inbound, to_quote
from postline.tickets.queries.access import lock_ticket_for

LONGEST_TEXT = 500_000  # letters; a ticket's page shows notes whole


class NothingToSay(Exception):
    """An answer or a note without words."""


class TooLong(Exception):
    """More words than a message may have."""


class NoAddress(Exception):
    """The requester has no e-mail address: they can only be called."""


class NewerMessage(Exception):
    """The requester has written again since the person last looked: nothing was sent."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message.pk))
        self.message = message


@transaction.atomic
def answer(
    reach: Reach,
    *,
    number: int,
    text: str,
    state: State = State.CLOSED,
    pending_until: datetime | None = None,
    cc: Sequence[tuple[str, str]] = (),
    bcc: Sequence[str] = (),
    files: Sequence[File] = (),
    seen: int | None = None,
    request_key: str | None = None,
    now: datetime,
) -> Message:
    """Send `text` to the requester and leave the ticket in `state`. Returns the message.

    `seen` is the id of the newest message that the person had before their eyes. The same `request_key` with the same
    words twice is one answer: the first one is returned. Raises NothingToSay, TooLong, NoAddress, NewerMessage,
    TakenByAnother, NoMailbox, WrongState, NoSuchTicket, Forbidden.
    """
    text = readable(text)
    ticket = lock_ticket_for(reach, number, Right.ANSWER)
    press = press_of(request_key, "answer", number, text)
    earlier = Message.objects.filter(author=reach.person, request_key=press).first() if press else None
    if earlier is not None:
        return earlier
    if state == State.CLOSED:
        reach.require(Right.CLOSE, ticket.queue_id)
    require_words(text)
    require_valid_state(state, pending_until=pending_until, now=now)
    require_not_taken_by_another(ticket, person=reach.person, now=now)
    newest = last_inbound(ticket)
    if seen is not None and newest is not None and newest.pk > seen:
        raise NewerMessage(newest)
    message = send_to_requester(
        reach,
        ticket,
        text=text,
        cc=cc,
        bcc=bcc,
        files=files,
        original=to_quote(ticket),
        request_key=press,
        now=now,
    )
    ticket.return_queue = queue_for_follow_ups(ticket)
    append(
        ticket,
        Happening.ANSWERED,
        person=reach.person,
        now=now,
        message=message.pk,
        outbox=message.outbox_message_id,
        queue=ticket.queue_id,
        returns=ticket.return_queue.pk,
        state=str(state),
    )
    end_lease(ticket)
    ticket.owner = ticket.owner or reach.person
    ticket.undelivered = False
    ticket.waiting_since = None  # answered: what waits from now on waits anew
    set_state(ticket, state, pending_until=pending_until, now=now)
    follow(ticket, answered=True, now=now)
    ticket.save()
    Draft.objects.filter(ticket=ticket, person=reach.person, kind="answer").delete()
    return message


def require_words(text: str) -> None:
    """Raises NothingToSay, TooLong."""
    if not text.strip():
        raise NothingToSay
    if len(text) > LONGEST_TEXT:
        raise TooLong


def send_to_requester(
    reach: Reach,
    ticket: Ticket,
    *,
    text: str,
    cc: Sequence[tuple[str, str]],
    bcc: Sequence[str],
    files: Sequence[File],
    original: Message | None,
    request_key: str | None,
    now: datetime,
) -> Message:
    """Write the message into the conversation and into the outbox. The caller holds the ticket and writes the event."""
    if not ticket.requester.address:
        raise NoAddress
    outgoing = compose_answer(
        ticket=ticket, queue=ticket.queue, text=text, cc=cc, bcc=bcc, files=files, original=original
    )
    outbox_id = put(outgoing, now=now)
    message = Message.objects.create(
        ticket=ticket,
        project_id=ticket.project_id,
        direction=Direction.OUTBOUND,
        author=reach.person,
        queue_id=ticket.queue_id,
        message_id=outgoing.message_id,
        sender_name=outgoing.sender_name,
        sender_address=outgoing.sender_address,
        to=[list(one) for one in outgoing.to],
        cc=[list(one) for one in outgoing.cc],
        subject=outgoing.subject,
        language=ticket.language,
        outbox_message_id=outbox_id,
        request_key=request_key,
        sent_at=now,
        created_at=now,
    )
    Body.objects.create(message=message, text=text.strip(), new_text=text.strip())
    _keep_files(message, files, outbox_id=outbox_id)
    return message


def queue_for_follow_ups(ticket: Ticket) -> Queue:
    """Where a follow-up to an answer given now goes: past the first line (MISSION T2, DESIGN 4.4)."""
    if ticket.queue.line == Line.SECOND:
        return ticket.queue
    of_topic = ticket.topic.queue if ticket.topic else None
    return of_topic or ticket.queue.return_queue or ticket.queue


def _keep_files(message: Message, files: Sequence[File], *, outbox_id: int) -> None:
    if not files:
        return
    keys = Enclosure.objects.filter(message_id=outbox_id).order_by("id").values_list("id", flat=True)
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            filename=file.filename,
            content_type=file.content_type,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            enclosure_id=key,
        )
        for file, key in zip(files, keys, strict=True)
    )
