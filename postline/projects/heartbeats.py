"""Which processes live: each writes a row every few seconds, with what it has counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from postline.kit import metrics
from postline.projects.alarms import end_alarm, raise_alarm
from postline.projects.models import Alarm, Heartbeat

BEAT = timedelta(seconds=5)
LIVING = timedelta(seconds=30)  # seen so lately, a process counts as alive
GONE = timedelta(seconds=60)
FORGOTTEN = timedelta(minutes=10)
ROLE_GONE = "role-gone"


def beat(*, role: str, process: str, started_at: datetime, now: datetime) -> None:
    """Say that this process lives."""
    Heartbeat.objects.update_or_create(
        process=process,
        defaults={"role": role, "started_at": started_at, "seen_at": now, "samples": metrics.samples()},
    )


def leave(*, process: str) -> None:
    """Say goodbye: who ends in order is not missed."""
    Heartbeat.objects.filter(process=process).delete()


def watch(*, now: datetime) -> None:
    """Raise an alarm for a role whose last process vanished without a goodbye; end it when one is there again."""
    rows = Heartbeat.objects.values_list("role", "seen_at")
    present = {role for role, seen_at in rows if now - seen_at < GONE}
    missed = {role for role, seen_at in rows if now - seen_at >= GONE} - present
    alarms = Alarm.objects.filter(Q(until=None) | Q(until__gt=now), code=ROLE_GONE)
    told = set(alarms.values_list("subject", flat=True))
    for role in missed - told:
        raise_alarm(ROLE_GONE, subject=role, now=now)
    for role in told & present:
        end_alarm(ROLE_GONE, subject=role, now=now)
    forgotten = Heartbeat.objects.filter(seen_at__lt=now - FORGOTTEN)
    if forgotten.exists():
        forgotten.filter(role__in=present).delete()


def living(*, now: datetime) -> Sequence[Heartbeat]:
    """The processes that were seen lately."""
    return list(Heartbeat.objects.filter(seen_at__gt=now - LIVING).order_by("role", "process"))
