"""Holidays: of a country or a part of it (the package `holidays`), or out of an .ics file (RFC 5545)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import TZPATH

MOST_DAYS = 3_000
READ_BACK = timedelta(days=366)
READ_AHEAD = timedelta(days=3_700)  # as far as working time looks (`working_time.LOOK_AHEAD`)
LONGEST_NAME = 100
MOST_BYTES = 1 << 20
MOST_SECONDS = 5.0
STEP = timedelta(days=366)


class NotACalendar(Exception):
    """The file is no .ics file, or is none that can be read."""


class WrongPlace(Exception):
    """No country or part of it that has holidays here: the message is its code."""


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days on which nobody works, whatever the weekday says: asked with `in`."""

    country: str
    subdivision: str
    read: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        if day in self.read:
            return True
        return isinstance(day, date) and bool(self.country) and day in _of(self.country, self.subdivision, day.year)


def named(country: str, subdivision: str, year: int, language: str = "") -> dict[date, str]:
    """The holidays of a year with their names, in this language where they have names in it."""
    return _named(country, subdivision, year, language) if country else {}


def countries() -> dict[str, list[str]]:
    """Every country (ISO 3166-1 code) and the parts of it that have holidays of their own."""
    import holidays  # noqa: PLC0415 - two megabytes that only pages and days need

    return {code: parts for code, parts in holidays.list_supported_countries().items() if len(code) == 2}


def parts_of(country: str) -> list[tuple[str, str]]:
    """The parts of a country that have holidays of their own: code and name, by name."""
    import holidays  # noqa: PLC0415

    codes = countries().get(country, [])
    if not codes:
        return []
    names: dict[str, str] = {}
    for name, code in getattr(holidays.country_holidays(country), "subdivisions_aliases", {}).items():
        names.setdefault(code, name)
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda one: one[1])


def require_place(country: str, subdivision: str) -> None:
    """Raises WrongPlace."""
    if not country and not subdivision:
        return
    known = countries()
    if country not in known:
        raise WrongPlace(country)
    if subdivision and subdivision not in known[country]:
        raise WrongPlace(subdivision)


def versions() -> str:
    """Of the tables of holidays and time zones that working time is reckoned with."""
    return f"{version('holidays')} {_version_of_zones()}"


def read_days(content: bytes, *, now: datetime) -> list[tuple[date, str]]:
    """The days that an .ics file names, with what comes again each year, in their order. Raises NotACalendar."""
    if len(content) > MOST_BYTES or b"BEGIN:VCALENDAR" not in content.upper():
        raise NotACalendar
    try:
        found = _read(content, today=now.date())
    except NotACalendar:
        raise
    except Exception as error:  # the library's own faults at what somebody sends are no faults of ours
        raise NotACalendar(type(error).__name__) from error
    if not found:
        raise NotACalendar
    return sorted(found.items())


def as_kept(days: Sequence[tuple[date, str]]) -> list[list[str]]:
    """For the column `feed_days`."""
    return [[day.isoformat(), name] for day, name in days]


def _read(content: bytes, *, today: date) -> dict[date, str]:
    import icalendar  # noqa: PLC0415 - only for who reads such a file
    import recurring_ical_events  # noqa: PLC0415

    calendar = icalendar.Calendar.from_ical(content)
    for event in calendar.walk("VEVENT"):
        _require_sparse(event)
    series = recurring_ical_events.of(calendar, skip_bad_series=True)
    found: dict[date, str] = {}
    deadline = time.monotonic() + MOST_SECONDS
    begin = today - READ_BACK
    while begin < today + READ_AHEAD:
        for event in series.between(begin, begin + STEP):
            for day in _days_of(event):
                found.setdefault(day, " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_NAME])
        if len(found) > MOST_DAYS or time.monotonic() > deadline:
            raise NotACalendar
        begin += STEP
    return found


def _require_sparse(event: Any) -> None:
    """What comes again within a day is no holiday, and would never come to an end. Raises NotACalendar."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(one).upper() for one in rule.get("FREQ", [])} - {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
        if often or any(part in rule for part in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            raise NotACalendar


def _days_of(event: Any) -> list[date]:
    """An event of whole days ends before its end; one with times means the days that it touches."""
    start, end = event.start, event.end
    if isinstance(start, datetime):
        first, last = start.date(), (end - timedelta(microseconds=1) if end > start else end).date()
    else:
        first, last = start, max(start, end - timedelta(days=1))
    return [first + timedelta(days=number) for number in range(min((last - first).days + 1, MOST_DAYS + 1))]


@cache
def _version_of_zones() -> str:
    for folder in TZPATH:
        file = Path(folder, "tzdata.zi")
        if file.is_file():
            with file.open(encoding="ascii") as lines:
                return lines.readline().strip("# \n")
    return version("tzdata")


@lru_cache(maxsize=512)
def _of(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(_named(country, subdivision, year, ""))


@lru_cache(maxsize=512)
def _named(country: str, subdivision: str, year: int, language: str) -> dict[date, str]:
    import holidays  # noqa: PLC0415

    try:
        spoken = holidays.utils.list_localized_countries().get(country, []) if language else []
        chosen = next((one for one in spoken if one.split("_")[0] == language), None)
        return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=[year], language=chosen))
    except (NotImplementedError, KeyError):  # a newer version of the package knows the place no more
        return {}
