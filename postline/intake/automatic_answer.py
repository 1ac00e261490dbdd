"""The automatic answer to a new request: the number, and how to go on. Or the reason why there is none.

A budgeted machine without a word of the sender's in it (SAFETY 1.2.4): one recipient, never a robot, never in a loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import translation
from django.utils.translation import gettext as _

from postline.intake.addressed import Mailboxes
from postline.intake.parse import ParsedMessage
from postline.intake.parse.kinds import robot_sign
from postline.kit.html import text_to_html
from postline.kit.sql import rows
from postline.outbox.models import Kind
from postline.outbox.put import Outgoing, put_many
from postline.projects.models import Mailbox
from postline.settings import LANGUAGES
from postline.tickets import numbers, references
from postline.tickets.actions.acknowledge import acknowledge, leave_unacknowledged
from postline.tickets.arrival import Arrived

SPOKEN = frozenset(code for code, _name in LANGUAGES)
NUMBER = "{number}"  # stands for the ticket's in the words that are kept
MOST_PER_HOUR = 5
MOST_PER_DAY = 20


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket that a message has just opened.

    `null_sender`: it came with the empty envelope sender of robots (RFC 5321, 4.5.5).
    """

    arrived: Arrived
    message: ParsedMessage
    mailbox: Mailbox
    null_sender: bool


def answer_automatically(tickets: Sequence[NewTicket], *, mailboxes: Mailboxes, now: datetime) -> None:
    """Queue an automatic answer to each new ticket, or write into its history why there is none."""
    against = {one.arrived.ticket_id: _reason_against(one, mailboxes) for one in tickets}
    allowed = [one for one in tickets if not against[one.arrived.ticket_id]]
    reserved = _reserve([one.message.sender.address for one in allowed], now=now)
    for place, one in enumerate(allowed):
        if place not in reserved:
            against[one.arrived.ticket_id] = "limit"
    answers = [compose(one) for place, one in enumerate(allowed) if place in reserved]
    acknowledge(list(zip(answers, put_many(answers, now=now), strict=True)), now=now)
    leave_unacknowledged({ticket_id: reason for ticket_id, reason in against.items() if reason}, now=now)


def compose(ticket: NewTicket) -> Outgoing:
    """The automatic answer in the language of the message, else in the project's."""
    arrived, message, mailbox = ticket.arrived, ticket.message, ticket.mailbox
    language = message.language if message.language in SPOKEN else mailbox.project.language
    subject, text, html = _words(language, signature=mailbox.sender_name or mailbox.project.name)
    number = numbers.show(arrived.number)
    return Outgoing(
        kind=Kind.AUTOMATIC,
        project_id=mailbox.project_id,
        mailbox_id=mailbox.pk,
        ticket_id=arrived.ticket_id,
        message_id=references.new_message_id(number=arrived.number, domain=mailbox.address.rpartition("@")[2]),
        envelope_from="",
        sender_name=mailbox.sender_name,
        sender_address=mailbox.address,
        reply_to=references.reply_address(mailbox=mailbox.address, number=arrived.number)
        if mailbox.plus_addressing
        else "",
        to=[("", message.sender.address)],
        subject=subject.replace(NUMBER, number),
        text=text.replace(NUMBER, number),
        html=html.replace(NUMBER, number),
        in_reply_to=message.message_id,
        references=[message.message_id] if message.message_id else [],
        language=language,
    )


@lru_cache(maxsize=256)
def _words(language: str, *, signature: str) -> tuple[str, str, str]:
    """Subject, text and formatted text with NUMBER in them: the same for every ticket, and not cheap to make."""
    with translation.override(language):
        subject = _("We have your request, number %(number)s") % {"number": NUMBER}
        text = _(
            "We have your request. Its number is %(number)s.\n\n"
            "If you want to add something, reply to this message: what you write will be put to your request.\n\n"
            "This message was written automatically."
        ) % {"number": NUMBER}
    text = f"{text}\n\n-- \n{signature}\n"
    return subject, text, text_to_html(text)


def _reason_against(ticket: NewTicket, mailboxes: Mailboxes) -> str:
    """Why this message gets no automatic answer (RFC 3834, section 2); empty when it may get one."""
    message = ticket.message
    if ticket.null_sender:
        return "null-sender"
    if not message.sender.address:
        return "no-address"
    if message.kind != "letter":
        return message.kind
    if "loop" in message.defects:
        return "loop"
    if sign := robot_sign(message.headers, message.sender.address, message.subject):
        return sign
    if mailboxes.find(message.sender.address) is not None:
        return "own-address"
    if not ticket.mailbox.automatic_answer:
        return "switched-off"
    return ""


def _reserve(addresses: Sequence[str], *, now: datetime) -> set[int]:
    """Count one more automatic answer to each address, unless it has had its share. The places of those counted."""
    if not addresses:
        return set()
    counted = [_counted(address) for address in addresses]
    # two statements: the second must see what another worker counted while we waited for its lock
    rows(LOCK, {"addresses": sorted(set(counted))})
    reserved = rows(
        RESERVE,
        {
            "addresses": counted,
            "now": now,
            "hour": now - timedelta(hours=1),
            "day": now - timedelta(days=1),
            "most_per_hour": MOST_PER_HOUR,
            "most_per_day": MOST_PER_DAY,
        },
    )
    return {place - 1 for (place,) in reserved}


def _counted(address: str) -> str:
    """What one person's addresses have in common: many servers deliver `name+anything@` to `name@`."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


# makes two workers that answer the same address count one after the other
LOCK = """
SELECT count(pg_advisory_xact_lock(hashtextextended('automatic-answer:' || address, 0)))
FROM unnest(%(addresses)s::text[]) AS address
"""

RESERVE = """
WITH wanted AS (
    SELECT address, place, row_number() OVER (PARTITION BY address ORDER BY place) AS nth
    FROM unnest(%(addresses)s::text[]) WITH ORDINALITY AS one(address, place)
), granted AS (
    SELECT address, place FROM wanted CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE at > %(hour)s) AS in_hour, count(*) AS in_day
        FROM intake_automaticanswer AS earlier WHERE earlier.address = wanted.address AND at > %(day)s
    ) AS sent
    WHERE in_hour + nth <= %(most_per_hour)s AND in_day + nth <= %(most_per_day)s
), counted AS (
    INSERT INTO intake_automaticanswer (address, at) SELECT address, %(now)s::timestamptz FROM granted
)
SELECT place FROM granted
"""
