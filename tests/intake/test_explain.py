"""`mail explain` says what failed and who complained."""

from __future__ import annotations

from pathlib import Path

import pytest

from postline.intake.addressed import Mailboxes
from postline.intake.explain import explain
from tests.scenes import department

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGES = Path(__file__).resolve().parents[1] / "messages"


def explained(name: str) -> dict[str, object]:
    department()
    (said,) = explain([(MESSAGES / name).read_bytes()], Mailboxes.now())
    return said


def test_a_bounce_is_told_with_the_message_that_failed() -> None:
    said = explained("delivery-status.eml")
    assert (said["kind"], said["feedback"]) == ("bounce", None)
    assert said["bounce"] == {
        "recipient": "gone@mail.example",
        "status": "5.1.1",
        "action": "failed",
        "diagnostic": "550 5.1.1 no such user",
        "original_message_id": "a9@desk.example",
    }


def test_a_complaint_is_told_with_its_source() -> None:
    said = explained("feedback-report.eml")
    assert (said["kind"], said["bounce"]) == ("feedback-report", None)
    assert said["feedback"] == {
        "type": "abuse",
        "offender": "spammer@mail.example",
        "source_ip": "192.0.2.7",
        "reporter": "fbl@isp.example",
        "arrival_date": None,
        "original_message_id": "",
        "original_subject": "Buy",
    }


def test_a_letter_is_neither() -> None:
    said = explained("plain-en.eml")
    assert (said["kind"], said["bounce"], said["feedback"]) == ("letter", None, None)
