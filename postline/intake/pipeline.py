"""Waiting messages, batch by batch: claim → read → take in.

A batch is one transaction. One message that fails does not hurt the others: then each is handled in a savepoint of
its own, and that one goes to quarantine with its error.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from datetime import datetime

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from postline.intake.addressed import Mailboxes, by_project
from postline.intake.claim import claim
from postline.intake.health import count_arrivals
from postline.intake.models import RawMessage, State
from postline.intake.parse import ParsedMessage, read
from postline.intake.quarantine import put_aside
from postline.intake.reader import Reader, Unreadable
from postline.intake.take_in import take_in_all
from postline.kit.logs import logger
from postline.rules import counters
from postline.tickets.arrival import Arrived

log = logger(__name__)

BATCH = 100  # messages of one transaction
GROUP = 25  # of these are stored while the next are read
PATIENCE_SECONDS = 0.5  # for the next group: what is stored holds its tickets, and somebody may be answering one


def handle(reader: Reader, *, now: datetime, batch: int = BATCH) -> int:
    """Handle the oldest waiting messages, any number of workers at once. Returns how many were handled."""
    handled, came = 0, Counter[int]()
    with ExitStack() as afterwards, transaction.atomic():
        _set_up_transaction()
        raws = claim(batch, now=now)
        if not raws:
            counters.write(now=now)
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
    counters.write(now=now)
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
    counters.write(now=now)
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
            done = list(take_in_all(pairs, mailboxes, came=counted, now=now))
        came.update(counted)
        return done
    except Exception as error:
        if _is_away(error):
            raise
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
    done = take_in_all([(raw, message)], mailboxes, came=came, now=now, topic_id=topic_id, fields=fields)
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
                found = take_in_all(
                    [(raw, message)], mailboxes, came=counted, now=now, topic_id=topic_id, fields=fields
                )
            came.update(counted)
            return found.get(raw.pk)
        except IntegrityError:
            # another worker has just stored the same message, or drawn the same number: look once more
            if last_try:
                _put_aside_with_error(raw, message, mailboxes, now=now)
        except Exception as error:
            if _is_away(error):
                raise
            _put_aside_with_error(raw, message, mailboxes, now=now)
            return None
    return None


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


def _is_away(error: Exception) -> bool:
    """Whether the database is away, or could not do it just now: then nothing is wrong with the message. What exceeds
    a limit of PostgreSQL (class 54), such as a value too long for its index, would fail each time."""
    limit_exceeded = (getattr(error.__cause__, "sqlstate", None) or "").startswith("54")
    return isinstance(error, (OperationalError, InterfaceError)) and not limit_exceeded


def _set_up_transaction() -> None:
    """A batch of hostile messages may keep the reader busy for longer than other transactions may idle. And the plans
    of prepared statements stay: one made while the tables were nearly empty must not read whole tables ever after."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'; SET LOCAL enable_seqscan = off")
