"""Quoted letters and signatures are folded away, whatever program made them; the writer's words never are."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.intake.parse import read
from postline.intake.parse.replies import new_text

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parent / "replies"
OWN = {
    "ru": "Здравствуйте, Анна!\n\nМой логин ivan, ошибка появилась 11.05.2026 в 9:30.\nСпасибо за ответ: жду.",
    "uk": "Вітаю!\n\nМій логін ivan, помилка з’явилась 11.05.2026 о 9:30.\nДякую: чекаю.",
    "nl": "Beste Anna,\n\nMijn login is ivan, de fout kwam op 11 mei om 9:30.\nBedankt, ik wacht af.",
    "de": "Guten Tag Frau Berger,\n\nmein Login ist ivan, der Fehler kam am 11. Mai 2026 um 9:30.\nDanke: ich warte.",
    "fr": "Bonjour,\n\nMon identifiant est ivan, l'erreur date du 11 mai à 9:30.\nMerci !",
    "en": "Hello Anna,\n\nmy login is ivan, the error came on May 11, 2026 at 9:30 AM.\nThanks: waiting.",
}


def blocks(name: str, mark: str) -> list[tuple[str, str]]:
    """(title, text) of each block of a table; a line that begins with the mark opens one."""
    found = []
    for block in ("\n" + (FOLDER / name).read_text(encoding="utf-8")).split(f"\n{mark} ")[1:]:
        title, _, text = block.partition("\n")
        found.append((title.strip(), text.rstrip("\n")))
    return found


def whole(name: str) -> list[tuple[str, str, str]]:
    """(title, text, what is expected) of each case of a table."""
    cases = []
    for title, block in blocks(name, "%%"):
        text, mark, expected = f"{block}\n".partition("%new\n")
        assert mark, title
        cases.append((title, text.removesuffix("\n"), expected.strip("\n")))
    return cases


@pytest.mark.parametrize(("title", "quotation"), blocks("quotations.txt", "%%"))
def test_what_a_program_quotes_below_the_answer_is_folded(title: str, quotation: str) -> None:
    own = OWN.get(title[:2], OWN["en"])
    assert new_text(f"{own}\n\n{quotation}\n") == own
    assert new_text(f"{own}\n{quotation}") == own, "without a blank line"


@pytest.mark.parametrize(("title", "text", "expected"), whole("letters.txt"))
def test_only_what_the_writer_added_is_left(title: str, text: str, expected: str) -> None:
    assert new_text(text) == expected


@pytest.mark.parametrize(("title", "quotation"), blocks("quotations.txt", "%%"))
def test_a_letter_of_nothing_but_a_quotation_is_shown_whole(title: str, quotation: str) -> None:
    assert new_text(f"\n{quotation}\n").strip() == quotation.strip()


@pytest.mark.parametrize(("title", "quotation"), blocks("in_html.txt", "%%"))
def test_what_a_program_quotes_in_html_is_folded(title: str, quotation: str) -> None:
    message = EmailMessage()
    message["From"] = "ivan@mail.example"
    message["Subject"] = "Re: Ящик"
    message.set_content(f"<html><body><div>Спасибо, помогло.</div>{quotation}</body></html>", subtype="html")
    parsed = read(message.as_bytes())
    assert "Помогло?" in parsed.text
    assert parsed.new_text == "Спасибо, помогло."
    assert parsed.forwarded is None


CONSOLE = "Here is my console:\n\n$ mysql\n> show tables;\n> exit\n\nWhat is wrong with it?"


def test_marked_lines_of_a_letter_that_answers_nothing_are_the_writers() -> None:
    letter = f"From: anna@mail.example\nSubject: %s\n%s\n{CONSOLE}\n"
    assert read((letter % ("Console", "")).encode()).new_text == CONSOLE
    without = CONSOLE.replace("> show tables;\n> exit\n", "").replace("\n\n\n", "\n\n")
    assert read((letter % ("Re: Console", "")).encode()).new_text == without
    assert read((letter % ("Console", "In-Reply-To: <1@desk.example>\n")).encode()).new_text == without


def test_what_an_attribution_announces_is_quoted_in_any_letter() -> None:
    text = "Hi!\n\nOn 1 May 2025 at 10:00, Ivan <ivan@mail.example> wrote:\n> Hello\n\nBye!"
    assert new_text(text, answers=False) == "Hi!\n\nBye!"


def test_a_journey_is_no_quoted_letter() -> None:
    text = "I was away.\nFrom: Berlin\nTo: Amsterdam\nDate: 25.11.2025\n\nPlease send me the bill."
    assert new_text(text) == text


LINES = [
    line
    for name in ("quotations.txt", "letters.txt")
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()
    if not line.startswith("%")
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=30), st.booleans())
def test_whatever_stands_in_a_letter_something_of_it_is_left(lines: list[str], forwards: bool) -> None:
    newest = new_text("\n".join(lines), forwards=forwards)
    assert bool(newest.strip()) == any(line.strip() for line in lines)
    for line in newest.split("\n"):
        assert not line or any(
            whole.startswith(line) or line == whole.rstrip() for whole in (*lines, *map(str.strip, lines))
        )


@pytest.mark.parametrize(
    "text",
    [
        ">" * 500_000,
        "> \n" * 9_999,
        "On \n" * 125_000,
        "On \n" * 9_999,
        "On 12 May 2026 at 10:12\n" * 9_999,
        "On Tue, 12 May 2026 at 10:12, <a@b.example> wrote\n" * 9_999,
        "From: \n" * 9_999,
        "От: a\nДата: 1\n" * 4_999,
        "-" * 500_000,
        "- " * 250_000,
        "-----\n" * 9_999,
        "a@" * 250_000 + ":",
        "wrote " * 80_000 + ":",
        ("x" * 999 + ":\n") * 500,
        ("12 " * 330 + "\n") * 500,
        ("Sent from " + "my " * 300 + "\n") * 500,
        ("с уважением" + " " * 70 + "\n") * 6_000,
        "--\n" * 9_999,
        "(((((<<<<<\n> a\n" * 4_999,
        "\n" * 500_000,
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    began = time.process_time()
    new_text(text)
    assert time.process_time() - began < 0.2
