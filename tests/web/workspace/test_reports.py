"""Complaint reports and protected letters, from their bytes to what an agent reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from postline.intake import pipeline
from postline.intake.models import Source
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.kit import clock
from postline.outbox.models import OutboxMessage
from postline.tickets.models import Message, Ticket
from tests.scenes import Department
from tests.web.conftest import SignedIn

LETTERS = Path(__file__).parent.parent.parent / "messages"


def arrives(name: str) -> Ticket:
    """A letter comes to the Abuse mailbox."""
    content = (LETTERS / f"{name}.eml").read_bytes()
    to = ("abuse@mail.example",)
    keep(Delivery(content=content, source=Source.SMTP, envelope_from="x@user.example", envelope_to=to), now=clock.now())
    with Reader() as reader:
        pipeline.handle(reader, now=clock.now())
    return Ticket.objects.get()


def test_a_complaint_report_lists_its_facts_and_gets_no_answer(d: Department, signed_in: SignedIn) -> None:
    ticket = arrives("feedback-report")
    page = signed_in("abuse").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert "<dt>Complaint</dt><dd><bdi>abuse</bdi></dd>" in page
    assert "<dt>About</dt><dd><bdi>spammer@mail.example</bdi></dd>" in page
    assert "<dt>Sent from</dt><dd><bdi>192.0.2.7</bdi></dd>" in page
    assert "<dt>Subject of the message</dt><dd><bdi>Buy</bdi></dd>" in page
    assert "/message/" in page  # the message complained of opens as a page of its own
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("smime-signed", "signed (S/MIME), not checked"),
        ("smime-encrypted", "encrypted (S/MIME): it cannot be read here"),
        ("pgp-mime-signed", "signed (PGP), not checked"),
        ("pgp-mime-encrypted", "encrypted (PGP): it cannot be read here"),
    ],
)
def test_a_protected_letter_says_so(d: Department, signed_in: SignedIn, name: str, words: str) -> None:
    ticket = arrives(name)
    assert words in signed_in("abuse").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert Message.objects.filter(direction="inbound").get().report is None
