"""The way of a message, on one page: claim → read → whose → thread → open or append → automatic answer.

A batch is one transaction; each message in it has a savepoint of its own, so that one that fails goes to quarantine
with its error while the others do not notice.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from postline.intake import thread
from postline.intake.addressed import Mailboxes, by_project
from postline.intake.automatic_answer import answer_automatically
from postline.intake.health import count_arrivals
from postline.intake.models import RawMessage, Source, State
from postline.intake.parse import ParsedMessage, read
from postline.intake.probe import is_probe
from postline.intake.quarantine import put_aside
from postline.intake.reader import Reader, Unreadable
from postline.kit.logs import logger
from postline.projects.models import Mailbox
from postline.tickets.actions.arrive import arrive
from postline.tickets.actions.seen_again import seen_again
from postline.tickets.arrival import Arrival, Arrived, ArrivedFile

log = logger(__name__)

BATCH = 50
BATCH_BYTES = 32 << 20
WITH_ENVELOPE = (Source.SMTP, Source.LMTP)
PUT_ASIDE_WITHOUT_TICKET = ("bounce", "auto-reply")  # robots never open a ticket: visible in quarantine


def handle(reader: Reader, *, now: datetime, batch: int = BATCH) -> int:
    """Handle the oldest waiting messages, any number of workers at once. Returns how many were handled."""
    with transaction.atomic():
        _set_up_transaction()
        raws = _claim(batch)
        if not raws:
            return 0
        mailboxes, came = Mailboxes.now(), Counter[int]()
        done = [
            raw.pk
            for raw, message in zip(raws, reader.read_many([bytes(raw.content) for raw in raws]), strict=True)
            if _handled(raw, message, mailboxes, came=came, now=now) is not None
        ]
        RawMessage.objects.filter(pk__in=done).update(state=State.HANDLED, handled_at=now)
        count_arrivals(came, now=now)
    return len(raws)


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
        message = read(bytes(raw.content))
        came = Counter[int]()
        arrived = _handled(raw, message, Mailboxes.now(), came=came, now=now, topic_id=topic_id, fields=fields)
        count_arrivals(came, now=now)
        if arrived is not None:
            RawMessage.objects.filter(pk=raw_id).update(state=State.HANDLED, handled_at=now)
    return arrived[0] if arrived else None


def _claim(batch: int) -> list[RawMessage]:
    """Lock the oldest waiting rows that nobody else has locked; a few large ones make a small batch."""
    waiting = RawMessage.objects.select_for_update(skip_locked=True).filter(state=State.WAITING)
    keys: list[int] = []
    total = 0
    for key, size in waiting.order_by("id").values_list("id", "size")[:batch]:
        total += size
        if keys and total > BATCH_BYTES:
            break
        keys.append(key)
    return list(RawMessage.objects.filter(pk__in=keys).order_by("id"))


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
    """What became of a message, one for each project; None when it went to quarantine. `came` counts by mailbox."""
    if isinstance(message, Unreadable):
        put_aside(raw, reason="unreadable", error=message.reason, now=now)
        return None
    for last_try in (False, True):
        try:
            counted = Counter[int]()
            with transaction.atomic():
                arrived = take_in(raw, message, mailboxes, came=counted, now=now, topic_id=topic_id, fields=fields)
            came.update(counted)
            return arrived
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


def take_in(
    raw: RawMessage,
    read_message: ParsedMessage,
    mailboxes: Mailboxes,
    *,
    came: Counter[int],
    now: datetime,
    topic_id: int | None = None,
    fields: dict[str, str] | None = None,
) -> list[Arrived] | None:
    """Put a message that has been read to its ticket, a new or an old one, in each project that it is addressed to.

    What became of it, None when it was put aside. `came` counts by mailbox. Runs inside the caller's transaction.
    """
    if is_probe(read_message):
        return []  # our own connection test has found its way
    projects = by_project(raw, read_message, mailboxes)
    if not projects:
        put_aside(raw, reason="no-mailbox", error="", now=now)
        return None
    results: list[Arrived] = []
    is_known = False
    for project_id, ours in projects.items():
        recipients = [*raw.envelope_to, *(one.address for one in (*read_message.to, *read_message.cc))]
        message = _with_requester(read_message, ours[0], mailboxes)
        found = thread.find(message, project_id=project_id, recipients=recipients)
        if found.duplicate_of is not None:
            seen_again(found.duplicate_of, mailbox_ids=[mailbox.pk for mailbox in ours])
            log.info("message seen again", raw=raw.pk, message=found.duplicate_of)
            is_known = True
            continue
        if found.ticket_id is None and message.kind in PUT_ASIDE_WITHOUT_TICKET:
            continue
        arrival = _arrival(raw, message, found, ours, topic_id=topic_id, fields=fields)
        arrived = arrive(arrival, now=now)
        if arrived.is_new:
            answer_automatically(
                arrived,
                message,
                null_sender=raw.envelope_from == "" and raw.source in WITH_ENVELOPE,
                mailbox=ours[0],
                mailboxes=mailboxes,
                now=now,
            )
        log.info("message arrived", raw=raw.pk, ticket=arrived.number, new=arrived.is_new, joined_by=found.joined_by)
        results.append(arrived)
        came.update(mailbox.pk for mailbox in ours)
    if not results and not is_known:
        put_aside(raw, reason=read_message.kind, error="", now=now)
        return None
    return results


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
        flags=[*message.defects, *(["same-message-id"] if found.id_seen_before else [])],
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
