"""The way of a message, on one page: claim → read → whose → screen → thread → open or append → automatic answer.

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

from postline.intake import screen, thread
from postline.intake.accepted import as_wanted, legible
from postline.intake.addressed import Mailboxes, by_project
from postline.intake.authentication import Authentication
from postline.intake.automatic_answer import NewTicket, answer_automatically
from postline.intake.claim import claim
from postline.intake.health import count_arrivals
from postline.intake.models import RawMessage, Source, State
from postline.intake.parse import ParsedMessage, read
from postline.intake.probe import is_probe
from postline.intake.quarantine import put_aside
from postline.intake.reader import Reader, Unreadable
from postline.kit.html import has_remote_pictures
from postline.kit.logs import logger
from postline.projects.models import Mailbox
from postline.tickets.actions.arrive import arrive
from postline.tickets.actions.seen_again import seen_again
from postline.tickets.arrival import Arrival, Arrived, ArrivedFile

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
        raws = claim(batch, now=now)
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
                _put_aside_with_error(raw, message, mailboxes, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: nothing is wrong with the message
        except Exception:
            _put_aside_with_error(raw, message, mailboxes, now=now)
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
    pairs = [(raw, legible(raw, message)) for raw, message in pairs]
    addressed = [
        (raw, message, projects)
        for raw, message in pairs
        if (projects := _whose(raw, message, mailboxes, now=now)) and not isinstance(message, Unreadable)
    ]
    every_project = {project_id for _, _, projects in addressed for project_id in projects}
    known = thread.Known(list(every_project), [message for _, message, _ in addressed])
    listed = screen.Listed(list(every_project), [message for _, message, _ in addressed])
    # a connection test's own message has found its way: nothing comes of it
    done: dict[int, list[Arrived]] = {raw.pk: [] for raw, message in pairs if _is_probe(message)}
    opened: list[NewTicket] = []
    aside: dict[int, str] = {}  # why
    told: dict[int, Authentication] = {}
    for raw, read_message, projects in addressed:
        for project_id, ours in projects.items():
            recipients = [*raw.envelope_to, *(one.address for one in (*read_message.to, *read_message.cc))]
            wanted = raw.accepted_into_id is not None  # a person has decided, whatever it is
            authentication = screen.said_about(raw, read_message, ours[0])
            if ours[0].believed_servers:
                told[raw.pk] = authentication
            if not wanted and (reason := screen.reason_against(read_message, ours, listed, authentication)):
                aside[raw.pk] = reason
                continue
            message = _with_requester(read_message, ours[0], mailboxes)
            found = thread.find(message, known, project_id=project_id, recipients=recipients)
            if found.duplicate_of is not None:
                seen_again(found.duplicate_of, mailbox_ids=[mailbox.pk for mailbox in ours])
                log.info("message seen again", raw=raw.pk, message=found.duplicate_of)
                done.setdefault(raw.pk, [])
                continue
            if not wanted and found.ticket_id is None and message.kind in PUT_ASIDE_WITHOUT_TICKET:
                continue
            if not wanted and thread.is_our_own(message, project_id=project_id):
                aside[raw.pk] = "own-message"
                continue
            flags = screen.marks(read_message, authentication)
            arrival = _arrival(raw, message, found, ours, flags=flags, topic_id=topic_id, fields=fields)
            arrived = arrive(as_wanted(raw, arrival), now=now)
            known.add(arrived, message, project_id=project_id)
            if arrived.is_new:
                robot = raw.envelope_from == "" and raw.source in WITH_ENVELOPE
                opened.append(NewTicket(arrived, message, ours[0], null_sender=robot))
            log.info(
                "message arrived", raw=raw.pk, ticket=arrived.number, new=arrived.is_new, joined_by=found.joined_by
            )
            done.setdefault(raw.pk, []).append(arrived)
            came.update(mailbox.pk for mailbox in ours)
        if raw.pk not in done:
            reason, project_id = aside.get(raw.pk, read_message.kind), next(iter(projects))
            put_aside(raw, reason=reason, message=read_message, project_id=project_id, now=now)
    screen.remember(told)
    answer_automatically(opened, mailboxes=mailboxes, now=now)
    return done


def _whose(
    raw: RawMessage, message: ParsedMessage | Unreadable, mailboxes: Mailboxes, *, now: datetime
) -> dict[int, list[Mailbox]]:
    """The mailboxes that a message is for, by project; nothing of what was put aside."""
    if isinstance(message, Unreadable):
        put_aside(raw, reason="unreadable", error=message.reason, project_id=_project_of(raw, mailboxes), now=now)
        return {}
    if is_probe(message):
        return {}
    projects = by_project(raw, message, mailboxes)
    if not projects:
        put_aside(raw, reason="no-mailbox", message=message, now=now)
    return projects


def _put_aside_with_error(
    raw: RawMessage, message: ParsedMessage | Unreadable, mailboxes: Mailboxes, *, now: datetime
) -> None:
    readable = message if isinstance(message, ParsedMessage) else None
    projects = by_project(raw, readable, mailboxes) if readable else {}
    put_aside(
        raw,
        reason="error",
        error=traceback.format_exc(limit=-3),
        message=readable,
        project_id=next(iter(projects), None),
        now=now,
    )


def _project_of(raw: RawMessage, mailboxes: Mailboxes) -> int | None:
    """Of a message that cannot be read: as the envelope says."""
    found = (mailboxes.find(address) for address in raw.envelope_to)
    return next((mailbox.project_id for mailbox in found if mailbox is not None), None)


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
    message: ParsedMessage,
    found: thread.Thread,
    ours: Sequence[Mailbox],
    *,
    flags: Sequence[str],
    topic_id: int | None,
    fields: dict[str, str] | None,
) -> Arrival:
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
        flags=[
            *message.defects,
            *(["same-message-id"] if found.id_seen_before else []),
            *(["remote-pictures"] if has_remote_pictures(message.html) else []),
            *flags,
        ],
        files=[
            ArrivedFile(
                part.filename, part.content_type, part.size, part.sha256, part.inline, part.content_id, part.place
            )
            for part in message.attachments
        ],
        sent_at=message.date,
        ticket_id=found.ticket_id,
        joined_by=found.joined_by,
        topic_id=topic_id,
        fields=fields or {},
    )


def _set_up_transaction() -> None:
    """A batch of hostile messages may keep the reader busy for longer than other transactions may idle. And the plans
    of prepared statements stay: one made while the tables were nearly empty must not read whole tables ever after."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL enable_seqscan = off")
