"""A ticket that holds an address and a telephone number wherever a ticket can hold one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.message import EmailMessage

from django.db import transaction

from postline.intake.models import RawMessage
from postline.intake.parse import read
from postline.kit import clock
from postline.outbox.bounced import came_back
from postline.outbox.models import OutboxMessage, Recipient
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_tags
from postline.tickets.actions.delivery import not_delivered
from postline.tickets.actions.merge import merge
from postline.tickets.actions.note import note
from postline.tickets.arrival import ArrivedFile
from postline.tickets.models import Attachment, Body, Message, Participant, RefusedAddress, Suggestion, Ticket
from tests.scenes import Department, letter

ADDRESS, OTHER, PHONE = "maria.kern@user.example", "eva.dewit@company.example", "+7 912 345-67-12"
SECRETS = (ADDRESS, OTHER, PHONE, "maria.kern", "eva.dewit", "maria.kern%40user.example", "345-67-12", "79123456712")
WORDS = f"Write to {ADDRESS} or {OTHER}, or call {PHONE}"
HTML = (
    f'<p>{WORDS} <b>maria.kern</b>@user.example <a href="mailto:{ADDRESS}">write</a>'
    f'<a href="tel:+79123456712">call</a><a href="https://x.example/?e=maria.kern%40user.example" title="{PHONE}">x</a>'
    '<img src="cid:shot"></p>'
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class Secret:
    """The ticket with its first message, and its files by name."""

    ticket: Ticket
    message: Message
    files: dict[str, Attachment]


def ticket_full_of_secrets(d: Department, *, queue: str = "inbox") -> Secret:
    """From Maria, with a bounce, notes, files, other parties, a merged ticket and a suggested one."""
    raw = bytes(_message())
    kept = RawMessage.objects.create(
        key=hashlib.sha256(raw).digest(),
        source="smtp",
        content=raw,
        size=len(raw),
        sha256=hashlib.sha256(raw).digest(),
        received_at=clock.now(),
    )
    parts = [
        ArrivedFile(one.filename, one.content_type, one.size, one.sha256, one.inline, one.content_id, one.place)
        for one in read(raw).attachments
    ]
    maria, text = (f"Maria ({ADDRESS})", ADDRESS), f"{WORDS}\n\n> {WORDS}\n-- \n{WORDS}"
    ticket = letter(
        d, sender=maria, queue=queue, subject=WORDS, text=text, new_text=WORDS, html=HTML, files=parts, raw_id=kept.pk,
        message_id="1.maria.kern@user.example", now=clock.now(),
    )  # fmt: skip
    first = Message.objects.get(ticket=ticket, direction="inbound")
    _more_said(d, ticket, first)
    _bounced(d, ticket)
    other = letter(d, sender=maria, queue=queue, subject=f"Again: {WORDS}", now=clock.now())
    part = letter(d, sender=maria, queue=queue, subject=f"Part: {WORDS}", now=clock.now())
    merge(d.reach("admin"), number=part.number, into=ticket.number, now=clock.now())
    Suggestion.objects.create(ticket=ticket, other=other, reason="same-requester", made_at=clock.now())
    ticket.refresh_from_db()
    files = {one.filename: one for one in Attachment.objects.filter(message=first)}
    return Secret(ticket, first, files)


def _message() -> EmailMessage:
    inner = EmailMessage()
    inner["From"], inner["To"], inner["Cc"] = f"Maria <{ADDRESS}>", OTHER, OTHER
    inner["Subject"], inner["X-Phone"] = WORDS, PHONE
    inner.set_content(WORDS)
    inner.add_alternative(HTML, subtype="html")
    inner.add_attachment(WORDS.encode(), maintype="application", subtype="octet-stream", filename=f"{ADDRESS}.bin")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Maria <{ADDRESS}>", "support@mail.example", WORDS
    message.set_content(WORDS)
    message.add_attachment(inner)
    message.add_attachment(WORDS, filename="words.txt")
    message.add_attachment(WORDS.encode(), maintype="application", subtype="octet-stream", filename="card")
    message.add_attachment(PIXEL, maintype="image", subtype="png", filename=f"{ADDRESS}.png", cid="<shot>")
    return message


def _more_said(d: Department, ticket: Ticket, first: Message) -> None:
    Message.objects.filter(pk=first.pk).update(
        other_role="forwarded-by", other_name=OTHER, other_address=OTHER, cc=[["", OTHER]], joined_by="reply-address"
    )
    Body.objects.filter(pk=first.pk).update(beside=WORDS)
    letter(
        d, sender=("", OTHER), subject=WORDS, text=WORDS, to_ticket=ticket, joined_by="reply-address", now=clock.now()
    )
    Participant.objects.filter(ticket=ticket, address=OTHER).update(proved=False)
    note(d.reach("admin"), number=ticket.number, text=WORDS, now=clock.now())
    change_tags(d.reach("admin"), number=ticket.number, tags=[ADDRESS], now=clock.now())
    ticket.refresh_from_db()
    ticket.fields = {"phone": PHONE, "more": [ADDRESS]}
    ticket.save()
    requester = ticket.requester
    requester.phone = PHONE
    requester.save()


def _bounced(d: Department, ticket: Ticket) -> None:
    """Our answer, with a copy, comes back."""
    reach = d.reach("admin")
    message = answer(reach, number=ticket.number, text=WORDS, cc=[("", OTHER)], now=clock.now())
    outgoing = OutboxMessage.objects.get(ticket_message=message)
    OutboxMessage.objects.filter(pk=outgoing.pk).update(state="sent", attempts=2)
    Recipient.objects.update(state="sent")
    with transaction.atomic():
        told = came_back(outgoing, {ADDRESS: f"550 5.1.1 <{ADDRESS}> {PHONE}"}, now=clock.now())
        not_delivered(message=outgoing, replies=told, now=clock.now())
    reply = f"550 5.1.1 <{ADDRESS}> unknown"
    for address in (ADDRESS, OTHER):
        RefusedAddress.objects.update_or_create(
            project=ticket.project, address=address, defaults={"reply": reply, "since": clock.now()}
        )
