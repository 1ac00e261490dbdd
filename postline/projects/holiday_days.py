"""Holidays: of a country or a part of it (the package `holidays`), or out of an .ics file (RFC 5545)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from zoneinfo import TZPATH

MOST_BYTES = 1 << 20
MOST_SECONDS = 20.0  # for all of it: the reader ends itself after five of its own, and a busy machine starts it slowly


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
    """The days that an .ics file names, with what comes again each year, in their order. Raises NotACalendar, also for
    one that takes too long to read: it is read in another process, which ends after a few seconds (`holiday_file`)."""
    if len(content) > MOST_BYTES or b"BEGIN:VCALENDAR" not in content.upper():
        raise NotACalendar
    try:
        reader = subprocess.run(
            [sys.executable, "-m", "postline.projects.holiday_file", now.date().isoformat()],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            timeout=MOST_SECONDS,
            check=True,
        )
        found = {date.fromisoformat(day): str(name) for day, name in json.loads(reader.stdout).items()}
    except (subprocess.SubprocessError, ValueError) as error:
        raise NotACalendar(type(error).__name__) from error
    if not found:
        raise NotACalendar
    return sorted(found.items())


def as_kept(days: Sequence[tuple[date, str]]) -> list[list[str]]:
    """For the column `feed_days`."""
    return [[day.isoformat(), name] for day, name in days]


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
