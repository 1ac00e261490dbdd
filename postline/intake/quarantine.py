"""What is put aside: visible, recoverable, never silently dropped (MISSION I7)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from postline.intake.models import RawMessage, State
from postline.intake.receive import CHANNEL
from postline.kit.logs import logger
from postline.projects import audit
from postline.projects.rights import Forbidden, ProjectRight, Reach

log = logger(__name__)

ERROR_LENGTH = 4_000


class NotInQuarantine(Exception):
    """Somebody else has released or deleted it in the meantime."""


def put_aside(raw: RawMessage, *, reason: str, error: str, now: datetime) -> None:
    """Keep the message out of the desk and say why. `reason` is a code, `error` what a person can make use of."""
    RawMessage.objects.filter(pk=raw.pk).update(
        state=State.QUARANTINED,
        reason=reason,
        error=error.replace("\0", "")[:ERROR_LENGTH],
        attempts=raw.attempts + 1,
        handled_at=now,
    )
    log.warning("message put aside", raw=raw.pk, reason=reason)


def listed(reach: Reach) -> QuerySet[RawMessage]:
    """What lies in quarantine, without the bytes. Nothing for a person without the right."""
    if not reach.may_in_project(ProjectRight.QUARANTINE, None):
        return RawMessage.objects.none()
    return RawMessage.objects.filter(state=State.QUARANTINED).defer("content")


@transaction.atomic
def run_again(reach: Reach, *, raw_id: int, now: datetime) -> None:
    """Hand the message to the pipeline once more. Raises Forbidden, NotInQuarantine."""
    raw = _lock(reach, raw_id)
    raw.state, raw.reason, raw.error, raw.handled_at = State.WAITING, "", "", None
    raw.save(update_fields=["state", "reason", "error", "handled_at"])
    audit.record(actor=reach.person.login, action="quarantine.run-again", target=str(raw_id), now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


@transaction.atomic
def delete(reach: Reach, *, raw_id: int, now: datetime) -> None:
    """Take it out of sight for good. Raises Forbidden, NotInQuarantine."""
    raw = _lock(reach, raw_id)
    raw.state, raw.content, raw.handled_at = State.DELETED, b"", now
    raw.save(update_fields=["state", "content", "handled_at"])
    audit.record(actor=reach.person.login, action="quarantine.deleted", target=str(raw_id), now=now)


def _lock(reach: Reach, raw_id: int) -> RawMessage:
    if not reach.may_in_project(ProjectRight.MANAGE, None):
        raise Forbidden(ProjectRight.QUARANTINE)
    raw = RawMessage.objects.select_for_update().defer("content").filter(pk=raw_id, state=State.QUARANTINED).first()
    if raw is None:
        raise NotInQuarantine(raw_id)
    return raw
