"""When somebody works: pure arithmetic over a week's hours, the days that differ from it, and a time zone.

A span of hours belongs to the day on which it begins, and may last until after midnight: 22:00–06:00. What is said
about a day (closed, a holiday, other hours) is said about the spans that begin on it. Spans are read from a clock on
the wall: one begins and ends with the first moment at which that clock shows the time or, where the clocks go forward,
a later one. Where they go back, an hour that passes twice counts twice when it lies within a span.

Moments are aware datetimes. Whatever would never happen is None: a week without any hours has an end, too.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = 24 * 60  # minutes
LOOK_AHEAD = 3_700  # days: what does not happen within ten years never happens
KEPT_DAYS = 5_000
ONE_DAY = timedelta(days=1)

Spans = tuple[tuple[int, int], ...]  # first and last minute since midnight; beyond 24 * 60: of the next day
Stretch = tuple[datetime, datetime]  # in UTC


class WrongHours(Exception):
    """A day's hours that cannot be. `day` is Monday = 0; `reason` a code: `time`, `empty`, `overlap` or `many`."""

    def __init__(self, day: int, reason: str) -> None:
        super().__init__(f"{day}: {reason}")
        self.day, self.reason = day, reason


@dataclass(frozen=True, eq=False)
class WorkingTime:
    """`week` has the spans of each day, Monday first; `days` those of single days; `closed` the holidays, which count
    where `days` says nothing."""

    zone: ZoneInfo
    week: tuple[Spans, ...]
    closed: Container[date] = frozenset()
    days: Mapping[date, Spans] = field(default_factory=dict)
    _stretches: dict[date, tuple[Stretch, ...]] = field(default_factory=dict, repr=False)

    @property
    def is_always(self) -> bool:
        """Whether it never closes: nobody has set any hours."""
        return self is ALWAYS

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at this moment."""
        return self.is_always or any(start <= at < end for start, end in self._around(at))

    def next_opening(self, at: datetime) -> datetime | None:
        """When somebody works next, this moment itself while somebody does; None: never."""
        if self.is_always:
            return at
        return next((start for start, _ in self._from(at)), None)

    def add(self, at: datetime, minutes: float) -> datetime | None:
        """The moment when so many minutes of working time will have passed; None: never. No minutes: at once."""
        left = timedelta(minutes=minutes)
        if left <= timedelta():
            return at
        if self.is_always:
            return at.astimezone(UTC) + left
        for start, end in self._from(at):
            if end - start >= left:
                return start + left
            left -= end - start
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time there is from one moment to a later one; none where it is not later."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)  # Python subtracts what stands on the wall
        if end <= start:
            return timedelta()
        if self.is_always:
            return end - start
        found = timedelta()
        for begin, finish in self._from(start):
            if begin >= end:
                break
            found += min(finish, end) - begin
        return found

    def spans_of(self, day: date) -> Spans:
        """The spans that begin on this day."""
        own = self.days.get(day)
        if own is not None:
            return own
        return () if day in self.closed else self.week[day.weekday()]

    def _around(self, at: datetime) -> Iterator[Stretch]:
        """The stretches of this day and of the one before, which may last until now."""
        day = at.astimezone(self.zone).date()
        yield from self._stretches_of(day - ONE_DAY)
        yield from self._stretches_of(day)

    def _from(self, at: datetime) -> Iterator[Stretch]:
        """The stretches of working time from this moment on; those that overlap are not counted twice."""
        reached = at.astimezone(UTC)
        day = reached.astimezone(self.zone).date() - ONE_DAY
        last = None if any(self.week) else max(self.days, default=day)
        for _ in range(LOOK_AHEAD):
            if last is not None and day > last:
                return
            for start, end in self._stretches_of(day):
                if end > reached:
                    yield max(start, reached), end
                    reached = end
            day += ONE_DAY

    def _stretches_of(self, day: date) -> tuple[Stretch, ...]:
        known = self._stretches.get(day)
        if known is None:
            if len(self._stretches) > KEPT_DAYS:
                self._stretches.clear()
            moments = ((self._moment(day, start), self._moment(day, end)) for start, end in self.spans_of(day))
            known = tuple((start, end) for start, end in moments if start < end)  # not what the clocks skip
            self._stretches[day] = known
        return known

    def _moment(self, day: date, minutes: int) -> datetime:
        """The first moment at which the clock on the wall shows this time, or a later one."""
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        found = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if found.astimezone(self.zone).replace(tzinfo=None, fold=0) == wall:
            return found
        before = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)  # the clocks went forward over this time
        while found - before > timedelta(seconds=1):
            middle = before + timedelta(seconds=int((found - before).total_seconds()) // 2)
            if middle.astimezone(self.zone).replace(tzinfo=None, fold=0) >= wall:
                found = middle
            else:
                before = middle
        return found


ALWAYS = WorkingTime(ZoneInfo("UTC"), (((0, DAY),),) * 7)

MOST_SPANS = 8  # of a day


def week_of(table: Mapping[str, Sequence[Sequence[str]]]) -> tuple[Spans, ...]:
    """The week as it is kept: `{"0": [["09:00", "13:00"], ["22:00", "06:00"]]}`, Monday is 0. Raises WrongHours."""
    return tuple(spans_of(table.get(str(day), ()), day=day) for day in range(7))


def spans_of(hours: Sequence[Sequence[str]], *, day: int = 0) -> Spans:
    """A day's spans in their order. 00:00 at the end is midnight, 00:00–00:00 the whole day. Raises WrongHours."""
    if len(hours) > MOST_SPANS:
        raise WrongHours(day, "many")
    found = sorted(_span(one, day) for one in hours)
    if any(start < end for (_, end), (start, _) in pairwise(found)):
        raise WrongHours(day, "overlap")
    return tuple(found)


def clock(minutes: int) -> str:
    """`09:30`; the end of a span that lasts until after midnight is the next day's time."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _span(hours: Sequence[str], day: int) -> tuple[int, int]:
    if len(hours) != 2:
        raise WrongHours(day, "time")
    start, end = (_minutes(one, day) for one in hours)
    if start == DAY or (start == end and start):
        raise WrongHours(day, "empty")
    return start, end if end > start else end + DAY


def _minutes(text: str, day: int) -> int:
    hour, _, minute = str(text).partition(":")
    if not (len(hour) == len(minute) == 2 and (hour + minute).isdecimal() and (hour + minute).isascii()):
        raise WrongHours(day, "time")
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > DAY:
        raise WrongHours(day, "time")
    return found
