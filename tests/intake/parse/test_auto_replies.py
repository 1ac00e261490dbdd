"""Robots are known whatever product and language; people who write about robots are not taken for them."""

from __future__ import annotations

import pytest

from postline.intake.parse import read
from postline.intake.parse.auto_reply_phrases import AUTOMATIC, AUTOMATIC_ROOTS
from postline.intake.parse.bounces.phrases import SUBJECT_ROOTS, SUBJECTS
from tests.intake.parse.robots import PEOPLE, ROBOTS, Row

pytestmark = pytest.mark.unit


def letter(row: Row) -> bytes:
    _, headers, subject, text = row
    return (
        f"From: Anna Meyer <anna@firm.example>\nTo: support@desk.example\nSubject: {subject}\n{headers}\n"
        f"Date: Tue, 25 Nov 2025 10:15:00 +0300\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    ).encode()


@pytest.mark.parametrize("row", ROBOTS, ids=[row[0] for row in ROBOTS])
def test_an_automatic_answer_is_known(row: Row) -> None:
    assert read(letter(row)).kind == "auto-reply"


@pytest.mark.parametrize("row", PEOPLE, ids=[row[0] for row in PEOPLE])
def test_a_letter_about_such_things_stays_a_letter(row: Row) -> None:
    assert read(letter(row)).kind == "letter"


def test_the_tables_are_large_enough() -> None:
    assert len(ROBOTS) >= 100
    assert len(PEOPLE) >= 50


def test_a_root_stands_in_every_phrase_of_a_robot() -> None:
    assert [phrase for phrase in AUTOMATIC if not any(root in phrase for root in AUTOMATIC_ROOTS)] == []


def test_a_root_stands_in_every_subject_of_a_failure() -> None:
    assert [phrase for phrase in SUBJECTS if not any(root in phrase for root in SUBJECT_ROOTS)] == []


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("Message d'absence", "Bonjour,\n\nComment activer le message d’absence dans ma boîte ?\n\nMerci", "letter"),
        ("Автоответчик", "Здравствуйте! Он перестал работать, помогите настроить.", "letter"),
        ("Out of office", "I set it yesterday, but nobody gets it. What is wrong?", "letter"),
        ("Message d'absence", "Je suis absent jusqu'au 3 juin. En cas d'urgence, contactez Paul.", "auto-reply"),
        ("Out of office", "I will be back on 3 June.", "auto-reply"),
        ("Message d'absence : Facture", "Comment activer le message d’absence ?", "auto-reply"),
    ],
)
def test_a_subject_of_nothing_but_absence_needs_a_text_that_fits(subject: str, text: str, kind: str) -> None:
    assert read(letter(("", "X-Priority: 3", subject, text))).kind == kind
