"""Numbers, times and sizes as people read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from postline.kit import clock
from postline.web.shared import filters

pytestmark = pytest.mark.unit


def test_a_ticket_number_stands_in_groups_of_three_that_stay_together() -> None:
    assert filters.number(204128816) == '<bdi class="num nowrap">204\u202f128\u202f816</bdi>'


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["0 min", "12 min", "3 h 05", "47 h 59", "2 days", "21 days"]),
        ("ru", ["0 мин", "12 мин", "3 ч 05", "47 ч 59", "2 дня", "21 день"]),
        ("nl", ["0 min", "12 min", "3 u 05", "47 u 59", "2 dagen", "21 dagen"]),
    ],
)
def test_durations_are_short_and_in_the_readers_language(language: str, expected: list[str]) -> None:
    lengths = [
        timedelta(seconds=-3),
        timedelta(minutes=12, seconds=59),
        timedelta(hours=3, minutes=5),
        timedelta(hours=47, minutes=59),
        timedelta(days=2),
        timedelta(days=21),
    ]
    with translation.override(language):
        assert [filters.duration(length) for length in lengths] == expected


def test_todays_time_is_the_clocks_in_the_readers_time_zone() -> None:
    now = clock.now()
    with timezone.override("Asia/Vladivostok"):
        assert filters.short_time(now) == f"{now + timedelta(hours=10):%H:%M}"


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "3 Oct 2019"), ("ru", "3 окт. 2019\u202fг."), ("nl", "3 okt 2019")]
)
def test_an_old_date_names_its_year(language: str, expected: str) -> None:
    moment = clock.now().replace(year=2019, month=10, day=3, hour=12)  # that day in every zone of Europe
    with translation.override(language):
        assert filters.short_time(moment) == expected


def test_this_years_date_needs_no_year() -> None:
    moment = clock.now() - timedelta(days=2)
    if moment.year == clock.now().year:
        assert str(moment.year) not in filters.short_time(moment)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [(0, "0 B"), (812, "812 B"), (14_210, "14 kB"), (3_180_000, "3.2 MB"), (50_000_000, "50 MB")],
)
def test_sizes_count_in_thousands(octets: int, expected: str) -> None:
    assert filters.size(octets) == expected


@pytest.mark.parametrize(
    ("minutes", "part", "meaning"),
    [
        (0, 0, ""),
        (29, 9, ""),
        (30, 10, "is-waiting"),
        (45, 15, "is-warning"),
        (59, 19, "is-warning"),
        (60, 20, "is-danger"),
        (900, 20, "is-danger"),
    ],
)
def test_an_age_fills_with_the_promised_time_and_is_rounded_down(minutes: int, part: int, meaning: str) -> None:
    age = filters.age_of(timedelta(minutes=minutes), 60)

    assert (age.part, age.meaning) == (part, meaning)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ru", "Russian"), ("pt-BR", "Portuguese (Brazil)"), ("xx-nonsense-1", "xx-nonsense-1"), ("", "")],
)
def test_a_language_is_called_by_its_name(code: str, expected: str) -> None:
    assert filters.language_name(code) == expected


@pytest.mark.parametrize(("name", "expected"), [("line1", "li"), ("Anna Maria Visser", "AV"), ("", "?")])
def test_a_badge_has_two_letters(name: str, expected: str) -> None:
    assert filters.initials(name) == expected
