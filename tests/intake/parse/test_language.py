"""The language of short letters."""

from __future__ import annotations

import pytest

from postline.intake.parse.language import language

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My account password reset failed", "en"),
        ("Добрый день, не приходят письма", "ru"),
        ("Не працює пошта, допоможіть будь ласка", "uk"),
        ("Mijn wachtwoord werkt niet meer", "nl"),
        ("Ich kann mich nicht anmelden", "de"),
        ("Je ne peux pas me connecter", "fr"),
        ("Көшеміздегі иттер топтасып алып, балаларға шабуылдайды", "kk"),
        ("Здравствуйте, пишет ошибку: the server at mail.example is not available for this user", "ru"),
        ("https://mail.example/the/and/of user@mail.example", ""),
        ("12345", ""),
        ("", ""),
    ],
)
def test_a_language_is_known_by_its_words(text: str, expected: str) -> None:
    assert language(text) == expected
