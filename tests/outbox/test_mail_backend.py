from __future__ import annotations

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

from postline.outbox.models import Enclosure, Kind, OutboxMessage
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import states, try_once

pytestmark = pytest.mark.django_db
BACKEND = "postline.outbox.mail_backend.OutboxBackend"


def send(message: EmailMessage) -> int:
    # pytest-django puts another backend into the settings
    return get_connection(BACKEND).send_messages([message]) or 0


def test_djangos_own_mail_goes_through_the_outbox() -> None:
    message = EmailMultiAlternatives(
        "Sign in", "The link", '"Post, line" <desk@mail.example>', ["Anna Visser <anna@user.example>"],
        bcc=["chief@mail.example"], reply_to=["help@mail.example"],
    )  # fmt: skip
    message.attach_alternative("<p>The link</p>", "text/html")
    message.attach("a.txt", "Hello", "text/plain")

    assert send(message) == 1

    row = OutboxMessage.objects.get()
    assert (row.kind, row.project, row.ticket_id, row.envelope_from) == (Kind.ACCOUNT, None, None, "")
    assert (row.sender_name, row.sender_address) == ("Post, line", "desk@mail.example")
    assert (row.subject, row.text, row.html) == ("Sign in", "The link", "<p>The link</p>")
    assert (row.to, row.reply_to) == ([["Anna Visser", "anna@user.example"]], "help@mail.example")
    assert set(states(row)) == {"anna@user.example", "chief@mail.example"}
    enclosure = Enclosure.objects.get()
    assert (enclosure.filename, enclosure.content_type, bytes(enclosure.content)) == ("a.txt", "text/plain", b"Hello")


def test_it_can_be_sent() -> None:
    send(EmailMessage("Sign in", "The link", "desk@mail.example", ["anna@user.example"]))

    with Receiving() as server:
        assert try_once(server.connect(), now=OutboxMessage.objects.get().created_at)

    assert b"Auto-Submitted: auto-generated" in server.received[0].content


def test_a_message_to_nobody_is_left_out() -> None:
    assert send(EmailMessage("Sign in", "The link", "desk@mail.example", [])) == 0
    assert not OutboxMessage.objects.exists()
