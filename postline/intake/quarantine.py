"""What is put aside: visible, recoverable, never silently dropped (MISSION I7).

Nothing leaves by itself before its time is over, and what a person may be waiting for not even then. What somebody
deletes is out of sight, and can be put back until its time is over.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max, Q, QuerySet

from postline.intake.accepted import by_its_head
from postline.intake.models import RawMessage, State
from postline.intake.parse import ParsedMessage
from postline.intake.receive import CHANNEL
from postline.kit.logs import logger
from postline.kit.sql import rows
from postline.projects import audit
from postline.projects.models import Mailbox, Queue
from postline.projects.rights import Forbidden, ProjectRight, Reach

log = logger(__name__)

ERROR_LENGTH = 4_000
MOST_AT_ONCE = 10_000  # of one act
ROBOTS = ("bounce", "auto-reply")  # what nobody has written comes by the hundred
WAITED_FOR = ("no-mailbox", "error", "unreadable")  # perhaps a person's, and the fault is ours: they stay
GRACE = timedelta(days=1)  # what somebody has deleted can be put back at least so long
EXPIRE_AT_ONCE = 500


class NotInQuarantine(Exception):
    """Somebody else has released or deleted it in the meantime."""


class WrongQueue(Exception):
    """The queue takes in nothing, or its project has no mailbox to answer from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which messages a list shows. `words` is looked for in sender and subject; an empty field is any."""

    reason: str = ""
    words: str = ""
    project: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Bucket:
    """All of one reason."""

    reason: str
    count: int
    newest_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """What became of the messages that were handed to the pipeline at one moment."""

    count: int
    waiting: int
    handled: int
    back: int


def put_aside(
    raw: RawMessage,
    *,
    reason: str,
    error: str = "",
    message: ParsedMessage | None = None,
    project_id: int | None = None,
    now: datetime,
) -> None:
    """Keep the message out of the desk and say why. `reason` is a code, `error` what a person can make use of.

    `message` is what could be read of it, `project_id` whose it is; None: only the installation's administrators'.
    """
    message = message or by_its_head(bytes(raw.content))
    RawMessage.objects.filter(pk=raw.pk).update(
        state=State.QUARANTINED,
        reason=reason,
        error=error.replace("\0", "")[:ERROR_LENGTH],
        attempts=raw.attempts + 1,
        handled_at=now,
        project_id=project_id,
        sender=f"{message.sender.name} <{message.sender.address}>",
        subject=message.subject,
        accepted_into=None,
        check_until=None,
    )
    log.warning("message put aside", raw=raw.pk, reason=reason)


def address_of(raw: RawMessage) -> str:
    """The address in From, as `put_aside` has written it; empty without one."""
    return raw.sender.rpartition("<")[2].removesuffix(">") if raw.sender.endswith(">") else ""


def listed(reach: Reach, wanted: Wanted | None = None) -> QuerySet[RawMessage]:
    """What lies in quarantine, without the bytes: of the person's projects, and what is nobody's for those of the
    whole installation."""
    wanted = wanted or Wanted()
    found = _within(reach, ProjectRight.QUARANTINE).filter(state=State.DELETED if wanted.deleted else State.QUARANTINED)
    if wanted.reason:
        found = found.filter(reason=wanted.reason)
    if wanted.project:
        found = found.filter(project__slug=wanted.project)
    if wanted.words:
        found = found.filter(Q(sender__icontains=wanted.words) | Q(subject__icontains=wanted.words))
    return found


def buckets(reach: Reach, wanted: Wanted | None = None) -> list[Bucket]:
    """How much there is of each reason, the most first."""
    found = listed(reach, wanted).values("reason").annotate(count=Count("pk"), newest=Max("received_at"))
    return [Bucket(one["reason"], one["count"], one["newest"]) for one in found.order_by("-count", "reason")]


def queues_to_accept_into(reach: Reach) -> QuerySet[Queue]:
    """The queues of the person's projects that take something in, where it can be answered from."""
    projects = reach.projects_with(ProjectRight.SCREEN)
    with_mailbox = Mailbox.objects.filter(project__in=projects).values("project_id")
    queues = Queue.objects.filter(project__in=with_mailbox, retired_at=None, successor=None)
    return queues.select_related("project").order_by("project__name", "line", "position", "pk")


@transaction.atomic
def run_again(reach: Reach, chosen: QuerySet[RawMessage], *, now: datetime) -> int:
    """Hand them to the pipeline once more, for a fault that has been mended. Returns how many. Raises Forbidden,
    NotInQuarantine."""
    return _release(reach, chosen, action="quarantine.run-again", now=now)


@transaction.atomic
def accept(reach: Reach, chosen: QuerySet[RawMessage], *, queue_id: int, now: datetime) -> int:
    """Make tickets of them in this queue, whatever they are. Returns how many. Raises Forbidden, NotInQuarantine,
    WrongQueue."""
    queue = queues_to_accept_into(reach).filter(pk=queue_id).first()
    if queue is None:
        raise WrongQueue
    return _release(reach, chosen, action="quarantine.accepted", queue=queue, now=now)


@transaction.atomic
def delete(reach: Reach, chosen: QuerySet[RawMessage], *, now: datetime) -> int:
    """Take them out of sight; they can be put back until their time is over. The same bytes come in again when they
    are sent again. Returns how many. Raises Forbidden, NotInQuarantine."""
    found = _lock(reach, chosen, State.QUARANTINED)
    rows(DELETE, {"ids": list(found), "now": now})
    _record(reach, found, action="quarantine.deleted", now=now)
    return len(found)


@transaction.atomic
def put_back(reach: Reach, chosen: QuerySet[RawMessage], *, now: datetime) -> int:
    """Show again what was deleted. Returns how many. Raises Forbidden, NotInQuarantine."""
    found = _lock(reach, chosen, State.DELETED)
    RawMessage.objects.filter(pk__in=found).update(state=State.QUARANTINED)
    _record(reach, found, action="quarantine.put-back", now=now)
    return len(found)


def progress(reach: Reach, *, released_at: datetime) -> Progress:
    """How far the messages are that somebody released at this moment."""
    found = _within(reach, ProjectRight.QUARANTINE).filter(released_at=released_at)
    states = Counter(dict(found.values_list("state").annotate(Count("pk"))))
    back = states[State.QUARANTINED] + states[State.DELETED]
    return Progress(states.total(), states[State.WAITING], states[State.HANDLED], back)


@transaction.atomic
def expire(*, days: int, now: datetime) -> int:
    """Remove some of those whose time is over: it is counted from their arrival. Returns how many; call it again
    until it is 0."""
    parameters = {
        "before": now - timedelta(days=days),
        "grace": now - GRACE,
        "kept": list(WAITED_FOR),
        "most": EXPIRE_AT_ONCE,
    }
    count = len(rows(EXPIRE, parameters))
    if count:
        audit.record(actor="", action="quarantine.expired", target="quarantine", detail={"count": count}, now=now)
        log.info("quarantine: time is over", messages=count, days=days)
    return count


def _release(
    reach: Reach, chosen: QuerySet[RawMessage], *, action: str, queue: Queue | None = None, now: datetime
) -> int:
    found = _lock(reach, chosen, State.QUARANTINED)
    RawMessage.objects.filter(pk__in=found).update(
        state=State.WAITING, reason="", error="", handled_at=None, accepted_into=queue, released_at=now
    )
    _record(reach, found, action=action, detail={"queue": queue.slug} if queue else {}, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    return len(found)


def _lock(reach: Reach, chosen: QuerySet[RawMessage], state: State) -> dict[int, int | None]:
    """The chosen ones that the person may act on and nobody else has in hand, each with its project."""
    if not reach.may_somewhere(ProjectRight.SCREEN):
        raise Forbidden(ProjectRight.SCREEN)
    mine = _within(reach, ProjectRight.SCREEN).filter(pk__in=chosen.values("pk")[:MOST_AT_ONCE], state=state)
    found: dict[int, int | None] = dict(mine.select_for_update(skip_locked=True).values_list("pk", "project_id"))
    if not found:
        raise NotInQuarantine
    return found


def _within(reach: Reach, right: ProjectRight) -> QuerySet[RawMessage]:
    mine = Q(project_id__in=reach.projects_with(right))
    if reach.may_in_project(right, None):
        mine |= Q(project=None)
    return RawMessage.objects.filter(mine).defer("content")


def _record(
    reach: Reach, found: dict[int, int | None], *, action: str, detail: dict[str, Any] | None = None, now: datetime
) -> None:
    """An entry for each project, so that its administrator reads what concerns it."""
    for project_id in dict.fromkeys(found.values()):
        ids = [key for key, project in found.items() if project == project_id]
        target = str(ids[0]) if len(ids) == 1 else "quarantine"
        told = {"project": project_id, "count": len(ids), "messages": ids[:1_000], **(detail or {})}
        audit.record(actor=reach.person.login, action=action, target=target, detail=told, now=now)


# The row gives up its key: the same message, sent again, is a new one.
DELETE = """
UPDATE intake_rawmessage SET state = 'deleted', handled_at = %(now)s::timestamptz,
    key = sha256(key || convert_to(id::text, 'UTF8'))
WHERE id = ANY(%(ids)s::bigint[])
"""

EXPIRE = """
DELETE FROM intake_rawmessage WHERE id IN (
    SELECT id FROM intake_rawmessage
    WHERE state IN ('quarantined', 'deleted') AND received_at < %(before)s::timestamptz AND (
        state = 'deleted' AND handled_at < %(grace)s::timestamptz
        OR state = 'quarantined' AND reason <> ALL(%(kept)s::text[])
    )
    ORDER BY received_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""
