"""The words of automatic answers that were written before all answer texts had one language."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest

from postline.kit.templating import problems
from postline.projects.automatic_texts import NAMES

pytestmark = pytest.mark.unit
forwards = import_module("postline.projects.migrations.0013_answer_texts").forwards


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Number {number}, {expected}.", "Number {{ number }}, {{ expected }}."),
        ("{{number}}", "{ {{ number }}}"),
        ("100 {% of us", "100 { % of us"),
        ("no braces", "no braces"),
    ],
)
def test_braces_become_double_ones(old: str, new: str) -> None:
    kept = SimpleNamespace(subject=old, text=old, save=lambda **_: None)
    rows: Any = SimpleNamespace(objects=SimpleNamespace(all=lambda: [kept]))
    forwards(SimpleNamespace(get_model=lambda *_: rows), None)
    assert (kept.subject, kept.text) == (new, new)
    assert not problems(kept.text, NAMES, "en")
