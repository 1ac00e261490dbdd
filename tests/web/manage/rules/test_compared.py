"""Two sentences beside each other."""

from __future__ import annotations

import pytest

from postline.web.manage.rules.compared import compared

pytestmark = pytest.mark.unit


def test_what_differs_is_marked_word_by_word() -> None:
    assert compared("the subject contains “bill”", "the subject contains “invoice”") == (
        "the subject contains “<del>bill</del><ins>invoice</ins>”"
    )
    assert compared("тема содержит «счёт»", "тема содержит «счёт» или «оплата»") == (
        "тема содержит «счёт»<ins> или «оплата»</ins>"
    )


def test_what_somebody_wrote_is_text_and_no_markup() -> None:
    assert compared("<b>", "<i>") == "&lt;<del>b</del><ins>i</ins>&gt;"
    assert compared("", "<script>") == "<ins>&lt;script&gt;</ins>"
    assert compared("a", "a") == "a"
