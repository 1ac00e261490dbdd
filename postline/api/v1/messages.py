"""What is said in a ticket: messages and notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from ninja import Path, Router, Schema, Status
from pydantic import Field

from postline.api.v1.attachments import BINARY, AttachmentObject, GivenFiles, attachment_object, download, files_of
from postline.api.v1.caller import Call
from postline.api.v1.errors import invalid, nothing_here
from postline.api.v1.paging import read_cursor, write_cursor
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.types import KEYED, READ, WRITE, Cursor, Given, GivenMoment, Id, Limit, Moment, Number, Text
from postline.intake.stored import NotStored, raw_of
from postline.kit import clock
from postline.kit.html import clean
from postline.tickets.actions.answer import LONGEST_TEXT, answer
from postline.tickets.actions.note import note
from postline.tickets.models import Direction, Message, Note, State, Ticket
from postline.tickets.queries.access import NoSuchTicket
from postline.tickets.queries.shown import Shown, shown_after_act
from postline.tickets.queries.to_show import message_to_show, ticket_to_show

router = Router(tags=["Messages"])

ORDER = "said"
Said = TypeVar("Said", Message, Note)


class AddressObject(Schema):
    """A name and an e-mail address; either may be empty."""

    name: str
    address: str


class MessageObject(Schema):
    """A message or a note.

    `kind`: `reply` (an answer of ours), `automatic`, `told` (written down by an agent), `note` (staff only), or what
    kind of letter came in: `letter`, `bounce`, `auto-reply`, `mailing-list`, `feedback-report`, `spam`. An `id` is
    unique among notes, and among all that are not notes. `new_text` is the text without quoted original and
    signature, `html` is safe to show. `delivery`: of a message that we send.
    """

    id: int
    ticket: str
    kind: str
    direction: Literal["inbound", "outbound", "internal"]
    author: str | None
    sender: AddressObject | None
    to: list[AddressObject]
    cc: list[AddressObject]
    subject: str
    text: str
    new_text: str
    html: str | None
    language: str
    message_id: str | None
    delivery: str | None
    attachments: list[AttachmentObject]
    sent_at: Moment | None
    created_at: Moment


class MessagePage(Schema):
    """Some messages and notes, and the cursor of the next ones; null at the end."""

    results: list[MessageObject]
    next: str | None


class GivenMessage(Given):
    """An answer to the requester, or a note."""

    kind: Literal["reply", "note"]
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST_TEXT)]
    attachments: GivenFiles = Field([], description="Of a reply; a note carries no files.")
    state: Literal["open", "pending", "closed"] | None = Field(
        None, description="The ticket's state after a reply, `closed` unless given. A note changes no state."
    )
    pending_until: GivenMoment | None = Field(None, description="With `pending`: when it opens by itself.")
    seen: Id | None = Field(
        None,
        description="The newest message of the requester that you know. If there is a newer one, nothing is sent and "
        "the answer is 409.",
    )


@router.get(
    "/tickets/{number}/messages",
    response={200: MessagePage, **READ},
    operation_id="messages",
    summary="List messages and notes",
)
def list_messages(request: Call, number: Path[Number], cursor: Cursor | None = None, limit: Limit = 100) -> MessagePage:
    """The whole conversation, oldest first."""
    ticket, shown = ticket_to_show(request.auth, number_of(number), now=clock.now())
    at, key = read_cursor(cursor, order=ORDER) if cursor else (None, 0)
    messages = _messages(_behind(Message.objects.filter(ticket=ticket), at, key, rank=0), limit + 1)
    of_project = Note.objects.filter(ticket=ticket, project=ticket.project_id)  # those of another one stay there
    notes = _behind(of_project, at, key, rank=1).select_related("author")
    said = [(one.created_at, one.pk * 2, message_object(ticket, one, shown)) for one in messages]
    notes = notes.order_by("id")[: limit + 1]
    said += [(one.created_at, one.pk * 2 + 1, note_object(ticket, one, shown)) for one in notes]
    said.sort(key=lambda one: one[:2])
    page = said[:limit]
    more = len(said) > limit
    return MessagePage(
        results=[shown for _, _, shown in page], next=write_cursor(ORDER, page[-1][0], page[-1][1]) if more else None
    )


@router.post(
    "/tickets/{number}/messages",
    response={201: MessageObject, **WRITE},
    operation_id="write",
    summary="Answer, or write a note",
    openapi_extra=KEYED,
)
def write_message(request: Call, number: Path[Number], given: GivenMessage) -> Status[MessageObject]:
    """A `reply` goes to the requester and leaves the ticket in `state`; a `note` is for the staff alone."""
    now = clock.now()
    if given.kind == "note":
        _require_plain_note(given)
        noted = note(request.auth, number=number_of(number), text=given.text, now=now)
        return Status(201, note_object(noted.ticket, noted, shown_after_act(request.auth, noted.ticket)))
    message = answer(
        request.auth,
        number=number_of(number),
        text=given.text,
        state=State(given.state or State.CLOSED),
        pending_until=given.pending_until,
        files=files_of(given.attachments),
        seen=given.seen,
        now=now,
    )
    written = _messages(Message.objects.filter(pk=message.pk), 1)[0]
    return Status(201, message_object(message.ticket, written, shown_after_act(request.auth, message.ticket)))


@router.get(
    "/messages/{id}/raw",
    response={200: None, **READ},
    operation_id="raw",
    summary="Read the raw message",
    openapi_extra=BINARY,
)
def read_raw(request: Call, id: Path[Id]) -> HttpResponse:
    """A received message as it came, byte for byte; one of ours as it goes out. There is none of what was told. Where
    the ticket is shown to you masked, it is refused (`masked`)."""
    try:
        message, shown = message_to_show(request.auth, id, now=clock.now())
        shown.require_open(message.ticket)
        content = raw_of(message)
    except (NoSuchTicket, NotStored) as error:
        raise nothing_here() from error
    return download(content, content_type="message/rfc822", filename=f"message-{message.pk}.eml")


def message_object(ticket: Ticket, message: Message, shown: Shown) -> MessageObject:
    """The message as the interface shows it; needs what `_messages` fetches."""
    message = shown.message(message)
    inbound = message.direction in (Direction.INBOUND, Direction.TOLD)
    return MessageObject(
        id=message.pk,
        ticket=str(ticket.number),
        kind=_kind(message),
        direction="inbound" if inbound else "outbound",
        author=message.author.login if message.author else None,
        sender=AddressObject(name=message.sender_name, address=message.sender_address),
        to=_addresses(message.to),
        cc=_addresses(message.cc),
        subject=message.subject,
        text=message.body.text,
        new_text=message.body.new_text,
        html=shown.html(clean(message.body.html)) if message.body.html else None,
        language=message.language,
        message_id=message.message_id or None,
        delivery=message.outbox_message.state if message.outbox_message else None,
        attachments=[attachment_object(one, shown) for one in message.attachments.all()],
        sent_at=message.sent_at,
        created_at=message.created_at,
    )


def note_object(ticket: Ticket, written: Note, shown: Shown) -> MessageObject:
    """The note in the shape of a message."""
    text = shown.text(written.text)
    return MessageObject(
        id=written.pk,
        ticket=str(ticket.number),
        kind="note",
        direction="internal",
        author=written.author.login if written.author else None,
        sender=None,
        to=[],
        cc=[],
        subject="",
        text=text,
        new_text=text,
        html=None,
        language="",
        message_id=None,
        delivery=None,
        attachments=[],
        sent_at=None,
        created_at=written.created_at,
    )


def _kind(message: Message) -> str:
    match message.direction:
        case Direction.OUTBOUND:
            return "reply"
        case Direction.AUTOMATIC | Direction.TOLD:
            return message.direction
    return message.kind


def _addresses(pairs: Iterable[tuple[str, str]]) -> list[AddressObject]:
    return [AddressObject(name=name, address=address) for name, address in pairs]


def _messages(messages: QuerySet[Message], limit: int) -> list[Message]:
    related = messages.select_related("body", "author", "outbox_message").prefetch_related("attachments")
    return list(related.order_by("created_at", "id")[:limit])


def _behind(rows: QuerySet[Said], at: datetime | None, key: int, *, rank: int) -> QuerySet[Said]:
    """What was said after the place of a cursor. Its key is twice the id, and one more for a note."""
    if at is None:
        return rows
    before = (key - rank) // 2
    return rows.filter(Q(created_at__gt=at) | Q(created_at=at, pk__gt=before))


def _require_plain_note(given: GivenMessage) -> None:
    wrong = {
        name: "Not with a note."
        for name in ("attachments", "state", "pending_until", "seen")
        if getattr(given, name) not in (None, [])
    }
    if wrong:
        raise invalid(**wrong)
