"""A week's hours as people read them, in the language that is active."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.dates import WEEKDAYS_ABBR

from postline.projects.working_time import DAY, Spans


def week_in_words(week: Sequence[Spans]) -> str:
    """`Mon–Fri 09:00–18:00, Sat 10:00–14:00`: days in a row with the same hours together. Empty: no hours at all."""
    runs: list[tuple[int, int, Spans]] = []
    for day, hours in enumerate(week):
        if not hours:
            continue
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    return ", ".join(f"{_days(first, last)} {hours_in_words(hours)}" for first, last, hours in runs)


def hours_in_words(spans: Spans) -> str:
    """`09:00–13:00 / 14:00–18:00`"""
    return " / ".join(f"{_clock(start)}–{_clock(end if end <= DAY else end - DAY)}" for start, end in spans)


def _days(first: int, last: int) -> str:
    return str(WEEKDAYS_ABBR[first]) if first == last else f"{WEEKDAYS_ABBR[first]}–{WEEKDAYS_ABBR[last]}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
