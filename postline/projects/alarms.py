"""Alarms: what administrators see as a red bar on every page of the staff until they have seen it or it is over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from postline.kit.logs import logger
from postline.projects import audit
from postline.projects.models import Alarm
from postline.projects.rights import Forbidden, ProjectRight, Reach

log = logger(__name__)

OF_LEADS = ("target-near", "target-missed")  # `tickets/clocks/escalate.py`


class NoSuchAlarm(Exception):
    """There is no such alarm, or it is over."""


def raise_alarm(
    code: str,
    detail: Mapping[str, Any] | None = None,
    *,
    subject: str = "",
    lasting: timedelta | None = None,
    now: datetime,
) -> None:
    """Say that something goes wrong; called again while it lasts, it is counted.

    `subject` tells alarms of one code apart (which role, which mailbox). With `lasting` it is over by itself when it
    was not raised again for so long, else when `end_alarm` is called. `detail` holds ids and codes only. One that
    comes back after it was over rings anew, also where it had been acknowledged.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            RAISE,
            {
                "code": code,
                "subject": subject[:200],
                "detail": json.dumps(dict(detail or {})),
                "now": now,
                "until": now + lasting if lasting else None,
            },
        )
        since, count = cursor.fetchone()
    log.error("alarm", code=code, subject=subject, count=count, since=since.isoformat(), **dict(detail or {}))


def end_alarm(code: str, *, subject: str = "", now: datetime) -> bool:
    """Say that it is over; False where there was no such alarm."""
    ended = _standing(now).filter(code=code, subject=subject[:200]).update(until=now)
    if ended:
        log.info("alarm over", code=code, subject=subject)
    return bool(ended)


def standing(reach: Reach, *, now: datetime) -> Sequence[Alarm]:
    """What this person is to be told, as long as nobody has acknowledged it: administrators of the installation
    everything, leads what concerns the targets of their projects."""
    mine = _of(reach, now)
    return [] if mine is None else list(mine.filter(acknowledged_at=None).order_by("since", "pk"))


def acknowledge(reach: Reach, *, alarm_id: int, now: datetime) -> None:
    """Take it off the pages until it is over and comes back. Raises Forbidden, NoSuchAlarm."""
    mine = _of(reach, now)
    alarm = mine.filter(pk=alarm_id).first() if mine is not None else None
    if alarm is None and not reach.is_admin:
        raise Forbidden(ProjectRight.MANAGE)
    if alarm is None:
        raise NoSuchAlarm
    Alarm.objects.filter(pk=alarm.pk).update(acknowledged_at=now)
    audit.record(actor=reach.person.login, action="alarm.acknowledged", target=f"{alarm.code}/{alarm.subject}", now=now)


def _of(reach: Reach, now: datetime) -> QuerySet[Alarm] | None:
    """Those that are this person's business; None: none ever are."""
    if reach.is_admin:
        return _standing(now)
    led = reach.projects_with(ProjectRight.WORKING_TIME)
    return _standing(now).filter(code__in=OF_LEADS, detail__project__in=led) if led else None


def _standing(now: datetime) -> QuerySet[Alarm]:
    return Alarm.objects.filter(Q(until=None) | Q(until__gt=now))


# One that is over begins anew in its row.
RAISE = """
INSERT INTO projects_alarm AS alarm (code, subject, detail, since, last_at, until, count)
VALUES (%(code)s, %(subject)s, %(detail)s::jsonb, %(now)s, %(now)s, %(until)s, 1)
ON CONFLICT (code, subject) DO UPDATE SET
    detail = excluded.detail, last_at = excluded.last_at, until = excluded.until,
    since = CASE WHEN alarm.until <= excluded.last_at THEN excluded.since ELSE alarm.since END,
    count = CASE WHEN alarm.until <= excluded.last_at THEN 1 ELSE alarm.count + 1 END,
    acknowledged_at = CASE WHEN alarm.until <= excluded.last_at THEN NULL ELSE alarm.acknowledged_at END
RETURNING since, count
"""
