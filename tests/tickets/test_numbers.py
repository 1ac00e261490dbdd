"""Ticket numbers: random, typed by people, found in texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postline.tickets import numbers

pytestmark = pytest.mark.unit


def test_a_number_has_nine_digits_and_a_right_check_digit() -> None:
    for _ in range(200):
        digits = str(numbers.draw())
        assert len(digits) == 9
        assert numbers.is_number(digits)


def test_numbers_do_not_follow_each_other() -> None:
    drawn = {numbers.draw() for _ in range(100)}
    assert len(drawn) == 100
    assert max(drawn) - min(drawn) > 10_000_000


@given(st.integers(0, 8), st.integers(1, 9))
def test_every_single_mistyped_digit_is_noticed(place: int, shift: int) -> None:
    digits = str(numbers.draw())
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    assert not numbers.is_number(wrong)


@given(st.integers(0, 7))
def test_two_swapped_neighbours_are_noticed(place: int) -> None:
    digits = str(numbers.draw())
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert swapped == digits or not numbers.is_number(swapped)


def test_it_is_shown_in_groups_and_read_back_with_any_gaps() -> None:
    number = numbers.draw()
    shown = numbers.show(number)
    assert len(shown) == 11
    for typed in (
        shown,
        f"#{number}",
        f" {shown} ",
        str(number)[:3] + " " + str(number)[3:],
        shown.replace("\u202f", "-"),
    ):
        assert numbers.parse(typed) == number
    assert numbers.parse("12345") is None
    assert numbers.parse("١٢٣٤٥٦٧٨٩") is None


def test_it_is_found_in_a_subject_but_not_in_a_longer_number() -> None:
    number = numbers.draw()
    assert numbers.found_in(f"Re: [#{number}] still broken, see {numbers.show(number)}") == [number, number]
    assert numbers.found_in(f"call +{number}1, order 9{number}") == []
