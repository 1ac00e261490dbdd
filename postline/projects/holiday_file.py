"""Reads an .ics file (RFC 5545) in a process of its own: `python -m postline.projects.holiday_file TODAY`.

A line such as `RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30` keeps a reader busy for seconds, a file of them for hours, and
no clock that is looked at in between would notice. So whoever wants the days starts this and ends it (`holiday_days`).
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import recurring_ical_events

MOST_DAYS = 3_000
READ_BACK = timedelta(days=366)
READ_AHEAD = timedelta(days=3_700)  # as far as working time looks (`working_time.LOOK_AHEAD`)
LONGEST_NAME = 100
CPU_SECONDS = 5.0
MEMORY = 300 << 20  # bytes beyond what we have before anything is read


class TooMuch(Exception):
    """What it says is no list of holidays."""


def main() -> None:
    """The file comes by the standard input; days and names go to the standard output as JSON. Exit code 1: it is no
    calendar, or too much of one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's Ctrl+C is for the parent
    with open("/proc/self/statm", encoding="ascii") as statm:
        most = int(statm.read().split()[0]) * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)  # the default action of SIGPROF ends the process
    try:
        found = read(sys.stdin.buffer.read(), today=date.fromisoformat(sys.argv[1]))
    except Exception:
        sys.exit(1)
    sys.stdout.write(json.dumps({day.isoformat(): name for day, name in found.items()}))


def read(content: bytes, *, today: date) -> dict[date, str]:
    """The days that the file names. Raises TooMuch, and whatever the library raises."""
    calendar = icalendar.Calendar.from_ical(content)
    for event in calendar.walk("VEVENT"):
        _require_sparse(event)
    series = recurring_ical_events.of(calendar, skip_bad_series=True)
    found: dict[date, str] = {}
    for event in series.between(today - READ_BACK, today + READ_AHEAD):
        for day in _days_of(event):
            found.setdefault(day, " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_NAME])
        if len(found) > MOST_DAYS:
            raise TooMuch
    return found


def _require_sparse(event: Any) -> None:
    """What comes again within a day is no holiday. Raises TooMuch."""
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(one).upper() for one in rule.get("FREQ", [])} - {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
        if often or any(part in rule for part in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            raise TooMuch


def _days_of(event: Any) -> list[date]:
    """An event of whole days ends before its end; one with times means the days that it touches."""
    start, end = event.start, event.end
    if isinstance(start, datetime):
        first, last = start.date(), (end - timedelta(microseconds=1) if end > start else end).date()
    else:
        first, last = start, max(start, end - timedelta(days=1))
    return [first + timedelta(days=number) for number in range(min((last - first).days + 1, MOST_DAYS + 1))]


if __name__ == "__main__":
    main()
