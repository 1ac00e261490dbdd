"""What people write, with letters in it that no database takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.outbox.models import OutboxMessage
from postline.tickets.actions.answer import answer
from postline.tickets.actions.note import note
from postline.tickets.actions.open import Contact, note_request, write_first
from postline.tickets.models import Body, Note
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
ODD = "He\0llo\ud800\x07"


@pytest.fixture
def d() -> Department:
    return department()


def test_an_answer_is_sent_without_them(d: Department) -> None:
    ticket = letter(d)
    message = answer(d.reach("line1"), number=ticket.number, text=ODD, now=LATER)
    assert message.body.text == "Hello\ufffd"
    assert OutboxMessage.objects.get().text.startswith("Hello\ufffd\n")


def test_a_note_is_kept_without_them(d: Department) -> None:
    note(d.reach("line1"), number=letter(d).number, text=ODD, now=LATER)
    assert Note.objects.get().text == "Hello\ufffd"


def test_a_ticket_is_opened_without_them(d: Department) -> None:
    contact = Contact(name="Anna\0\ud800", address="anna@user.example")
    for act in (write_first, note_request):
        act(d.reach("line1"), queue=d.queues["inbox"], contact=contact, subject=ODD, text=ODD, now=LATER)
    assert set(Body.objects.values_list("text", flat=True)) == {"Hello\ufffd"}
