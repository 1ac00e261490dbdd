"""The weekly opening hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from postline.projects.opening import Opening, WrongHours, opening_of

pytestmark = pytest.mark.unit
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = {**{str(day): ["09:00", "18:00"] for day in range(5)}, "5": ["10:00", "14:00"]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


@pytest.fixture
def office() -> Opening:
    found = opening_of(OFFICE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-04 09:00", True),
        ("2026-03-04 08:59", False),
        ("2026-03-04 17:59", True),
        ("2026-03-04 18:00", False),
        ("2026-03-07 12:00", True),
        ("2026-03-08 12:00", False),
    ],
)
def test_whether_somebody_works(office: Opening, moment: str, is_open: bool) -> None:
    assert office.is_open(at(moment)) == is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-04 12:00", "2026-03-04 12:00"),
        ("2026-03-04 07:00", "2026-03-04 09:00"),
        ("2026-03-04 18:00", "2026-03-05 09:00"),
        ("2026-03-07 14:00", "2026-03-09 09:00"),
    ],
)
def test_when_somebody_works_next(office: Opening, moment: str, opens: str) -> None:
    assert office.next_opening(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("moment", "hours", "due"),
    [
        ("2026-03-04 10:00", 2, "2026-03-04 12:00"),
        ("2026-03-04 17:00", 2, "2026-03-05 10:00"),
        ("2026-03-06 17:00", 6, "2026-03-09 10:00"),  # Friday: one hour, Saturday four, Monday one
        ("2026-03-08 03:00", 9, "2026-03-09 18:00"),
    ],
)
def test_when_so_many_hours_have_passed(office: Opening, moment: str, hours: int, due: str) -> None:
    assert office.after(at(moment), hours=hours) == at(due)


def test_a_long_promise_in_a_short_week_ends_somewhere() -> None:
    short = opening_of({"0": ["09:00", "10:00"]})
    assert short is not None
    assert short.after(at("2026-03-04 12:00"), hours=5) == at("2026-04-06 10:00")
    assert short.after(at("2026-03-04 12:00"), hours=1_440) > at("2027-01-01 00:00")


def test_midnight_ends_a_day() -> None:
    round_the_clock = opening_of({str(day): ["00:00", "00:00"] for day in range(7)})
    assert round_the_clock is not None
    assert round_the_clock.is_open(at("2026-03-08 23:59"))
    assert round_the_clock.after(at("2026-03-04 12:00"), hours=24) == at("2026-03-05 12:00")


def test_without_hours_there_are_none() -> None:
    assert opening_of({}) is None


@pytest.mark.parametrize(
    "hours", [["18:00", "09:00"], ["09:00", ""], ["", "18:00"], ["9", "18:00"], ["25:00", "26:00"]]
)
def test_hours_that_cannot_be_are_refused_with_their_day(hours: list[str]) -> None:
    with pytest.raises(WrongHours, match=r"^2$"):
        opening_of({"2": hours})


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_night_in_which_the_clocks_change_has_an_hour_more_or_less(day: str) -> None:
    always = opening_of({str(number): ["00:00", "00:00"] for number in range(7)})
    assert always is not None
    start = at(f"{day} 00:00")
    assert always.after(start, hours=4).astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=4)
    assert always.after(start, hours=30).astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=30)
