"""Hours as people type them, and as a drawn bar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postline.projects.working_time import DAY, Spans, WrongHours, spans_of

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_BETWEEN_SPANS = re.compile(r"[,;/\n]+")
_DASH = re.compile(r"\s*(?:-|–|—|−)\s*")


def read_hours(text: str, *, day: int = 0) -> list[list[str]]:
    """`9-13, 14:00–18:00` as it is kept; nothing, where nothing is written. Raises WrongHours."""
    found = []
    for part in _BETWEEN_SPANS.split(text):
        if part.strip():
            ends = [_TIME.fullmatch(one.strip()) for one in _DASH.split(part.strip())]
            if len(ends) != 2 or not ends[0] or not ends[1]:
                raise WrongHours(day, "time")
            found.append([f"{int(one[1]):02}:{one[2] or '00'}" for one in ends if one])
    spans_of(found, day=day)
    return found


def written(hours: Sequence[Sequence[str]]) -> str:
    """The same as a text that `read_hours` reads."""
    return ", ".join(f"{start}–{end}" for start, end in hours)


def hours_fault(error: WrongHours) -> str:
    """What is wrong with a day's hours, and what to write."""
    return {
        "empty": _("The end is the beginning. Write 00:00–00:00 for a whole day, nothing for a closed one."),
        "overlap": _("Two spans overlap. Write them one after the other, such as 09:00–13:00, 14:00–18:00."),
        "many": _("These are too many."),
    }.get(error.reason, _("Write hours such as 09:00–18:00, several with commas between them; nothing: closed."))


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch on a day's bar, in minutes since midnight; `carried`: it began the day before."""

    start: int
    length: int
    carried: bool


def bars(week: Sequence[Spans]) -> list[list[Bar]]:
    """For each day of a week what is drawn: its spans until midnight, and what lasts from the day before."""
    drawn = []
    for number, spans in enumerate(week):
        before = week[number - 1]
        today = [Bar(0, end - DAY, carried=True) for _start, end in before if end > DAY]
        drawn.append(today + [Bar(start, min(end, DAY) - start, carried=False) for start, end in spans])
    return drawn
