"""Dates as mail programs write them for people: "вт, 12 мая 2026 г. в 10:12", "Tuesday, May 12, 2026 10:12 AM"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

LONGEST = 200  # characters that are looked at

# The beginnings of the names of the months; longer ones are tried first.
_MONTHS = {
    1: "jan ene gen sty led янв січ ian",
    2: "feb fév lut úno фев лют",
    3: "mar mär mrt maa bře мар бер",
    4: "apr avr abr kwi dub апр кві",
    5: "may mai mei mag maj kvě мая май тра",
    6: "jun juin giu cze июн чер",
    7: "jul juil lug lip июл лип",
    8: "aug aoû ago sie srp авг сер",
    9: "sep set wrz zář сен вер",
    10: "oct okt ott out paź říj окт жов",
    11: "nov lis ноя лис",
    12: "dec dez déc dic gru дек гру",
}
_MONTH = {beginning: number for number, names in _MONTHS.items() for beginning in names.split()}
_ISO = re.compile(r"(?<!\d)(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s-]{1,2}(?:de\s)?([^\W\d_]{3,12})\.?,?[\s-]{1,2}(?:de\s)?(\d{4})(?!\d)"
)
_MONTH_DAY = re.compile(r"([^\W\d_]{3,12})\.?\s(\d{1,2})(?:st|nd|rd|th)?,?\s(?:at\s)?(\d{4})(?!\d)")
_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.h](\d\d)(?:[:.](\d\d))?(?!\d)\s?([ap])?\.?(?:m\b)?", re.IGNORECASE)
_OFFSET = re.compile(r"(?:(?:GMT|UTC)\s?([+-−])(\d{1,2})|(?<!\d)([+-])(\d\d)):?(\d\d)?(?!\d)", re.IGNORECASE)
_ZONE = re.compile(r"\b(MSK|CEST|CET|EEST|EET|BST|WEST|WET|EST|EDT|CST|CDT|MST|MDT|PST|PDT|MESZ|MEZ)\b")
_ZONES = {
    "MSK": 3, "CEST": 2, "CET": 1, "EEST": 3, "EET": 2, "BST": 1, "WEST": 1, "WET": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "MESZ": 2, "MEZ": 1,
}  # fmt: skip


def written_date(text: str) -> datetime | None:
    """The moment in UTC, to which a date without a zone counts too; None when there is no whole date in it.

    05/12/2026 is the fifth of December, with "AM" or "PM" behind it the twelfth of May.
    """
    text = text[:LONGEST].replace("\xa0", " ").replace("\u202f", " ")
    start, end = _numbers(text)
    time = _TIME.search(text, end) or _TIME.search(text, 0, start)
    day = _day(text, american=time is not None and time[4] is not None)
    if day is None:
        return None
    year, month, date = day
    hour, minute, second = _clock(time)
    try:
        written = datetime(year, month, date, hour, minute, second, tzinfo=_zone(text))
        return written.astimezone(UTC) if 1970 <= written.year <= 2100 else None
    except (ValueError, OverflowError):
        return None


def _numbers(text: str) -> tuple[int, int]:
    """Where a date of numbers stands: "12.05.2026" has what looks like a time in it."""
    found = _ISO.search(text) or _NUMBERS.search(text)
    return found.span() if found else (0, 0)


def _day(text: str, *, american: bool) -> tuple[int, int, int] | None:
    if found := _ISO.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _NUMBERS.search(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if second > 12 or (american and found[2] == "/" and first <= 12):
            first, second = second, first
        return year + (2000 if year < 100 else 0), second, first
    for found in _DAY_MONTH.finditer(text):
        if month := _month(found[2]):
            return int(found[3]), month, int(found[1])
    for found in _MONTH_DAY.finditer(text):
        if month := _month(found[1]):
            return int(found[3]), month, int(found[2])
    return None


def _month(name: str) -> int:
    name = name.lower()
    return _MONTH.get(name[:4]) or _MONTH.get(name[:3]) or 0


def _clock(time: re.Match[str] | None) -> tuple[int, int, int]:
    if time is None:
        return 0, 0, 0
    hour = int(time[1])
    if time[4]:
        hour = hour % 12 + (12 if time[4].lower() == "p" else 0)
    return hour, int(time[2]), int(time[3] or 0)


def _zone(text: str) -> timezone:
    if found := _OFFSET.search(text, _numbers(text)[1]):
        sign = -1 if (found[1] or found[3]) != "+" else 1
        minutes = int(found[2] or found[4]) * 60 + int(found[5] or 0)
        return timezone(sign * timedelta(minutes=minutes)) if minutes < 24 * 60 else UTC
    if found := _ZONE.search(text):
        return timezone(timedelta(hours=_ZONES[found[1]]))
    return UTC
