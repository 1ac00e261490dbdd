"""Which files may do harm where they are opened."""

from __future__ import annotations

import pytest

from postline.kit.files import is_dangerous

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("after", ["", " ", ". .", "\n", "\t", "\u00a0", "\u202e", "\u2066", "\0"])
def test_nothing_behind_a_name_hides_its_ending(after: str) -> None:
    assert is_dangerous(f"invoice.exe{after}", "application/octet-stream")


def test_harmless_ones_are_not() -> None:
    assert [name for name in ("report.pdf", "exe.txt", "") if is_dangerous(name, "")] == []
