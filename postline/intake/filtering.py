"""Lets the rules of a project look at a message on its way to its ticket: what they may ask, and what comes of them.

Filters change the arrival before it is stored; hints are stored with it. They act as the system, within the project of
the message alone. No header of the message commands anything (S41): what decides is what the project has set up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from postline.intake.authentication import Authentication
from postline.intake.earlier import Earlier
from postline.intake.parse import ParsedMessage
from postline.kit.links import misleads
from postline.kit.sql import row
from postline.projects.calendars import working_time_of
from postline.projects.models import Mailbox, Person, Queue
from postline.projects.rights import Right, people_with
from postline.rules.conditions import Facts
from postline.rules.loaded import Rules
from postline.rules.running import Done, Noted, Ran, Tally, run_filters, run_hints
from postline.tickets.arrival import ROBOTS, Arrival, Filtered
from postline.tickets.models import Ticket

NOTHING_SET: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message, and what intake knows of it by now. `ticket_id`: the one it belongs to, None for a new one."""

    message: ParsedMessage
    mailboxes: Sequence[Mailbox]
    queue_id: int
    ticket_id: int | None
    authentication: Authentication
    topic_id: int | None = None
    fields: Mapping[str, str] | None = None


def facts_of(incoming: Incoming, rules: Rules, earlier: Earlier, *, now: datetime) -> Facts:
    """What the project's rules may ask of it."""
    message, project = incoming.message, incoming.mailboxes[0].project
    address = message.sender.address.lower()
    queue, topic = _place(incoming, rules)
    fields = incoming.fields or NOTHING_SET
    return Facts(
        sender=(message.sender.name, message.sender.address),
        to=[(one.name, one.address) for one in message.to],
        cc=[(one.name, one.address) for one in message.cc],
        reply_to=[(one.name, one.address) for one in message.reply_to],
        subject=message.subject,
        new_text=message.new_text,
        text=message.text,
        headers=message.headers,
        language=message.language,
        kind=message.kind,
        attachments=[(part.filename, part.content_type) for part in message.attachments if not part.inline],
        spf=incoming.authentication.spf,
        dkim=incoming.authentication.dkim,
        dmarc=incoming.authentication.dmarc,
        mailboxes=[mailbox.address for mailbox in incoming.mailboxes],
        project=project.slug,
        queue=queue,
        topic=topic,
        fields=fields,
        wizard=fields.get("wizard", ""),
        is_follow_up=incoming.ticket_id is not None,
        local=now.astimezone(ZoneInfo(project.time_zone)),
        earlier_tickets=lambda: earlier.tickets(project.pk, address, besides=incoming.ticket_id),
        earlier_open=lambda: earlier.open(project.pk, address, besides=incoming.ticket_id),
        letters_this_week=lambda: earlier.letters(project.pk, address),
        is_working_time=lambda: working_time_of(project.pk, incoming.queue_id, now=now).is_open(now),
        has_misleading_link=lambda: misleads(message.html),
    )


def through(arrival: Arrival, rules: Rules, ran: Ran, tally: Tally) -> Arrival:
    """The arrival as the filters want it, with what the hints say; what a robot sends says nothing new of a ticket."""
    changes: dict[str, Any] = _by_filters(arrival, ran) if ran.done else {}
    if rules.hints and not (arrival.ticket_id is not None and arrival.kind in ROBOTS):
        changes["hints"] = run_hints(rules, ran.facts, tally)
    return replace(arrival, **changes) if changes else arrival


def _by_filters(arrival: Arrival, ran: Ran) -> dict[str, Any]:
    plan, is_new = ran.plan, arrival.ticket_id is None
    queue_id = plan.queue_id or arrival.queue_id
    return {
        "queue_id": queue_id if is_new else arrival.queue_id,
        "moved_to": None if is_new else plan.queue_id,
        "topic_id": plan.topic_id or arrival.topic_id,
        "priority": plan.priority,
        "tags": plan.tags,
        "owner_id": _fitting_owner(
            plan.owner_id, queue_id=queue_id, ticket_id=arrival.ticket_id, moved_to=plan.queue_id
        ),
        "answer_language": plan.language,
        "fields": {**arrival.fields, **plan.fields},
        "filtered": [_as_event(one, ran.notes) for one in ran.done],
    }


def run(incoming: Incoming, rules: Rules, earlier: Earlier, tally: Tally, *, now: datetime) -> Ran | None:
    """What the filters want; None where the project has no rules."""
    if not rules.filters and not rules.hints:
        return None
    return run_filters(rules, facts_of(incoming, rules, earlier, now=now), tally)


def _place(incoming: Incoming, rules: Rules) -> tuple[str, str]:
    """The queue and topic that a rule may ask for: of a follow-up those of its ticket, read only if one does."""
    if incoming.ticket_id is None:
        return rules.slug("queue", incoming.queue_id), rules.slug("topic", incoming.topic_id)
    if not rules.asks & {"queue", "topic"}:
        return "", ""
    queue_id, topic_id = row(PLACE, {"ticket": incoming.ticket_id}) or (None, None)
    return rules.slug("queue", queue_id), rules.slug("topic", topic_id)


def _fitting_owner(owner_id: int | None, *, queue_id: int, ticket_id: int | None, moved_to: int | None) -> int | None:
    """The person, if they may take tickets where this one will be; else whoever is next answers it."""
    if owner_id is None:
        return None
    if ticket_id is not None and moved_to is None:
        queue_id = Ticket.objects.values_list("queue_id", flat=True).get(pk=ticket_id)
    queue, person = Queue.objects.get(pk=queue_id), Person.objects.get(pk=owner_id)
    return owner_id if person in people_with(Right.TAKE, queue, among=[person]) else None


def _as_event(done: Done, notes: Sequence[Noted]) -> Filtered:
    rule = done.rule
    data = {"rule": rule.id, "slug": rule.slug, "version": rule.version, **done.what}
    return Filtered(rule.label, data, [note.text for note in notes if note.rule == rule.label])


PLACE = "SELECT queue_id, topic_id FROM tickets_ticket WHERE id = %(ticket)s"
