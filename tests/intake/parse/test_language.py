"""The language of short letters."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from postline.intake.parse.language import language

pytestmark = pytest.mark.unit

# A language code and a letter in each line, its line ends written as \\n.
TABLE = [
    (line[:2], line[3:].replace("\\n", "\n"))
    for line in (Path(__file__).parent / "languages.tsv").read_text("utf-8").splitlines()
]


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
        ("Не мога да вляза в пощата си, паролата не се приема, моля за съдействие", "bg"),
        ("Не магу ўвайсці ў скрыню, дапамажыце калі ласка", "be"),
        ("No puedo entrar en mi cuenta, gracias por su ayuda", "es"),
        ("Non riesco ad accedere alla mia posta, grazie", "it"),
        ("Nie mogę się zalogować, proszę o pomoc", "pl"),
        ("Здравствуйте, пишет ошибку: the server at mail.example is not available for this user", "ru"),
        ('Guten Tag, es kommt "the server at mail is not available for this user" und sonst nichts', "de"),
        ("Добрый день\n\nBest regards,\nIvan Petrov, Head of the Department of Sales\nExample Trading Company", "ru"),
        ("Ne rabotaet pochta, pomogite pozhaluysta", "ru"),
        ("Ja, dreimal.\n\n4.2\n\nGruß\nAnna", "de"),
        ("こんにちは、ログインできません", "ja"),
        ("https://mail.example/the/and/of user@mail.example", ""),
        ("12345", ""),
        ("Lorem", ""),
        ("", ""),
    ],
)
def test_a_language_is_known_by_its_words(text: str, expected: str) -> None:
    assert language(text) == expected


def test_nearly_all_short_letters_are_known() -> None:
    assert len(TABLE) >= 200
    wrong = [(code, language(text), text) for code, text in TABLE if language(text) != code]
    assert len(wrong) <= 0.03 * len(TABLE), wrong


@pytest.mark.parametrize("code", ["ru", "uk", "en", "nl", "de", "fr"])
def test_no_language_is_worse_off(code: str) -> None:
    letters = [text for known, text in TABLE if known == code]
    wrong = [text for text in letters if language(text) != code]
    assert len(letters) >= 30
    assert len(wrong) <= 0.05 * len(letters), wrong


@pytest.mark.parametrize("text", ["a" * 500_000, "/ " * 250_000, '"' * 500_000, "слово " * 80_000, "@" * 500_000])
def test_long_texts_take_no_longer_than_short_ones(text: str) -> None:
    began = time.process_time()
    language(text)
    assert time.process_time() - began < 0.02
