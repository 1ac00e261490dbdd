"""An agent opens a ticket: writes to somebody first, or writes down what somebody told them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from postline.kit.text import readable
from postline.outbox.put import File, one_line
from postline.projects.models import Queue, Topic
from postline.projects.rights import Reach, Right
from postline.tickets import numbers
from postline.tickets.actions.answer import queue_for_follow_ups, require_words, send_to_requester
from postline.tickets.actions.change import WrongTopic, set_state
from postline.tickets.actions.once import press_of, wait_for_the_same
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening, append
from postline.tickets.models import (
    Body,
    Direction,
    Message,
    Participant,
    Requester,
    State,
    Ticket,
)

PREVIEW = 160  # letters of a message that lists show
LONGEST_LINE = 1000  # letters of a subject, a name, a phone number


class WrongAddress(Exception):
    """What stands there is no e-mail address."""


@dataclass(frozen=True, slots=True)
class Contact:
    """The person outside: a name, and an address or a phone number."""

    name: str = ""
    address: str = ""
    phone: str = ""


@transaction.atomic
def write_first(
    reach: Reach,
    *,
    queue: Queue,
    contact: Contact,
    subject: str,
    text: str,
    topic: Topic | None = None,
    language: str = "",
    state: State = State.PENDING,
    files: Sequence[File] = (),
    request_key: str | None = None,
    now: datetime,
) -> Ticket:
    """Open a ticket with a message *to* somebody, who is its requester. A reply returns to this queue.

    Raises NothingToSay, TooLong, WrongAddress, WrongTopic, NoMailbox, Forbidden.
    """
    text = readable(text)
    press = press_of(request_key, "open", queue.pk, contact, subject, text)
    earlier = _earlier(reach, press)
    if earlier:
        return earlier
    ticket = _new_ticket(
        reach,
        queue=queue,
        contact=contact,
        subject=subject,
        text=text,
        topic=topic,
        language=language,
        now=now,
    )
    if state == State.CLOSED:
        reach.require(Right.CLOSE, queue.pk)
    if not ticket.requester.address:
        raise WrongAddress(contact.address)
    message = send_to_requester(
        reach, ticket, text=text, cc=(), bcc=(), files=files, original=None, request_key=press, now=now
    )
    ticket.return_queue = queue_for_follow_ups(ticket)
    append(
        ticket,
        Happening.OPENED,
        person=reach.person,
        now=now,
        message=message.pk,
        outbox=message.outbox_message_id,
        queue=queue.pk,
        returns=ticket.return_queue.pk,
        state=str(state),
    )
    ticket.owner = reach.person
    ticket.waiting_since = None
    set_state(ticket, state, now=now)
    follow(ticket, answered=True, now=now)
    ticket.save()
    return ticket


@transaction.atomic
def note_request(
    reach: Reach,
    *,
    queue: Queue,
    contact: Contact,
    subject: str,
    text: str,
    topic: Topic | None = None,
    language: str = "",
    request_key: str | None = None,
    now: datetime,
) -> Ticket:
    """Open a ticket for a request that was told, for example by telephone. It waits like one that came by mail.

    Raises NothingToSay, TooLong, WrongAddress, WrongTopic, Forbidden.
    """
    text = readable(text)
    press = press_of(request_key, "open", queue.pk, contact, subject, text)
    earlier = _earlier(reach, press)
    if earlier:
        return earlier
    ticket = _new_ticket(
        reach,
        queue=queue,
        contact=contact,
        subject=subject,
        text=text,
        topic=topic,
        language=language,
        now=now,
    )
    message = Message.objects.create(
        ticket=ticket,
        project_id=ticket.project_id,
        direction=Direction.TOLD,
        author=reach.person,
        sender_name=ticket.requester.name,
        sender_address=ticket.requester.address,
        subject=ticket.subject,
        language=ticket.language,
        request_key=press,
        sent_at=now,
        created_at=now,
    )
    Body.objects.create(message=message, text=text.strip(), new_text=text.strip())
    append(ticket, Happening.OPENED, person=reach.person, now=now, message=message.pk, queue=queue.pk)
    follow(ticket, now=now)
    ticket.save()
    return ticket


def _earlier(reach: Reach, press: str | None) -> Ticket | None:
    """The ticket that the same press of the button has opened already, perhaps at this very moment."""
    if not press:
        return None
    wait_for_the_same(reach.person, press)
    message = Message.objects.select_related("ticket").filter(author=reach.person, request_key=press).first()
    return message.ticket if message else None


def _new_ticket(
    reach: Reach,
    *,
    queue: Queue,
    contact: Contact,
    subject: str,
    text: str,
    topic: Topic | None,
    language: str,
    now: datetime,
) -> Ticket:
    reach.require(Right.ANSWER, queue.pk)
    require_words(text)
    if topic is not None and (topic.project_id != queue.project_id or topic.retired_at is not None):
        raise WrongTopic(topic.slug)
    requester = _requester(queue, contact, language=language, now=now)
    ticket = Ticket.objects.create(
        number=free_number(),
        project_id=queue.project_id,
        queue=queue,
        topic=topic,
        requester=requester,
        state=State.NEW,
        language=language or requester.language or queue.project.language,
        subject=one_line(subject)[:LONGEST_LINE],
        preview=" ".join(text.split())[:PREVIEW],
        created_at=now,
        updated_at=now,
        waiting_since=now,
    )
    if requester.address:
        Participant.objects.create(ticket=ticket, name=requester.name, address=requester.address, since=now)
    return ticket


def _requester(queue: Queue, contact: Contact, *, language: str, now: datetime) -> Requester:
    name, phone = (one_line(given)[:LONGEST_LINE] for given in (contact.name, contact.phone))
    address = contact.address.strip().lower()
    if not (name or address or phone):
        raise WrongAddress("")
    if not address:
        return Requester.objects.create(
            project_id=queue.project_id, name=name, address="", phone=phone, language=language, created_at=now
        )
    try:
        validate_email(address)
    except ValidationError as error:
        raise WrongAddress(address) from error
    requester, made = Requester.objects.get_or_create(
        project_id=queue.project_id,
        address=address,
        defaults={"name": name, "phone": phone, "language": language, "created_at": now},
    )
    if not made and ((name and name != requester.name) or (phone and phone != requester.phone)):
        requester.name, requester.phone = name or requester.name, phone or requester.phone
        requester.save()
    return requester


def free_number() -> int:
    """A ticket number that nobody has."""
    while True:
        number = numbers.draw()
        if not Ticket.objects.filter(number=number).exists():
            return number
