"""The weekly opening hours of a project: whether somebody works now, when next, when so many hours will have passed.

Kept on the project as `{"0": ["09:00", "18:00"]}`: Monday is 0, days that are missing are closed, `00:00` at the end
is midnight. Holidays are not known here. Times are of the project's time zone; its summer time counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

DAY = 24 * 60
LOOK_AHEAD = 370  # days: longest promise in the smallest week
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class WrongHours(Exception):
    """A day's hours that cannot be: its number is the message."""


@dataclass(frozen=True, slots=True)
class Opening:
    """For each day of the week the first and the last minute since midnight, None where nobody works."""

    days: tuple[tuple[int, int] | None, ...]

    def is_open(self, local: datetime) -> bool:
        """Whether somebody works at this moment, given in the project's time zone."""
        hours = self.days[local.weekday()]
        return hours is not None and hours[0] <= local.hour * 60 + local.minute < hours[1]

    def next_opening(self, local: datetime) -> datetime:
        """When somebody works next; this moment itself while somebody does."""
        return next(start for start, _ in self._spans(local))

    def after(self, local: datetime, *, hours: int) -> datetime:
        """The moment when so many hours of opening time have passed."""
        left = timedelta(hours=hours)
        last = local
        for start, end in self._spans(local):
            begin, length = start.astimezone(UTC), end.astimezone(UTC) - start.astimezone(UTC)
            if length >= left:
                return (begin + left).astimezone(local.tzinfo)
            left -= length
            last = end
        return last

    def _spans(self, local: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of opening time from this moment on."""
        for ahead in range(LOOK_AHEAD):
            midnight = datetime.combine(local.date() + timedelta(days=ahead), time(), tzinfo=local.tzinfo)
            hours = self.days[midnight.weekday()]
            if hours is not None:
                start, end = (midnight + timedelta(minutes=minutes) for minutes in hours)
                if end > local:
                    yield max(start, local), end


def opening_of(table: Mapping[str, Sequence[str]]) -> Opening | None:
    """The hours as they are kept; None where there are none. Raises WrongHours."""
    days = tuple(_minutes(day, table[str(day)]) if str(day) in table else None for day in range(7))
    return Opening(days) if any(days) else None


def _minutes(day: int, hours: Sequence[str]) -> tuple[int, int]:
    found = [_TIME.fullmatch(one) for one in hours]
    if len(found) != 2 or not found[0] or not found[1]:
        raise WrongHours(day)
    start, end = (int(match[1]) * 60 + int(match[2]) for match in found if match)
    end = end or DAY
    if start >= end:
        raise WrongHours(day)
    return start, end
