"""To what an automatic answer is given, or the reason why there is none in the history of the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postline.intake.addressed import Mailboxes
from postline.intake.automatic_answer.limits import reserve
from postline.intake.automatic_answer.words import Voice
from postline.intake.parse import ParsedMessage
from postline.intake.parse.kinds import robot_sign
from postline.outbox.models import Kind
from postline.outbox.put import Outgoing, put_many
from postline.projects.calendars import working_time_of
from postline.projects.models import Mailbox, Occasion
from postline.rules.templates import usage
from postline.tickets import references
from postline.tickets.actions.acknowledge import acknowledge, acknowledge_follow_up, leave_unacknowledged
from postline.tickets.actions.refused_address import refused
from postline.tickets.arrival import ROBOTS, Arrived
from postline.tickets.models import Participant
from postline.tickets.queries.clocks import answers_due


@dataclass(frozen=True, slots=True)
class Received:
    """A message that has just become part of a ticket.

    `null_sender`: it came with the empty envelope sender of robots (RFC 5321, 4.5.5). `by_mail`: its sender has a
    mailbox and has just used it; what comes over the API only names an address. `is_false`: the check of its sender
    failed, so that the address is probably somebody else's. `template_id`: what a filter sends in place of the usual
    answer.
    """

    arrived: Arrived
    message: ParsedMessage
    mailbox: Mailbox
    null_sender: bool
    by_mail: bool = True
    is_false: bool = False
    template_id: int | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is to be answered automatically, and what it is."""

    received: Received
    occasion: Occasion

    @property
    def follows(self) -> int | None:
        """The message that is answered, where it is not the one that opened the ticket."""
        return None if self.received.arrived.is_new else self.received.arrived.message_id


def answer_automatically(messages: Sequence[Received], *, mailboxes: Mailboxes, now: datetime) -> None:
    """Queue the automatic answers that are due, or write into the history of the ticket why there is none."""
    due = [Due(one, occasion) for one in messages if (occasion := _occasion(one, now=now)) is not None]
    if not due:
        return
    against = [_reason_against(one, mailboxes) for one in due]
    _find_those_who_take_no_mail(due, against)
    allowed = [place for place, reason in enumerate(against) if not reason]
    refusals = reserve([due[place].received.message.sender.address for place in allowed], now=now)
    for place, reason in zip(allowed, refusals, strict=True):
        against[place] = reason
    answered = [one for one, reason in zip(due, against, strict=True) if not reason]
    projects = {one.received.mailbox.project_id for one in answered}
    templates = {one.received.template_id for one in answered if one.received.template_id is not None}
    voice = Voice(projects, templates=templates, now=now) if answered else None
    due_at = answers_due([one.received.arrived.ticket_id for one in answered]) if answered else {}
    answers = [
        _compose(one, voice, due_at.get(one.received.arrived.ticket_id)) for one in answered if voice is not None
    ]
    _write_down(answered, answers, put_many(answers, now=now), now=now)
    for one in answered:
        if one.received.template_id is not None:
            usage.count([one.received.template_id], project_id=one.received.mailbox.project_id, now=now)
    _write_down_reasons([(one, reason) for one, reason in zip(due, against, strict=True) if reason], now=now)


def _occasion(one: Received, *, now: datetime) -> Occasion | None:
    """What the message is an occasion for; None: nothing is due."""
    project = one.mailbox.project
    if one.arrived.is_new:
        working = working_time_of(project.pk, one.arrived.queue_id, now=now)
        return Occasion.NEW if working.is_open(now) else Occasion.OUTSIDE_HOURS
    if one.message.kind in ROBOTS:
        return None
    if one.arrived.stays_closed:
        return Occasion.STAYS_CLOSED
    closed, days = one.arrived.closed_at, project.long_closed_days
    if closed is not None and days is not None and now - closed > timedelta(days=days):
        return Occasion.LONG_CLOSED
    return Occasion.FOLLOW_UP if project.answers_follow_ups or one.template_id is not None else None


def _reason_against(due: Due, mailboxes: Mailboxes) -> str:
    """Why this message gets no automatic answer (RFC 3834, section 2); empty when it may get one."""
    one, message = due.received, due.received.message
    if one.null_sender:
        return "null-sender"
    if not message.sender.address:
        return "no-address"
    if message.kind != "letter":
        return message.kind
    if one.is_false:
        return "sender-false"
    if "loop" in message.defects:
        return "loop"
    if sign := robot_sign(message.headers, message.sender.address, message.subject):
        return sign
    if mailboxes.find(message.sender.address) is not None:
        return "own-address"
    if not one.mailbox.automatic_answer:
        return "switched-off"
    return ""


def _find_those_who_take_no_mail(due: Sequence[Due], against: list[str]) -> None:
    """Nothing is sent to an address that refused our mail and has not written since, nor to one that joined a ticket
    and was not added by an agent (DESIGN 4.3)."""
    named = [place for place, one in enumerate(due) if not against[place] and not one.received.by_mail]
    if named:
        places = {(due[place].received.mailbox.project_id, _address(due[place])): place for place in named}
        for key in refused(list(places)):
            against[places[key]] = "refused-address"
    for place, one in enumerate(due):
        if not against[place] and one.follows is not None:
            takes_part = Participant.objects.filter(
                ticket_id=one.received.arrived.ticket_id, address=_address(one), proved=True
            )
            if not takes_part.exists():
                against[place] = "new-address"


def _address(due: Due) -> str:
    return due.received.message.sender.address.lower()


def _compose(due: Due, voice: Voice, due_at: datetime | None) -> Outgoing:
    """The automatic answer in the language of the message, else in the project's."""
    arrived, message, mailbox = due.received.arrived, due.received.message, due.received.mailbox
    said = voice.words(
        due.occasion,
        mailbox=mailbox,
        queue_id=arrived.queue_id,
        language=message.language,
        closed_at=arrived.closed_at,
        due_at=due_at,
        template_id=due.received.template_id,
    ).about(arrived.number)
    return Outgoing(
        kind=Kind.AUTOMATIC,
        project_id=mailbox.project_id,
        mailbox_id=mailbox.pk,
        ticket_id=arrived.ticket_id,
        message_id=references.new_message_id(number=arrived.number, domain=mailbox.address.rpartition("@")[2]),
        envelope_from="",
        sender_name=mailbox.sender_name or mailbox.project.sender_name,
        sender_address=mailbox.address,
        reply_to=references.reply_address(mailbox=mailbox.address, number=arrived.number)
        if mailbox.plus_addressing
        else "",
        to=[("", message.sender.address)],
        subject=said.subject,
        text=said.text,
        html=said.html,
        in_reply_to=message.message_id,
        references=[message.message_id] if message.message_id else [],
        language=said.language,
    )


def _write_down(due: Sequence[Due], answers: Sequence[Outgoing], outbox: Sequence[int], *, now: datetime) -> None:
    put = list(zip(due, answers, outbox, strict=True))
    acknowledge([(answer, key) for one, answer, key in put if one.follows is None], now=now)
    for one, answer, key in put:
        if one.follows is not None:
            acknowledge_follow_up(answer, key, follows=one.follows, now=now)


def _write_down_reasons(refused_ones: Sequence[tuple[Due, str]], *, now: datetime) -> None:
    opened = {one.received.arrived.ticket_id: reason for one, reason in refused_ones if one.follows is None}
    leave_unacknowledged(opened, now=now)
    for one, reason in refused_ones:
        if one.follows is not None:
            leave_unacknowledged({one.received.arrived.ticket_id: reason}, follows=one.follows, now=now)
