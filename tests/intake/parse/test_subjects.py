"""A subject without what mail programs put in front of it."""

from __future__ import annotations

import pytest

from postline.intake.parse.subjects import base_subject

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "subject",
    [
        "I cannot sign in",
        "Re: I cannot sign in",
        "RE : Fwd: I cannot  sign in!",
        "Re[2]: I cannot sign in",
        "Re(3): AW: Antw: I cannot sign in",
        "Отв: Re: Пересл: I cannot sign in",
        "[support] I cannot sign in",
        "Doorst: I cannot sign in",
        "SV: VS: Odp: I cannot sign in",
        "回复：I cannot sign in",
        "Re: [Ticket#204 128 816] I cannot sign in",
        "#204128816 I cannot sign in",
    ],
)
def test_marks_labels_and_numbers_say_nothing(subject: str) -> None:
    assert base_subject(subject) == "i cannot sign in"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("", ""),
        ("Re:", ""),
        ("Invoice: wrong sum", "invoice: wrong sum"),
        ("Re: Вопрос: не приходит письмо", "вопрос: не приходит письмо"),
        ("[support]", "[support]"),
        ("Error 404", "error 404"),
    ],
)
def test_what_somebody_wrote_stays(subject: str, base: str) -> None:
    assert base_subject(subject) == base


def test_a_subject_of_nothing_but_marks_takes_no_time() -> None:
    assert base_subject("Re: " * 100_000) == ""
