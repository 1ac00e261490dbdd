"""Arithmetic of working time, held against a slow and obvious second one: minute by minute with a clock on the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.projects.working_time import ALWAYS, DAY, Spans, WorkingTime, WrongHours, spans_of, week_of

pytestmark = pytest.mark.unit

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = week_of({str(day): [["09:00", "13:00"], ["14:00", "18:00"]] for day in range(5)})
NIGHTS = week_of({str(day): [["22:00", "06:00"]] for day in range(7)})
MINUTE = timedelta(minutes=1)


def office(closed: frozenset[date] = frozenset(), **days: Spans) -> WorkingTime:
    return WorkingTime(
        AMSTERDAM, OFFICE, closed, {date.fromisoformat(day[1:].replace("_", "-")): days[day] for day in days}
    )


def at(text: str, zone: str = "Europe/Amsterdam") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def local(moment: datetime | None, zone: str = "Europe/Amsterdam") -> str:
    return moment.astimezone(ZoneInfo(zone)).isoformat(" ", "minutes")[:16] if moment else "never"


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-04 09:00", True),
        ("2026-03-04 08:59", False),
        ("2026-03-04 13:00", False),
        ("2026-03-04 17:59", True),
        ("2026-03-04 18:00", False),
        ("2026-03-07 12:00", False),
    ],
)
def test_whether_somebody_works(moment: str, is_open: bool) -> None:
    assert office().is_open(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "minutes", "due"),
    [
        ("2026-03-04 09:00", 60, "2026-03-04 10:00"),
        ("2026-03-04 12:30", 60, "2026-03-04 14:30"),  # over lunch
        ("2026-03-04 17:30", 60, "2026-03-05 09:30"),  # over the evening
        ("2026-03-06 17:50", 120, "2026-03-09 10:50"),  # over the weekend
        ("2026-03-04 17:00", 60, "2026-03-04 18:00"),  # the last minute, not the next morning
        ("2026-03-04 03:00", 0, "2026-03-04 03:00"),
    ],
)
def test_when_so_many_minutes_have_passed(moment: str, minutes: int, due: str) -> None:
    assert local(office().add(at(moment), minutes)) == due


def test_a_holiday_and_an_exception_shift_what_is_due() -> None:
    easter_monday = frozenset({date(2026, 4, 6)})
    assert local(office(easter_monday).add(at("2026-04-03 17:00"), 120)) == "2026-04-07 10:00"
    saturday = spans_of([["10:00", "12:00"]])
    assert local(office(easter_monday, _2026_04_04=saturday).add(at("2026-04-03 17:00"), 120)) == "2026-04-04 11:00"
    worked = office(easter_monday, _2026_04_06=saturday)
    assert local(worked.add(at("2026-04-03 17:00"), 120)) == "2026-04-06 11:00", "a holiday on which somebody works"


def test_a_night_belongs_to_the_evening_on_which_it_begins() -> None:
    nights = WorkingTime(AMSTERDAM, NIGHTS, frozenset({date(2026, 1, 1)}))
    assert nights.is_open(at("2026-01-01 05:59"))  # began on New Year's Eve
    assert not nights.is_open(at("2026-01-01 23:00"))
    assert not nights.is_open(at("2026-01-02 05:00"))
    assert local(nights.add(at("2026-01-01 05:00"), 120)) == "2026-01-02 23:00"


def test_the_hour_that_the_clocks_skip_is_not_worked() -> None:
    nights = WorkingTime(AMSTERDAM, NIGHTS)
    assert nights.between(at("2026-03-28 22:00"), at("2026-03-29 06:00")) == timedelta(hours=7)
    assert nights.between(at("2026-10-24 22:00"), at("2026-10-25 06:00")) == timedelta(hours=9)
    assert local(nights.add(at("2026-03-28 22:00"), 7 * 60)) == "2026-03-29 06:00"


def test_a_shift_that_begins_in_the_skipped_hour_begins_when_the_clocks_have_gone_forward() -> None:
    early = WorkingTime(AMSTERDAM, week_of({"6": [["02:30", "04:00"]]}))
    assert local(early.next_opening(at("2026-03-29 00:00"))) == "2026-03-29 03:00"
    assert early.between(at("2026-03-29 00:00"), at("2026-03-30 00:00")) == timedelta(hours=1)


def test_a_whole_day_that_a_zone_has_left_out_has_no_hours() -> None:
    apia = WorkingTime(ZoneInfo("Pacific/Apia"), week_of({str(day): [["09:00", "17:00"]] for day in range(7)}))
    start, end = at("2011-12-29 09:00", "Pacific/Apia"), at("2011-12-31 17:00", "Pacific/Apia")
    assert apia.between(start, end) == timedelta(hours=16)


def test_a_zone_whose_clocks_go_forward_at_midnight() -> None:
    cairo = WorkingTime(ZoneInfo("Africa/Cairo"), week_of({str(day): [["00:00", "00:00"]] for day in range(7)}))
    start = at("2024-04-25 12:00", "Africa/Cairo")
    assert cairo.between(start, start.astimezone(UTC) + timedelta(days=2)) == timedelta(days=2)


def test_a_shift_that_lies_within_the_skipped_hour_is_none() -> None:
    short = WorkingTime(AMSTERDAM, week_of({"6": [["02:10", "02:50"]]}))
    assert local(short.next_opening(at("2026-03-28 12:00"))) == "2026-04-05 02:10"
    assert not short.is_open(at("2026-03-29 03:00"))


def test_a_week_without_any_hours_has_a_clear_answer() -> None:
    closed = WorkingTime(AMSTERDAM, week_of({}))
    assert closed.add(at("2026-03-04 12:00"), 1) is None
    assert closed.next_opening(at("2026-03-04 12:00")) is None
    assert closed.between(at("2026-03-04 12:00"), at("2036-03-04 12:00")) == timedelta()
    once = WorkingTime(AMSTERDAM, week_of({}), days={date(2026, 5, 1): spans_of([["10:00", "11:00"]])})
    assert local(once.add(at("2026-03-04 12:00"), 60)) == "2026-05-01 11:00"
    assert once.add(at("2026-03-04 12:00"), 61) is None
    one_hour_a_week = WorkingTime(AMSTERDAM, week_of({"0": [["10:00", "11:00"]]}))
    assert one_hour_a_week.add(at("2026-03-04 12:00"), 60 * 600) is None, "more than ten years"


def test_without_hours_of_its_own_it_is_always_open() -> None:
    assert ALWAYS.is_open(at("2026-03-29 02:59"))
    assert local(ALWAYS.add(at("2026-12-31 23:30"), 60)) == "2027-01-01 00:30"
    assert ALWAYS.between(at("2026-03-28 12:00"), at("2026-03-29 12:00")) == timedelta(hours=23)


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        ([["9:00", "18:00"]], "time"),
        ([["09:00"]], "time"),
        ([["09:60", "18:00"]], "time"),
        ([["09:00", "24:01"]], "time"),
        ([["０９:00", "18:00"]], "time"),
        ([["09:00", "09:00"]], "empty"),
        ([["09:00", "13:00"], ["12:00", "18:00"]], "overlap"),
        ([["22:00", "06:00"], ["23:00", "23:30"]], "overlap"),
        ([[f"{hour:02}:00", f"{hour:02}:30"] for hour in range(9)], "many"),
    ],
)
def test_hours_that_cannot_be_are_refused(hours: list[list[str]], reason: str) -> None:
    with pytest.raises(WrongHours) as refused:
        week_of({"2": hours})
    assert (refused.value.day, refused.value.reason) == (2, reason)


def test_midnight_at_the_end_is_the_end_of_the_day() -> None:
    assert spans_of([["18:00", "00:00"]]) == ((18 * 60, DAY),)
    assert spans_of([["18:00", "24:00"]]) == ((18 * 60, DAY),)
    assert spans_of([["00:00", "00:00"]]) == ((0, DAY),)


# --- the slow, obvious second one ---

ZONES = [
    "Europe/Amsterdam",
    "Europe/Moscow",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
]
MOMENTS = [  # around what is difficult: nights of clock changes, the turn of a year, a leap day
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 3, 7, tzinfo=UTC),
    datetime(2026, 10, 31, tzinfo=UTC),
    datetime(2024, 4, 24, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 9, 5, tzinfo=UTC),
    datetime(2026, 12, 30, tzinfo=UTC),
    datetime(2028, 2, 28, tzinfo=UTC),
]


def open_minutes(it: WorkingTime, start: datetime, count: int) -> list[bool]:
    """For each minute from `start` whether somebody works. A clock on the wall that goes back shows nothing new."""
    minute = start - timedelta(days=3)
    furthest = minute.replace(tzinfo=None) - timedelta(days=1)
    found = []
    for _ in range(3 * DAY + count):
        furthest = max(furthest, minute.astimezone(it.zone).replace(tzinfo=None, fold=0))
        if minute >= start:
            today, now = furthest.date(), furthest.hour * 60 + furthest.minute
            found.append(
                any(begin <= now < end for begin, end in it.spans_of(today))
                or any(begin <= now + DAY < end for begin, end in it.spans_of(today - timedelta(days=1)))
            )
        minute += MINUTE
    return found


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    edges = sorted(draw(st.sets(st.integers(0, 2 * DAY - 1), max_size=6)))
    found = []
    for begin, end in zip(edges[::2], edges[1::2], strict=False):
        if begin < DAY and end - begin <= DAY:
            found.append((begin, end))
    return tuple(found)


@st.composite
def working_times(draw: st.DrawFn, around: datetime) -> WorkingTime:
    days = st.integers(-2, 6).map(lambda number: (around + timedelta(days=number)).date())
    return WorkingTime(
        ZoneInfo(draw(st.sampled_from(ZONES))),
        tuple(draw(st.lists(spans(), min_size=7, max_size=7))),
        draw(st.frozensets(days, max_size=2)),
        draw(st.dictionaries(days, spans(), max_size=2)),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[WorkingTime, datetime, int]:
    around = draw(st.sampled_from(MOMENTS))
    return (
        draw(working_times(around)),
        around + timedelta(minutes=draw(st.integers(0, 2 * DAY))),
        draw(st.integers(1, 2000)),
    )


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_every_question_has_the_answer_of_counting_minutes(case: tuple[WorkingTime, datetime, int]) -> None:
    it, start, wanted = case
    minutes = open_minutes(it, start, 3 * DAY)
    assert [it.is_open(start + step * MINUTE) for step in range(0, 3 * DAY, 7)] == minutes[::7]
    for length in (1, 61, 1439, 3 * DAY):
        assert it.between(start, start + length * MINUTE) == sum(minutes[:length]) * MINUTE
    first = next((step for step, is_open in enumerate(minutes) if is_open), None)
    opening = it.next_opening(start)
    if first is None:
        assert opening is None or opening >= start + 3 * DAY * MINUTE
    else:
        assert opening == start + first * MINUTE
    if sum(minutes) >= wanted:
        counted = 0
        for step, is_open in enumerate(minutes):
            counted += is_open
            if counted == wanted:
                assert it.add(start, wanted) == start + (step + 1) * MINUTE
                break


@settings(max_examples=200, deadline=None)
@given(case=cases(), seconds=st.integers(0, 59))
def test_adding_and_measuring_are_the_same_thing(case: tuple[WorkingTime, datetime, int], seconds: int) -> None:
    it, start, wanted = case
    start += timedelta(seconds=seconds)
    due = it.add(start, wanted)
    if due is not None:
        assert it.between(start, due) == wanted * MINUTE
        middle = start + (due - start) / 2
        assert it.between(start, middle) + it.between(middle, due) == wanted * MINUTE
