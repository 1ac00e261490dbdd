"""A condition becomes rows of a form and comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postline.web.manage.rules import rows
from postline.web.manage.rules.rows import Row, Rows, condition_of, fitting, place_of, rows_of

pytestmark = pytest.mark.unit

INVOICE = {"ask": "subject", "is": "contains", "value": "invoice"}
SPAM = {"ask": "header", "name": "X-Spam-Flag", "is": "is", "value": "YES"}
RUSSIAN = {"ask": "language", "is": "is", "value": "ru"}
NESTED: dict[str, Any] = {"all": [INVOICE, {"any": [SPAM, {"not": RUSSIAN}]}, {"not": {"all": [RUSSIAN, INVOICE]}}]}

leaves: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [INVOICE, SPAM, RUSSIAN, {"ask": "from-domain", "is": "in-list", "value": ["a.example", "b"]}]
)
trees = st.recursive(
    leaves | leaves.map(lambda leaf: {"not": leaf}),
    lambda parts: st.builds(
        lambda join, inside, negated: {"not": {join: inside}} if negated else {join: inside},
        st.sampled_from(["all", "any"]),
        st.lists(parts, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_leaves=12,
)
whole = st.builds(lambda join, inside: {join: inside}, st.sampled_from(["all", "any"]), st.lists(trees, max_size=4))


@given(whole)
def test_what_is_shown_is_what_was_kept(condition: dict[str, Any]) -> None:
    assert condition_of(rows_of(condition)) == condition


@given(whole, st.data())
def test_whatever_is_pressed_the_rows_fit_together(condition: dict[str, Any], data: st.DataObject) -> None:
    shown = rows_of(condition)
    for _ in range(4):
        if not shown.rows:
            break
        at = data.draw(st.integers(0, len(shown.rows) - 1))
        press = data.draw(st.sampled_from(PRESSES))
        pressed: Rows | tuple[Rows, int] = press(shown, at)
        shown = pressed if isinstance(pressed, Rows) else pressed[0]
        assert fitting(shown) == shown
        assert rows_of(condition_of(shown)) == shown


PRESSES: list[Callable[[Rows, int], Any]] = [rows.deeper, rows.shallower, rows.remove]
PRESSES += [lambda shown, at: rows.shift(shown, at, -1), lambda shown, at: rows.shift(shown, at, 1)]


def test_a_condition_that_is_one_question_stands_in_a_row() -> None:
    assert condition_of(rows_of(INVOICE)) == {"all": [INVOICE]}
    assert condition_of(rows_of({"not": {"any": [INVOICE]}})) == {"all": [{"not": {"any": [INVOICE]}}]}
    assert condition_of(rows_of({"not": {"not": INVOICE}})) == {"all": [INVOICE]}


def test_a_row_goes_into_the_group_above_it_or_into_a_new_one() -> None:
    shown, at = rows.deeper(rows_of({"all": [{"any": [SPAM]}, INVOICE]}), 2)
    assert (condition_of(shown), at) == ({"all": [{"any": [SPAM, INVOICE]}]}, 2)

    shown, at = rows.deeper(rows_of({"all": [INVOICE, SPAM]}), 1)
    assert (condition_of(shown), at) == ({"all": [INVOICE, {"any": [SPAM]}]}, 2)


def test_a_row_leaves_its_group_and_an_empty_group_is_gone() -> None:
    shown, at = rows.shallower(rows_of({"all": [{"any": [SPAM, INVOICE]}, RUSSIAN]}), 1)
    assert (condition_of(shown), at) == ({"all": [{"any": [INVOICE]}, SPAM, RUSSIAN]}, 2)

    shown, at = rows.shallower(rows_of({"all": [{"any": [SPAM]}, RUSSIAN]}), 1)
    assert (condition_of(shown), at) == ({"all": [SPAM, RUSSIAN]}, 0)


def test_sisters_change_places_with_all_that_belongs_to_them() -> None:
    shown, at = rows.shift(rows_of(NESTED), 1, -1)
    assert condition_of(shown) == {"all": [NESTED["all"][1], INVOICE, NESTED["all"][2]]}
    assert at == 0
    assert rows.shift(shown, 0, -1) == (shown, 0)
    assert rows.shift(rows_of(NESTED), 1, 1)[1] == 4


def test_a_new_row_stands_at_the_end_of_its_group() -> None:
    shown, at = rows.add(rows_of(NESTED), 1, Row(ask="subject"))
    assert (shown.rows[at].ask, shown.rows[at].depth, at) == ("subject", 1, 4)
    shown, at = rows.add(rows_of(NESTED), None, Row(group="any"))
    assert [row.depth for row in shown.rows[-2:]] == [0, 1]
    assert at == len(shown.rows) - 1


def test_removing_the_last_row_of_a_group_removes_the_group() -> None:
    assert condition_of(rows.remove(rows_of({"all": [INVOICE, {"any": [SPAM]}]}), 2)) == {"all": [INVOICE]}
    assert condition_of(rows.remove(rows_of(NESTED), 1)) == {"all": [INVOICE, NESTED["all"][2]]}


def test_a_place_in_the_tree_is_found_among_the_rows() -> None:
    shown = rows_of(NESTED)
    assert place_of(shown, ("all", 0)) == 0
    assert place_of(shown, ("all", 1, "any", 1, "not")) == 3
    assert place_of(shown, ("all", 2, "not", "all", 1, "value")) == 6
    assert place_of(shown, ()) is None


def test_rows_that_stand_too_deep_are_put_where_they_can_belong() -> None:
    sent = Rows("whatever", (Row(depth=4), Row(depth=-1, group="any"), Row(depth=9), Row(depth=3)))
    assert fitting(sent) == Rows("all", (Row(), Row(group="any"), Row(depth=1), Row(depth=1)))
