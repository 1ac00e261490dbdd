"""The way of a message, on one page: claim → read → whose → screen → thread → open or append → automatic answer → the
same?

A batch is one transaction. One message that fails does not hurt the others: then each is handled in a savepoint of
its own, and that one goes to quarantine with its error.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from postline.intake import bounce, screen, sender, thread
from postline.intake.addressed import Mailboxes, by_project
from postline.intake.authentication import failed, from_json
from postline.intake.automatic_answer import Received, answer_automatically
from postline.intake.claim import claim
from postline.intake.health import count_arrivals
from postline.intake.models import RawMessage, Source, State
from postline.intake.parse import ParsedMessage, read
from postline.intake.probe import is_probe
from postline.intake.quarantine import put_aside
from postline.intake.reader import Reader, Unreadable
from postline.intake.same_problem import suggest_same
from postline.kit import metrics
from postline.kit.html import has_remote_pictures
from postline.kit.logs import logger
from postline.projects.models import Mailbox
from postline.tickets.actions.arrive import arrive
from postline.tickets.actions.refused_address import wrote_again
from postline.tickets.actions.seen_again import seen_again
from postline.tickets.actions.suggest import suggest
from postline.tickets.arrival import ROBOTS, Arrival, Arrived, ArrivedFile, participants

log = logger(__name__)

BATCH = 100  # messages of one transaction
GROUP = 25  # of these are stored while the next are read
PATIENCE_SECONDS = 0.5  # for the next group: what is stored holds its tickets, and somebody may be answering one
WITH_ENVELOPE = (Source.SMTP, Source.LMTP)
PUT_ASIDE_WITHOUT_TICKET = ("bounce", "auto-reply")  # robots never open a ticket: visible in quarantine


def handle(reader: Reader, *, now: datetime, batch: int = BATCH) -> int:
    """Handle the oldest waiting messages, any number of workers at once. Returns how many were handled."""
    handled, came = 0, Counter[int]()
    with ExitStack() as afterwards, transaction.atomic():
        _set_up_transaction()
        raws = claim(batch)
        if not raws:
            return 0
        mailboxes = Mailboxes.now()
        groups = [raws[start : start + GROUP] for start in range(0, len(raws), GROUP)]
        contents = [[bytes(raw.content) for raw in group] for group in groups]
        read_ahead = reader.read_groups(contents, patience=PATIENCE_SECONDS)
        afterwards.enter_context(closing(read_ahead))  # when the tickets are free again
        for group, messages in zip(groups, read_ahead, strict=False):
            done = _handle_group(list(zip(group, messages, strict=True)), mailboxes, came=came, now=now)
            RawMessage.objects.filter(pk__in=done).update(state=State.HANDLED, handled_at=now)
            handled += len(group)
        count_arrivals(came, now=now)
    return handled


def handle_one(
    raw_id: int, *, now: datetime, topic_id: int | None = None, fields: dict[str, str] | None = None
) -> Arrived | None:
    """Handle one message at once, for a door that must reply with the ticket and has composed the message itself.

    None when a worker has it in hand or it went to quarantine: it is kept, and the receipt is its raw id.
    """
    with transaction.atomic():
        waiting = RawMessage.objects.select_for_update(skip_locked=True).filter(pk=raw_id, state=State.WAITING)
        raw = waiting.first()
        if raw is None:
            return None
        message, came = read(bytes(raw.content)), Counter[int]()
        arrived = _handled(raw, message, Mailboxes.now(), came=came, now=now, topic_id=topic_id, fields=fields)
        if arrived is not None:
            RawMessage.objects.filter(pk=raw_id).update(state=State.HANDLED, handled_at=now)
        count_arrivals(came, now=now)
    return arrived[0] if arrived else None


def _handle_group(
    pairs: Sequence[tuple[RawMessage, ParsedMessage | Unreadable]],
    mailboxes: Mailboxes,
    *,
    came: Counter[int],
    now: datetime,
) -> list[int]:
    """All together or, where that fails, one by one. Returns the ids of those that are handled."""
    try:
        counted = Counter[int]()
        with transaction.atomic():
            done = list(_take_in_all(pairs, mailboxes, came=counted, now=now))
        came.update(counted)
        return done
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing is wrong with the messages
    except Exception as error:
        log.info("messages handled one by one", first=pairs[0][0].pk, error=type(error).__name__)
        return [raw.pk for raw, message in pairs if _handled(raw, message, mailboxes, came=came, now=now) is not None]


def take_in(
    raw: RawMessage,
    message: ParsedMessage,
    mailboxes: Mailboxes,
    *,
    now: datetime,
    topic_id: int | None = None,
    fields: dict[str, str] | None = None,
) -> list[Arrived] | None:
    """Put a message that has been read to its ticket, a new or an old one, in each project that it is addressed to.

    What became of it, None when it was put aside. Runs inside the caller's transaction.
    """
    came = Counter[int]()
    done = _take_in_all([(raw, message)], mailboxes, came=came, now=now, topic_id=topic_id, fields=fields)
    count_arrivals(came, now=now)
    return done.get(raw.pk)


def _handled(
    raw: RawMessage,
    message: ParsedMessage | Unreadable,
    mailboxes: Mailboxes,
    *,
    came: Counter[int],
    now: datetime,
    topic_id: int | None = None,
    fields: dict[str, str] | None = None,
) -> list[Arrived] | None:
    """The same for one message whatever happens: a fault puts it aside."""
    for last_try in (False, True):
        try:
            counted = Counter[int]()
            with transaction.atomic():
                found = _take_in_all(
                    [(raw, message)], mailboxes, came=counted, now=now, topic_id=topic_id, fields=fields
                )
            came.update(counted)
            return found.get(raw.pk)
        except IntegrityError:
            # another worker has just stored the same message, or drawn the same number: look once more
            if last_try:
                put_aside(raw, reason="error", error=traceback.format_exc(limit=-3), now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: nothing is wrong with the message
        except Exception:
            put_aside(raw, reason="error", error=traceback.format_exc(limit=-3), now=now)
            return None
    return None


def _take_in_all(
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
    addressed = [
        (raw, message, projects)
        for raw, message in pairs
        if (projects := _whose(raw, message, mailboxes, now=now)) and not isinstance(message, Unreadable)
    ]
    every_project = {project_id for _, _, projects in addressed for project_id in projects}
    known = thread.Known(list(every_project), [message for _, message, _ in addressed])
    people = sender.people_among(message for _, message, _ in addressed)
    # a connection test's own message has found its way: nothing comes of it
    done: dict[int, list[Arrived]] = {raw.pk: [] for raw, message in pairs if _is_probe(message)}
    seen = screen.count([(raw, message) for raw, message, _ in addressed], now=now)
    stored: list[Received] = []
    aside: dict[int, str] = {}  # why, where it is not what kind of message it is
    for raw, read_message, projects in addressed:
        for project_id, ours in projects.items():
            recipients = [*raw.envelope_to, *(one.address for one in (*read_message.to, *read_message.cc))]
            message = _with_requester(read_message, ours[0], mailboxes)
            authentication = from_json(raw.authentication)
            found = thread.find(
                message,
                known,
                mailboxes,
                project_id=project_id,
                recipients=recipients,
                failed=failed(authentication),
            )
            if found.duplicate_of is not None:
                seen_again(found.duplicate_of, mailbox_ids=[mailbox.pk for mailbox in ours])
                log.info("message seen again", raw=raw.pk, message=found.duplicate_of)
                done.setdefault(raw.pk, [])
                continue
            failure = None
            if message.kind == "bounce":  # only what names a message of ours by our signature
                failure = bounce.returned(message, project_id=project_id, recipients=recipients, now=now)
                found = replace(found, ticket_id=failure.ticket_id if failure else None, joined_by="bounce")
                if failure is not None and found.ticket_id is None:  # a message to one of the staff
                    bounce.follow(failure, report=None, now=now)
                    done.setdefault(raw.pk, [])
            if found.ticket_id is None and message.kind in PUT_ASIDE_WITHOUT_TICKET:
                continue
            if reason := screen.verdict(seen.get(raw.pk), is_reply=found.ticket_id is not None):
                screen.tell(raw, reason, now=now)
                aside[raw.pk] = reason
                continue
            if thread.is_our_own(message, project_id=project_id):
                aside[raw.pk] = "own-message"
                continue
            about = sender.flags(message, authentication, mailbox=ours[0], mailboxes=mailboxes, people=people)
            letter = sender.Letter(message)
            if found.ticket_id is None:
                believed = sender.is_believed(message, authentication, ours[0])
                letter = sender.letter_of(message, mailbox=ours[0], mailboxes=mailboxes, believed=believed)
                message = letter.message
            arrival = _arrival(raw, letter, found, ours, about=about, topic_id=topic_id, fields=fields)
            arrived = arrive(arrival, now=now)
            known.add(arrived, message, project_id=project_id, participants=[one for _, one in participants(arrival)])
            for other_id, reason in found.hints:
                suggest(arrived.ticket_id, other_id, reason, now=now)
            if found.bad_token:
                metrics.bad_tokens.inc()
            if failure is not None:
                bounce.follow(failure, report=arrived.message_id, now=now)
            robot = raw.envelope_from == "" and raw.source in WITH_ENVELOPE
            stored.append(Received(arrived, message, ours[0], null_sender=robot, by_mail=raw.source != Source.API))
            log.info(
                "message arrived", raw=raw.pk, ticket=arrived.number, new=arrived.is_new, joined_by=found.joined_by
            )
            done.setdefault(raw.pk, []).append(arrived)
            came.update(mailbox.pk for mailbox in ours)
        if raw.pk not in done:
            put_aside(raw, reason=aside.get(raw.pk, read_message.kind), error="", now=now)
    wrote_again(_living(stored))
    answer_automatically(stored, mailboxes=mailboxes, now=now)
    opened = [one.arrived.ticket_id for one in stored if one.arrived.is_new and one.message.kind == "letter"]
    suggest_same(opened, now=now)
    return done


def _living(stored: Sequence[Received]) -> set[tuple[int, str]]:
    """Whose addresses have just been used: (project, address)."""
    return {
        (one.mailbox.project_id, one.message.sender.address.lower())
        for one in stored
        if one.by_mail and one.message.kind not in ROBOTS and one.message.sender.address
    }


def _whose(
    raw: RawMessage, message: ParsedMessage | Unreadable, mailboxes: Mailboxes, *, now: datetime
) -> dict[int, list[Mailbox]]:
    """The mailboxes that a message is for, by project; nothing of what was put aside."""
    if isinstance(message, Unreadable):
        put_aside(raw, reason="unreadable", error=message.reason, now=now)
        return {}
    if is_probe(message):
        return {}
    projects = by_project(raw, message, mailboxes)
    if not projects:
        put_aside(raw, reason="no-mailbox", error="", now=now)
    return projects


def _is_probe(message: ParsedMessage | Unreadable) -> bool:
    return isinstance(message, ParsedMessage) and is_probe(message)


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
    *,
    about: Sequence[str],
    topic_id: int | None,
    fields: dict[str, str] | None,
) -> Arrival:
    message = letter.message
    flags = [*message.defects, *about]
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
        topic_id=topic_id,
        fields=fields or {},
    )


def _set_up_transaction() -> None:
    """A batch of hostile messages may keep the reader busy for longer than other transactions may idle. And the plans
    of prepared statements stay: one made while the tables were nearly empty must not read whole tables ever after."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL enable_seqscan = off")
