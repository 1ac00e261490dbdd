"""Say who asks: a letter that a colleague passed on is its author's request (MISSION I4)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from postline.kit.text import one_line
from postline.projects.rights import Reach, Right
from postline.tickets.actions.open import LONGEST_LINE, PREVIEW, WrongAddress
from postline.tickets.history import Happening, append
from postline.tickets.models import Message, Other, Participant, Requester, Ticket
from postline.tickets.queries.access import lock_ticket_for, ticket_for

TURNED = {Other.FORWARDED_FROM: Other.FORWARDED_BY, Other.FORWARDED_BY: Other.FORWARDED_FROM}


@transaction.atomic
def change_requester(reach: Reach, *, number: int, address: str, name: str = "", now: datetime) -> Ticket:
    """Make somebody else the one who asks and who is answered. Both take part; nobody is written to.

    A forwarded letter goes with its author: it is theirs from now on, or the colleague's again. Done with the old
    address once more, everything is as before. Raises WrongAddress, NoSuchTicket, Forbidden.
    """
    ticket = lock_ticket_for(reach, number, Right.ANSWER)
    address, name = address.strip().lower(), one_line(name)[:LONGEST_LINE]
    try:
        validate_email(address)
    except ValidationError as error:
        raise WrongAddress(address) from error
    before = ticket.requester
    if before.address == address:
        return ticket
    ticket.requester, _made = Requester.objects.get_or_create(
        project_id=ticket.project_id,
        address=address,
        defaults={"name": name, "language": ticket.language, "created_at": now},
    )
    Participant.objects.update_or_create(
        ticket=ticket,
        address=address,
        defaults={"proved": True, "declined_at": None},
        create_defaults={"name": name or ticket.requester.name, "since": now},
    )
    append(ticket, Happening.REQUESTER, person=reach.person, now=now, **{"from": before.pk, "to": ticket.requester_id})
    turned = list(ticket.messages.filter(other_address=address, other_role__in=TURNED).select_related("body"))
    for message in turned:
        _turn(message)
    if turned and not ticket.messages.filter(pk__gt=turned[-1].pk, direction=turned[-1].direction).exists():
        body = turned[-1].body
        ticket.preview = " ".join((body.new_text or body.text)[: PREVIEW * 4].split())[:PREVIEW]
    ticket.save()
    return ticket


def other_party(reach: Reach, *, number: int, message_id: int) -> tuple[str, str]:
    """The name and address of whoever a message of the ticket names beside its sender; of the sender, where that one is
    the requester already. For who may change it: they need not be shown the address. Raises WrongAddress,
    NoSuchTicket, Forbidden."""
    ticket = ticket_for(reach, number, Right.ANSWER)
    message = Message.objects.filter(ticket=ticket, pk=message_id).exclude(other_address="").first()
    if message is None:
        raise WrongAddress("")
    if message.other_address == ticket.requester.address:
        return message.sender_name, message.sender_address
    return message.other_name, message.other_address


def _turn(message: Message) -> None:
    """Whoever forwarded the letter and whoever wrote it change places, and their words with them."""
    body = message.body
    message.other_role = TURNED[Other(message.other_role)]
    message.sender_name, message.other_name = message.other_name, message.sender_name
    message.sender_address, message.other_address = message.other_address, message.sender_address
    body.new_text, body.beside = body.beside, body.new_text
    message.save()
    body.save()
