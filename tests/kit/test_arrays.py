"""Arrays as parameters of hot statements come through as they are."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postline.kit.sql import as_array, row

pytestmark = pytest.mark.django_db

texts = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    values=st.lists(texts | st.sampled_from(["", "NULL", "{}", '"', "\\", 'a"b\\c', "a,b", " x ", "Ё\n"]), max_size=6)
)
def test_any_texts(values: list[str], db: None) -> None:
    assert row("SELECT %(values)s::text[]", {"values": as_array(values)}) == (values,)


def test_numbers_and_nothing() -> None:
    assert row("SELECT %(values)s::bigint[]", {"values": as_array([1, None, -(2**60)])}) == ([1, None, -(2**60)],)
    assert row("SELECT %(values)s::text[]", {"values": as_array([])}) == ([],)
