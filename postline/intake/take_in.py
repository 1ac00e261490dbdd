"""The way of a message that has been read: whose → screen → thread → filters → open or append → automatic answer.

Runs within the transaction of the pipeline's batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from django.db import transaction

from postline.intake import bounce, filtering, floods, screen, sender, thread
from postline.intake.accepted import as_wanted, legible
from postline.intake.addressed import Mailboxes, by_project
from postline.intake.authentication import Authentication, failed
from postline.intake.automatic_answer import Received, answer_automatically
from postline.intake.earlier import Earlier
from postline.intake.models import RawMessage, Source
from postline.intake.parse import ParsedMessage
from postline.intake.probe import is_probe
from postline.intake.quarantine import put_aside
from postline.intake.reader import Unreadable
from postline.intake.same_problem import suggest_same
from postline.kit import metrics
from postline.kit.html import has_remote_pictures
from postline.kit.logs import logger
from postline.projects.models import Mailbox
from postline.rules import counters, faults, loaded
from postline.rules.running import Tally
from postline.tickets.actions.arrive import arrive
from postline.tickets.actions.refused_address import wrote_again
from postline.tickets.actions.seen_again import seen_again
from postline.tickets.actions.suggest import suggest
from postline.tickets.arrival import ROBOTS, Arrival, Arrived, ArrivedFile, participants

log = logger(__name__)

WITH_ENVELOPE = (Source.SMTP, Source.LMTP)
PUT_ASIDE_WITHOUT_TICKET = ("bounce", "auto-reply")  # robots never open a ticket: visible in quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is known of all messages of a batch, asked for once; and what comes of them."""

    mailboxes: Mailboxes
    known: thread.Known
    listed: screen.Listed
    people: frozenset[str]  # addresses of the desk's own people among the senders
    seen: floods.Sightings
    rules: Mapping[int, loaded.Rules]  # by project
    earlier: Earlier
    topic_id: int | None
    fields: dict[str, str] | None
    now: datetime
    stored: list[Received] = field(default_factory=list)
    logged: list[dict[str, object]] = field(default_factory=list)  # one line of the log for all of them
    told: dict[int, Authentication] = field(default_factory=dict)  # by the mailboxes' own servers
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Aside:
    """It is not to be seen in a project, for this reason; `detail` says more, such as which filter it was."""

    reason: str
    detail: str = ""


class Nothing:
    """Nothing is left to do with it: it was there already, or was about one of the staff."""


Outcome = Arrived | Aside | Nothing


def take_in_all(
    pairs: Sequence[tuple[RawMessage, ParsedMessage | Unreadable]],
    mailboxes: Mailboxes,
    *,
    came: Counter[int],
    now: datetime,
    topic_id: int | None = None,
    fields: dict[str, str] | None = None,
) -> dict[int, list[Arrived]]:
    """What became of each raw message, one for each project; those that went to quarantine are missing.

    `came` counts the messages by mailbox.
    """
    pairs = [(raw, legible(raw, message)) for raw, message in pairs]
    # a connection test's own message has found its way: nothing comes of it
    done: dict[int, list[Arrived]] = {raw.pk: [] for raw, message in pairs if _is_probe(message)}
    addressed = list(_addressed(pairs, mailboxes, now=now))
    messages = [message for _, message, _ in addressed]
    asking = _with_requesters(addressed, mailboxes)
    every_project = list({project_id for _, _, projects in addressed for project_id in projects})
    batch = Batch(
        mailboxes=mailboxes,
        known=thread.Known(every_project, messages),
        listed=screen.Listed(every_project, [*messages, *(message for _, message in asking)]),
        people=sender.people_among(message for _, message in asking),
        seen=floods.count(asking, now=now),
        rules=loaded.rules_of(every_project),
        earlier=Earlier(_requesters(addressed, asking), now=now),
        topic_id=topic_id,
        fields=fields,
        now=now,
    )
    for raw, message, projects in addressed:
        aside: Aside | None = (
            None  # of the first project: in its quarantine it lies, and it hears of no other's filters
        )
        for ours in projects.values():
            outcome = _take_in(raw, message, ours, batch)
            if isinstance(outcome, Aside):
                aside = aside or outcome
                continue
            done.setdefault(raw.pk, [])
            if isinstance(outcome, Arrived):
                done[raw.pk].append(outcome)
                came.update(mailbox.pk for mailbox in ours)
        if raw.pk not in done and aside is not None:
            put_aside(
                raw,
                reason=aside.reason,
                error=aside.detail,
                message=message,
                project_id=next(iter(projects)),
                now=now,
            )
    _follow_up(batch)
    return done


def _addressed(
    pairs: Sequence[tuple[RawMessage, ParsedMessage | Unreadable]], mailboxes: Mailboxes, *, now: datetime
) -> Iterator[tuple[RawMessage, ParsedMessage, dict[int, list[Mailbox]]]]:
    """The messages with the mailboxes that they are for, by project. What is for none, or unreadable, is put aside."""
    for raw, message in pairs:
        if isinstance(message, Unreadable):
            named = (mailboxes.find(address) for address in raw.envelope_to)
            project_id = next((mailbox.project_id for mailbox in named if mailbox is not None), None)
            put_aside(raw, reason="unreadable", error=message.reason, project_id=project_id, now=now)
        elif not is_probe(message):
            if projects := by_project(raw, message, mailboxes):
                yield raw, message, projects
            else:
                put_aside(raw, reason="no-mailbox", message=message, now=now)


def _take_in(raw: RawMessage, read_message: ParsedMessage, ours: Sequence[Mailbox], batch: Batch) -> Outcome:
    """Put the message to its ticket, a new or an old one, in the project of these mailboxes."""
    project_id, now = ours[0].project_id, batch.now
    is_wanted = raw.accepted_into_id is not None  # a person has decided, whatever it is
    authentication = screen.said_about(raw, read_message, ours[0])
    if ours[0].believed_servers:
        batch.told[raw.pk] = authentication
    message = _with_requester(read_message, ours[0], batch.mailboxes)
    unwanted = screen.reason_against(read_message, ours, batch.listed, authentication, requester=message.sender.address)
    if unwanted and not is_wanted:
        return Aside(unwanted)
    is_author = message is read_message  # what stands in Reply-To, whoever signed the message, is proved by nothing
    recipients = [*raw.envelope_to, *(one.address for one in (*read_message.to, *read_message.cc))]
    found = thread.find(
        message,
        batch.known,
        batch.mailboxes,
        project_id=project_id,
        recipients=recipients,
        failed=failed(authentication) or not is_author,
    )
    if found.duplicate_of is not None:
        seen_again(found.duplicate_of, mailbox_ids=[mailbox.pk for mailbox in ours])
        log.info("message seen again", raw=raw.pk, message=found.duplicate_of)
        return Nothing()
    failure = None
    if message.kind == "bounce":  # only what names a message of ours by our signature
        failure = bounce.returned(message, project_id=project_id, recipients=recipients, now=now)
        found = replace(found, ticket_id=failure.ticket_id if failure else None, joined_by="bounce")
        if failure is not None and found.ticket_id is None:  # a message to one of the staff
            bounce.follow(failure, report=None, now=now)
            return Nothing()
    if not is_wanted and (reason := _reason_against(raw, message, found, batch, project_id=project_id)):
        return _aside(Aside(reason), failure, now=now)
    proved = authentication if is_author else replace(authentication, domains=())
    believed = is_author and sender.is_believed(message, proved, ours[0])
    about = sender.flags(message, proved, believed=believed, mailboxes=batch.mailboxes, people=batch.people)
    letter = sender.Letter(message)
    if found.ticket_id is None:
        letter = sender.letter_of(message, mailbox=ours[0], mailboxes=batch.mailboxes, believed=believed)
    unfiltered = as_wanted(raw, _arrival(raw, letter, found, ours, batch, about=about))
    arrival = _through_rules(unfiltered, letter, ours, batch, authentication, is_wanted=is_wanted)
    if isinstance(arrival, Aside):
        return _aside(arrival, failure, now=now)
    arrived = arrive(arrival, now=now)
    batch.earlier.add(project_id, arrival.sender_address, arrived)
    batch.known.add(
        arrived, letter.message, project_id=project_id, participants=[one for _, one in participants(arrival)]
    )
    for other_id, hint in found.hints:
        suggest(arrived.ticket_id, other_id, hint, now=now)
    if found.bad_token:
        metrics.bad_tokens.inc()
    if failure is not None:
        bounce.follow(failure, report=arrived.message_id, now=now)
    batch.stored.append(
        Received(
            arrived,
            letter.message,
            batch.mailboxes.answering(arrived.project_id, ours[0]),
            null_sender=raw.envelope_from == "" and raw.source in WITH_ENVELOPE,
            by_mail=raw.source != Source.API,
            is_false=failed(authentication),
            # a ticket that was handed over is answered by its new project alone
            template_id=filtering.template_to_send(arrival) if arrived.project_id == project_id else None,
        )
    )
    batch.logged.append({"raw": raw.pk, "ticket": arrived.number, "new": arrived.is_new, "joined_by": found.joined_by})
    return arrived


def _aside(aside: Aside, failure: bounce.Returned | None, *, now: datetime) -> Aside:
    """Nobody needs to see the report: that a message of ours came back is known all the same."""
    if failure is not None:
        bounce.follow(failure, report=None, now=now)
    return aside


def _through_rules(
    arrival: Arrival,
    letter: sender.Letter,
    ours: Sequence[Mailbox],
    batch: Batch,
    authentication: Authentication,
    *,
    is_wanted: bool,
) -> Arrival | Aside:
    """What the project's filters make of it, with what its hints say. What a person wants is not put aside."""
    rules = batch.rules[arrival.project_id]
    incoming = filtering.Incoming(
        message=letter.message,
        mailboxes=ours,
        queue_id=arrival.queue_id,
        ticket_id=arrival.ticket_id,
        authentication=authentication,
        topic_id=arrival.topic_id,
        fields=arrival.fields,
    )
    ran = filtering.run(incoming, rules, batch.earlier, batch.tally, now=batch.now)
    if ran is None:
        return arrival
    if ran.plan.aside and not is_wanted:
        return Aside(ran.plan.aside, ran.done[-1].rule.label)
    return filtering.through(arrival, rules, ran, batch.tally)


def _reason_against(
    raw: RawMessage, message: ParsedMessage, found: thread.Thread, batch: Batch, *, project_id: int
) -> str:
    """Why a message that nobody has asked for is put aside, once it is known which ticket it would belong to."""
    if found.ticket_id is None and message.kind in PUT_ASIDE_WITHOUT_TICKET:
        return message.kind
    is_allowed = batch.listed.is_allowed(message.sender.address, project_id=project_id)
    if not is_allowed and (reason := floods.verdict(batch.seen.get(raw.pk), is_reply=found.ticket_id is not None)):
        floods.tell(raw, reason, now=batch.now)
        return reason
    return "own-message" if thread.is_our_own(message, project_id=project_id) else ""


def _follow_up(batch: Batch) -> None:
    """What is done for all stored messages together."""
    if batch.logged:
        log.info("messages arrived", messages=batch.logged)
    screen.remember(batch.told)
    wrote_again(
        {
            (one.mailbox.project_id, one.message.sender.address.lower())
            for one in batch.stored
            if one.by_mail and one.message.kind not in ROBOTS and one.message.sender.address
        }
    )
    answer_automatically(batch.stored, mailboxes=batch.mailboxes, now=batch.now)
    _follow_up_of_rules(batch)
    opened = [one.arrived.ticket_id for one in batch.stored if one.arrived.is_new and one.message.kind == "letter"]
    suggest_same(opened, now=batch.now)


def _follow_up_of_rules(batch: Batch) -> None:
    """Once it is committed, rules that cannot go on are switched off, and what the others did is counted."""
    unusable = [one for rules in batch.rules.values() for one in rules.unusable] + list(batch.tally.unusable.values())
    if unusable:
        # not before: the batch may take seconds, and neither a lead nor another batch is to wait for it
        transaction.on_commit(lambda: faults.switch_off(unusable, now=batch.now), robust=True)
    if batch.tally.messages:
        transaction.on_commit(lambda: counters.gather(batch.tally, now=batch.now))


def _requesters(
    addressed: Sequence[tuple[RawMessage, ParsedMessage, dict[int, list[Mailbox]]]],
    asking: Sequence[tuple[RawMessage, ParsedMessage]],
) -> list[tuple[int, str]]:
    """Who asks, in each project: who wrote, or whose letter somebody has passed on."""
    return [
        (project_id, address.lower())
        for (_, _, projects), (_, message) in zip(addressed, asking, strict=True)
        for project_id in projects
        for address in (message.sender.address, message.forwarded.sender.address if message.forwarded else "")
    ]


def _is_probe(message: ParsedMessage | Unreadable) -> bool:
    return isinstance(message, ParsedMessage) and is_probe(message)


def _with_requesters(
    addressed: Sequence[tuple[RawMessage, ParsedMessage, dict[int, list[Mailbox]]]], mailboxes: Mailboxes
) -> list[tuple[RawMessage, ParsedMessage]]:
    """Each as the first of its mailboxes takes it: who is counted is who asks, not the form that all of them use."""
    return [
        (raw, _with_requester(message, next(iter(projects.values()))[0], mailboxes))
        for raw, message, projects in addressed
    ]


def _with_requester(message: ParsedMessage, mailbox: Mailbox, mailboxes: Mailboxes) -> ParsedMessage:
    """Whoever stands in Reply-To has written it, where the mailbox is fed by web forms (S24)."""
    if mailbox.reply_to_beats_from:
        for one in message.reply_to:
            if one.address and mailboxes.find(one.address) is None:
                return replace(message, sender=one)
    return message


def _arrival(
    raw: RawMessage,
    letter: sender.Letter,
    found: thread.Thread,
    ours: Sequence[Mailbox],
    batch: Batch,
    *,
    about: Sequence[str],
) -> Arrival:
    message = letter.message
    flags = [*message.defects, *about, *([message.protection] if message.protection else [])]
    found_out = {
        "same-message-id": found.id_seen_before,
        "bad-token": found.bad_token,
        "remote-pictures": has_remote_pictures(message.html),
    }
    flags += [flag for flag, holds in found_out.items() if holds]
    return Arrival(
        project_id=ours[0].project_id,
        queue_id=ours[0].queue_id,
        mailbox_ids=[mailbox.pk for mailbox in ours],
        source=raw.source,
        raw_id=raw.pk,
        digest=message.digest,
        message_id=message.message_id,
        sender_name=message.sender.name,
        sender_address=message.sender.address.lower(),
        to=[(one.name, one.address) for one in message.to],
        cc=[(one.name, one.address) for one in message.cc],
        subject=message.subject,
        text=message.text,
        new_text=message.new_text,
        html=message.html,
        language=message.language,
        kind=message.kind,
        flags=flags,
        files=[
            ArrivedFile(
                part.filename, part.content_type, part.size, part.sha256, part.inline, part.content_id, part.place
            )
            for part in message.attachments
        ],
        sent_at=message.date,
        ticket_id=found.ticket_id,
        joined_by=found.joined_by,
        joined_to=found.joined_to,
        other_role=str(letter.role or ""),
        other_name=letter.other.name,
        other_address=letter.other.address.lower(),
        beside=letter.beside,
        report=_report(message),
        topic_id=batch.topic_id,
        fields=batch.fields or {},
    )


def _report(message: ParsedMessage) -> dict[str, str] | None:
    """What a complaint report says, as it is kept."""
    if message.feedback is None:
        return None
    said = asdict(message.feedback)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items() if value}
