"""The automatic answer to a new request: the number, and how to go on. Or the reason why there is none.

A budgeted machine without a word of the sender's in it (SAFETY 1.2.4): one recipient, never a robot, never in a loop.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from postline.intake.addressed import Mailboxes
from postline.intake.parse import ParsedMessage
from postline.intake.parse.kinds import robot_sign
from postline.kit.html import text_to_html
from postline.kit.sql import rows
from postline.outbox.models import Kind
from postline.outbox.put import Outgoing, put
from postline.projects.models import Mailbox
from postline.settings import LANGUAGES
from postline.tickets import numbers, references
from postline.tickets.actions.acknowledge import acknowledge, leave_unacknowledged
from postline.tickets.arrival import Arrived

SPOKEN = frozenset(code for code, _name in LANGUAGES)
MOST_PER_HOUR = 5
MOST_PER_DAY = 20


def answer_automatically(
    arrived: Arrived,
    message: ParsedMessage,
    *,
    null_sender: bool,
    mailbox: Mailbox,
    mailboxes: Mailboxes,
    now: datetime,
) -> None:
    """Queue the automatic answer to a new ticket, or write into its history why there is none.

    `null_sender`: it came with the empty envelope sender of robots (RFC 5321, 4.5.5).
    """
    reason = "null-sender" if null_sender else _reason_against(message, mailbox=mailbox, mailboxes=mailboxes)
    reason = reason or _reserve(message.sender.address, now=now)
    if reason:
        leave_unacknowledged(arrived.ticket_id, reason=reason, now=now)
        return
    outgoing = compose(arrived, message, mailbox=mailbox)
    acknowledge(arrived.ticket_id, outgoing, outbox_id=put(outgoing, now=now), now=now)


def compose(arrived: Arrived, message: ParsedMessage, *, mailbox: Mailbox) -> Outgoing:
    """The automatic answer in the language of the message, else in the project's."""
    language = message.language if message.language in SPOKEN else mailbox.project.language
    number = numbers.show(arrived.number)
    with translation.override(language):
        subject = _("We have your request, number %(number)s") % {"number": number}
        text = _(
            "We have your request. Its number is %(number)s.\n\n"
            "If you want to add something, reply to this message: what you write will be put to your request.\n\n"
            "This message was written automatically."
        ) % {"number": number}
    signature = mailbox.sender_name or mailbox.project.name
    text = f"{text}\n\n-- \n{signature}\n"
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
        subject=subject,
        text=text,
        html=text_to_html(text),
        in_reply_to=message.message_id,
        references=[message.message_id] if message.message_id else [],
        language=language,
    )


def _reason_against(message: ParsedMessage, *, mailbox: Mailbox, mailboxes: Mailboxes) -> str:
    """Why this message gets no automatic answer (RFC 3834, section 2); empty when it may get one."""
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
    if not mailbox.automatic_answer:
        return "switched-off"
    return ""


def _reserve(address: str, *, now: datetime) -> str:
    """Count one more automatic answer to this address, unless it has had its share already."""
    reserved = rows(
        RESERVE,
        {
            "address": address.lower(),
            "now": now,
            "hour": now - timedelta(hours=1),
            "day": now - timedelta(days=1),
            "most_per_hour": MOST_PER_HOUR,
            "most_per_day": MOST_PER_DAY,
        },
    )
    return "" if reserved else "limit"


# the lock makes two workers that answer the same address count one after the other
RESERVE = """
WITH one_at_a_time AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended('automatic-answer:' || %(address)s::text, 0))
), sent AS (
    SELECT count(*) FILTER (WHERE at > %(hour)s) AS in_hour, count(*) AS in_day
    FROM intake_automaticanswer, one_at_a_time WHERE address = %(address)s AND at > %(day)s
)
INSERT INTO intake_automaticanswer (address, at)
SELECT %(address)s::text, %(now)s::timestamptz FROM sent WHERE in_hour < %(most_per_hour)s AND in_day < %(most_per_day)s
RETURNING id
"""
