"""Says what Postline reads in a message and what would happen to it, changing nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from postline.intake import bounce, filtering, screen, thread
from postline.intake.addressed import Mailboxes, by_project
from postline.intake.authentication import UNKNOWN, Authentication, as_json, failed
from postline.intake.earlier import Earlier
from postline.intake.models import RawMessage
from postline.intake.parse import Bounce, Feedback, ParsedMessage
from postline.intake.parse.values import Address
from postline.intake.reader import Reader, Unreadable
from postline.intake.signatures import check, resolver
from postline.intake.take_in import PUT_ASIDE_WITHOUT_TICKET
from postline.kit import clock
from postline.kit.html import clean
from postline.projects.models import Mailbox
from postline.rules import loaded
from postline.rules.running import Tally, run_hints
from postline.tickets.models import Message, Ticket


def explain(contents: Iterable[bytes], mailboxes: Mailboxes, *, ask_names: bool = False) -> Iterable[dict[str, Any]]:
    """An object as CONTRACT describes it for each message. With `ask_names` signatures are checked, which asks the
    name servers of the domains that signed."""
    names = resolver() if ask_names else None
    with Reader() as reader:
        for content in contents:
            (message,) = reader.read_many([content])
            if isinstance(message, Unreadable):
                yield {"defects": ["unreadable"], "error": message.reason, "quarantine": "unreadable"}
            else:
                found_out = check(content, names) if names is not None else UNKNOWN
                yield {**_what_it_says(message), **_what_would_happen(message, mailboxes, found_out)}


def _what_it_says(message: ParsedMessage) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "in_reply_to": message.in_reply_to[0] if message.in_reply_to else "",
        "references": list(message.references),
        "date": message.date.isoformat() if message.date else None,
        "from": _address(message.sender),
        "to": [_address(one) for one in message.to],
        "cc": [_address(one) for one in message.cc],
        "reply_to": [_address(one) for one in message.reply_to],
        "subject": message.subject,
        "text": message.text,
        "html": clean(message.html) if message.html else None,
        "new_text": message.new_text,
        "attachments": [
            {
                "filename": part.filename,
                "content_type": part.content_type,
                "size": part.size,
                "sha256": part.sha256,
                "inline": part.inline,
            }
            for part in message.attachments
        ],
        "language": message.language,
        "kind": message.kind,
        "protection": message.protection,
        "bounce": _bounce(message.bounces[0]) if message.bounces else None,
        "feedback": _feedback(message.feedback) if message.feedback else None,
        "defects": list(message.defects),
    }


def _what_would_happen(message: ParsedMessage, mailboxes: Mailboxes, found_out: Authentication) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "authentication": _authentication(found_out),
        "thread": None,
        "project": None,
        "queue": None,
        "filters": [],
        "hints": [],
        "quarantine": "no-mailbox",
    }
    recipients = [one.address for one in (*message.to, *message.cc)]
    raw = RawMessage(envelope_to=[], authentication=as_json(found_out))
    for project_id, ours in by_project(raw, message, mailboxes).items():
        known = thread.Known([project_id], [message])
        authentication = screen.said_about(raw, message, ours[0])
        found = thread.find(
            message,
            known,
            mailboxes,
            project_id=project_id,
            recipients=recipients,
            failed=failed(authentication),
        )
        if message.kind == "bounce" and found.duplicate_of is None:
            ours_back = bounce.about(message, project_id=project_id, recipients=recipients)
            found = thread.Thread(bounce.ticket_of(ours_back) if ours_back else None, "bounce")
        ticket, joined_by = _ticket(found)
        listed = screen.Listed([project_id], [message])
        reason = screen.reason_against(message, ours, listed, authentication)
        if not reason and ticket is None and message.kind in PUT_ASIDE_WITHOUT_TICKET:
            reason = message.kind
        elif not reason and thread.is_our_own(message, project_id=project_id):
            reason = "own-message"
        about: dict[str, Any] = {
            **nothing,
            **({"kind": screen.SPAM} if reason == screen.SPAM else {}),
            "authentication": _authentication(authentication),
            "quarantine": reason or None,
            "thread": {"ticket": str(ticket.number), "by": joined_by} if ticket else None,
            "project": (ticket or ours[0]).project.slug,
            "queue": (ticket.return_queue or ticket.queue).slug if ticket else ours[0].queue.slug,
        }
        return about if reason else {**about, **_by_rules(message, ours, ticket, authentication, queue=about["queue"])}
    return nothing


def _by_rules(
    message: ParsedMessage, ours: Sequence[Mailbox], ticket: Ticket | None, found_out: Authentication, *, queue: str
) -> dict[str, Any]:
    """The filters that hold, the queue and the quarantine that come of them, and what the hints say."""
    now, project = clock.now(), ours[0].project
    rules = loaded.rules_of([project.pk])[project.pk]
    incoming = filtering.Incoming(
        message=message,
        mailboxes=ours,
        queue_id=ours[0].queue_id,
        ticket_id=ticket.pk if ticket else None,
        authentication=found_out,
    )
    earlier, tally = Earlier([(project.pk, message.sender.address.lower())], now=now), Tally()
    ran = filtering.run(incoming, rules, earlier, tally, now=now)
    if ran is None:
        return {}
    return {
        "filters": [one.rule.name for one in ran.done],
        "queue": rules.slug("queue", ran.plan.queue_id) or queue,
        "quarantine": ran.plan.aside or None,
        "hints": [] if ran.plan.aside else run_hints(rules, ran.facts, tally),
    }


def _ticket(found: thread.Thread) -> tuple[Ticket | None, str]:
    tickets = Ticket.objects.select_related("project", "queue", "return_queue")
    if found.duplicate_of is not None:
        message = Message.objects.get(pk=found.duplicate_of)
        return tickets.get(pk=message.ticket_id), "delivered-before"
    return (tickets.get(pk=found.ticket_id), found.joined_by) if found.ticket_id else (None, "")


def _authentication(known: Authentication) -> dict[str, str] | None:
    """Nothing at all where nobody knows anything."""
    return None if known == UNKNOWN else {"spf": known.spf, "dkim": known.dkim, "dmarc": known.dmarc}


def _address(one: Address) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _bounce(one: Bounce) -> dict[str, str]:
    return {
        "recipient": one.recipient,
        "status": one.status,
        "action": one.action,
        "diagnostic": one.diagnostic,
        "original_message_id": one.original_message_id,
    }


def _feedback(one: Feedback) -> dict[str, str | None]:
    return {
        "type": one.type,
        "offender": one.offender,
        "source_ip": one.source_ip,
        "reporter": one.reporter,
        "arrival_date": one.arrival_date.isoformat() if one.arrival_date else None,
        "original_message_id": one.original_message_id,
        "original_subject": one.original_subject,
    }
