"""Holidays from an address: read again every day, by a worker. What was read last holds until something new is."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, close_old_connections, connection, transaction

from postline.kit import clock
from postline.kit.logs import logger
from postline.kit.network import Network, NotAllowed, NotEncrypted, TooLong, get
from postline.projects.holiday_days import MOST_BYTES, NotACalendar, as_kept, read_days
from postline.projects.models import Calendar, FeedTrouble
from postline.projects.working_rules import changed

log = logger(__name__)

EVERY_SECONDS = 15.0
AGAIN = timedelta(days=1)
AFTER_TROUBLE = timedelta(hours=1)
IN_HAND = timedelta(minutes=5)  # how long nobody else tries it
OK = 200


def run(stop: threading.Event) -> None:
    """Look every quarter of a minute until `stop` is set. A database that is away is waited for."""
    allow = settings.CONFIGURATION.allow_networks
    while not stop.wait(EVERY_SECONDS):
        close_old_connections()
        try:
            while read_next(allow=allow, now=clock.now()) and not stop.is_set():
                pass
        except Error as error:
            log.warning("database away", error=type(error).__name__)
        connection.close()  # it is needed for a moment now and then


def read_next(*, allow: Sequence[Network], now: datetime) -> bool:
    """Read one address whose time has come; False when there is none. Nothing is locked meanwhile."""
    with transaction.atomic():
        due = Calendar.objects.select_for_update(skip_locked=True).filter(feed_next_at__lte=now)
        it = due.order_by("feed_next_at").first()
        if it is None:
            return False
        Calendar.objects.filter(pk=it.pk).update(feed_next_at=now + IN_HAND)
    trouble, days = _read(it.feed_url, allow=allow, now=now)
    if trouble:
        log.warning("calendar not read", calendar=it.pk, trouble=trouble)
    _keep(it, trouble, days, now=now)
    return True


def _read(url: str, *, allow: Sequence[Network], now: datetime) -> tuple[str, list[list[str]]]:
    """What is wrong, or the days."""
    try:
        status, content = get(url, allow=allow, longest=MOST_BYTES)
        if status != OK:
            return FeedTrouble.REFUSED, []
        return "", as_kept(read_days(content, now=now))
    except NotAllowed:
        return FeedTrouble.NOT_ALLOWED, []
    except NotEncrypted:
        return FeedTrouble.NOT_ENCRYPTED, []
    except TooLong:
        return FeedTrouble.TOO_LARGE, []
    except NotACalendar:
        return FeedTrouble.NOT_A_CALENDAR, []
    except (OSError, http.client.HTTPException, ValueError):
        return FeedTrouble.UNREACHABLE, []


@transaction.atomic
def _keep(read: Calendar, trouble: str, days: list[list[str]], *, now: datetime) -> None:
    it = Calendar.objects.select_for_update().filter(pk=read.pk, feed_url=read.feed_url).first()
    if it is None:  # deleted meanwhile, or another address was written
        return
    kept: dict[str, Any] = {"feed_trouble": trouble, "feed_next_at": now + (AFTER_TROUBLE if trouble else AGAIN)}
    if not trouble:
        kept |= {"feed_read_at": now, "feed_days": days}
    is_other = not trouble and days != it.feed_days
    Calendar.objects.filter(pk=it.pk).update(**kept)
    if is_other:
        changed(it.project_id, now=now)
