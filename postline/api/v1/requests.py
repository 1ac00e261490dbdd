"""A new request on behalf of somebody: it is kept like a message of any other door, then handled at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid
from typing import Annotated

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import OperationalError, transaction
from ninja import Schema
from pydantic import AfterValidator, Field

from postline.api.v1.attachments import GivenFiles, files_of
from postline.api.v1.errors import NO_ADDRESS, invalid
from postline.api.v1.names import projects_named, topics_named
from postline.api.v1.ticket_object import TicketObject, ticket_object
from postline.api.v1.types import Given, Line, Slug, Text
from postline.intake import pipeline
from postline.intake.models import Source
from postline.intake.receive import Delivery, store
from postline.kit.logs import logger
from postline.outbox.put import File, one_line
from postline.projects.form_fields import check, read
from postline.projects.models import Line as DeskLine
from postline.projects.models import Mailbox, Project, Queue, Topic
from postline.projects.rights import Forbidden, ProjectRight, Reach, Right
from postline.tickets.actions.answer import LONGEST_TEXT
from postline.tickets.queries.access import NoSuchTicket
from postline.tickets.queries.to_show import ticket_to_show

log = logger(__name__)

MOST_FIELDS = 100


def _email_address(value: str) -> str:
    try:
        validate_email(value)
        Address(addr_spec=value)  # the first lets control characters between quotation marks pass
    except (ValidationError, MessageError, ValueError) as error:
        raise ValueError(NO_ADDRESS) from error
    return value


EmailAddress = Annotated[
    Text, AfterValidator(_email_address), Field(max_length=254, json_schema_extra={"format": "email"})
]


class GivenRequester(Given):
    """Who asks."""

    name: Annotated[Text, Field(max_length=200)] = ""
    address: EmailAddress


class GivenRequest(Given):
    """A request of somebody, told by a program."""

    project: Slug = Field(description="Slug of the project.")
    topic: Slug | None = Field(None, description="Slug of a topic of the project.")
    requester: GivenRequester
    subject: Line
    text: Annotated[Text, Field(min_length=1, max_length=LONGEST_TEXT)]
    fields: Annotated[dict[Slug, Annotated[Text, Field(max_length=10_000)]], Field(max_length=MOST_FIELDS)] = Field(
        {}, description="Answers to what the form of this topic asks, by name; without a form, whatever you like."
    )
    attachments: GivenFiles = []


class Receipt(Schema):
    """The request is kept and will be handled."""

    receipt: str


def hand_in(reach: Reach, given: GivenRequest, *, now: datetime) -> TicketObject | Receipt:
    """Keep the request and handle it. Raises Refused, Forbidden for who neither answers in the project's first line nor
    manages it."""
    (project,) = projects_named(reach, [given.project])
    _require_right(reach, project)
    topic = topics_named(reach, [given.topic], [project])[0] if given.topic else None
    answers = _answers(topic, given.fields)
    mailbox = _mailbox(project)
    content = _composed(given, mailbox, files_of(given.attachments), now=now)
    delivery = Delivery(
        content=content,
        source=Source.API,
        envelope_from=given.requester.address,
        envelope_to=[mailbox.address],
        peer=reach.person.login,
    )
    with transaction.atomic():
        raw_id = store([delivery], now=now)[0]
        number = _handled(raw_id, topic_id=topic.pk if topic else None, fields=answers, now=now)
    return _reply(reach, raw_id, number, now=now)


def _answers(topic: Topic | None, given: dict[str, str]) -> dict[str, str]:
    """What is kept of the answers. Where the topic has no form, a program may send what it likes. Raises Refused."""
    if topic is not None and topic.retired_at is not None:
        raise invalid(topic=f"“{topic.slug}” is chosen no more.")
    asked = read(topic.fields) if topic else ()
    if not asked:
        return given
    checked = check(asked, given)
    if checked.faults:
        raise invalid(**{f"fields.{name}": FAULTS[fault] for name, fault in checked.faults.items()})
    return checked.answers


FAULTS = {
    "unknown": "The form of this topic asks no such thing.",
    "missing": "The form of this topic asks for it.",
    "too-long": "This is too long.",
    "choice": "None of the choices.",
    "date": "Write a date such as 2026-03-04.",
    "number": "Write a number such as 12 or 12.5.",
    "email": NO_ADDRESS,
    "phone": "This is no telephone number.",
    "yes-no": "Write yes or no.",
}


def _require_right(reach: Reach, project: Project) -> None:
    if reach.may_in_project(ProjectRight.MANAGE, project.pk):
        return
    first_line = Queue.objects.filter(project=project, line=DeskLine.FIRST, retired_at=None, successor=None)
    if not any(reach.may(Right.ANSWER, key) for key in first_line.values_list("pk", flat=True)):
        raise Forbidden(Right.ANSWER)


def _mailbox(project: Project) -> Mailbox:
    """The project's first mailbox whose letters go to the first line, else its first one. Raises Refused."""
    mailboxes = list(Mailbox.objects.filter(project=project).select_related("queue").order_by("id"))
    if not mailboxes:
        raise invalid(project="This project has no mailbox: nobody could be answered.")
    return next((one for one in mailboxes if one.queue.line == DeskLine.FIRST), mailboxes[0])


def _composed(given: GivenRequest, mailbox: Mailbox, files: Sequence[File], *, now: datetime) -> bytes:
    """The request as the message (RFC 5322) that the requester would have sent."""
    address = given.requester.address
    message = EmailMessage(policy=SMTP if address.isascii() else SMTPUTF8)
    message["From"] = Address(one_line(given.requester.name), addr_spec=address)
    message["To"] = mailbox.address
    message["Subject"] = one_line(given.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=mailbox.address.rpartition("@")[2])
    message.set_content(given.text)
    for file in files:
        maintype, _, subtype = file.content_type.lower().partition("/")
        if maintype in ("message", "multipart"):  # whatever is in there is a file, not a part of ours
            maintype, subtype = "application", "octet-stream"
        message.add_attachment(file.content, maintype=maintype, subtype=subtype, filename=file.filename)
    return message.as_bytes()


def _handled(raw_id: int, *, topic_id: int | None, fields: dict[str, str], now: datetime) -> int | None:
    """The number of the ticket; None when a worker must go on with it or it went to quarantine."""
    try:
        with transaction.atomic():
            arrived = pipeline.handle_one(raw_id, now=now, topic_id=topic_id, fields=fields)
    except OperationalError as error:  # a deadlock or a time-out: it stays kept
        log.warning("request not handled at once", raw=raw_id, error=type(error).__name__)
        return None
    return arrived.number if arrived else None


def _reply(reach: Reach, raw_id: int, number: int | None, *, now: datetime) -> TicketObject | Receipt:
    if number is not None:
        try:
            return ticket_object(*ticket_to_show(reach, number, now=now))
        except NoSuchTicket:
            log.info("request went where its sender does not see it", raw=raw_id)
    return Receipt(receipt=str(raw_id))
