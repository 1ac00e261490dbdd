"""What a project promises at a moment, as the values of answer texts: when an answer may be expected, when it works."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from zoneinfo import ZoneInfo

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postline.kit.templating import Value
from postline.projects.hours_in_words import week_in_words
from postline.projects.models import Project
from postline.projects.working_time import Spans, WorkingTime

ROUNDED = timedelta(hours=1)
DAY_HOURS = 24


def promised(
    project: Project,
    working: WorkingTime,
    *,
    hours: int | None,
    due_at: datetime | None = None,
    closed_at: datetime | None = None,
    language: str,
    now: datetime,
) -> dict[str, Value]:
    """The values that say nothing of a sender, but for the number. An answer is promised by `due_at` or, where there
    is none, within `hours` of working time, None when nothing is promised."""
    promise, due_at = hours, due_at if due_at is not None and due_at > now else None
    if working.is_always:
        zone, week, due = ZoneInfo(project.time_zone), None, None
        hours = hours if due_at is None else ceil((due_at - now) / ROUNDED)
    else:
        zone, week = working.zone, working.week
        due_at = due_at or (working.add(now, hours * 60) if hours else None)
        due, hours = (_rounded(due_at.astimezone(zone)) if due_at else None), None
    opens = None if working.is_open(now) else working.next_opening(now)
    local = now.astimezone(zone)
    told = _in_words(
        week if week and any(week) else None,
        hours,
        due,
        opens.astimezone(zone) if opens else None,
        language,
        str(local.tzname()),
    )
    return {
        **told,
        "project": project.name,
        "promised_hours": promise,
        "today": local.date(),
        "closed": closed_at.astimezone(zone).date() if closed_at else None,
    }


@lru_cache(maxsize=512)
def _in_words(
    week: tuple[Spans, ...] | None,
    hours: int | None,
    due: datetime | None,
    opens: datetime | None,
    language: str,
    zone: str,
) -> Mapping[str, Value]:
    """The same for hundreds of tickets, and not cheap to make."""
    with translation.override(language):
        return {
            "expected": _expected(hours, due),
            "hours": f"{week_in_words(week)} ({zone})" if week else "",
            "opens": _moment(opens) if opens else "",
        }


def _expected(hours: int | None, due: datetime | None) -> str:
    if due is not None:
        # Translators: “You can expect an answer by 5 March (Thu), 11:00”
        return _("by %(moment)s") % {"moment": _moment(due)}
    if hours is None:
        return ""
    if hours > DAY_HOURS and hours % DAY_HOURS == 0:
        days = hours // DAY_HOURS
        return ngettext("within %(num)d day", "within %(num)d days", days) % {"num": days}
    return ngettext("within %(num)d hour", "within %(num)d hours", hours) % {"num": hours}


def _moment(moment: datetime) -> str:
    """Day, weekday and time with the distance from UTC: the reader may live elsewhere."""
    return f"{formats.date_format(moment, 'j E (D), H:i')} ({_zone(moment)})"


def _zone(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    minutes = int(offset.total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"


def _rounded(moment: datetime) -> datetime:
    """Up to the full hour: a promise to the minute would look like a machine's, and be made anew for each ticket."""
    full = moment.replace(minute=0, second=0, microsecond=0)
    return full if full == moment else full + ROUNDED
