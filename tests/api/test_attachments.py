"""GET /messages/{id}/raw and /attachments/{id}: the bytes themselves."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from postline.intake import pipeline
from postline.intake.models import Source
from postline.intake.receive import Delivery, keep
from postline.tickets.models import Message
from tests.api.program import Program, Programs
from tests.scenes import NOW, Department, letter

PAGE = b"<script>alert(1)</script>"


def received(desk: Department) -> tuple[bytes, Message]:
    """Anna's letter with a file came in through a door."""
    written = EmailMessage()
    written["From"] = "Anna Visser <anna@user.example>"
    written["To"] = "support@mail.example"
    written["Subject"] = "The page"
    written["Message-ID"] = "<page@user.example>"
    written.set_content("Here it is.")
    written.add_attachment(PAGE, maintype="text", subtype="html", filename='стра"ница.html')
    content = written.as_bytes()
    raw_id = keep(
        Delivery(
            content=content,
            source=Source.SMTP,
            envelope_from="anna@user.example",
            envelope_to=["support@mail.example"],
        ),
        now=NOW,
    )
    assert pipeline.handle_one(raw_id, now=NOW)
    return content, Message.objects.get(raw_id=raw_id)


def test_the_raw_message_is_what_came_in(desk: Department, program_of: Programs) -> None:
    content, message = received(desk)
    response = program_of("line1").fetch(f"/messages/{message.pk}/raw")
    assert response.content == content
    assert response.headers["Content-Type"] == "message/rfc822"


def test_an_answer_is_shown_as_it_goes_out(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    said = line1.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again"})
    sent = message_from_bytes(line1.fetch(f"/messages/{said['id']}/raw").content, policy=SMTP)
    assert sent["Message-ID"] == f"<{said['message_id']}>"
    assert sent["To"] == "Anna Visser <anna@user.example>"


def test_a_file_is_cut_out_of_its_message_and_never_shown_in_place(desk: Department, program_of: Programs) -> None:
    _, message = received(desk)
    line1 = program_of("line1")
    (file,) = line1.get(f"/tickets/{message.ticket.number}/messages")["results"][0]["attachments"]
    response = line1.fetch(file["url"].removeprefix("/api/v1"))
    assert response.content == PAGE
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_one_may_not_read_bytes_behind_the_wall(desk: Department, program_of: Programs) -> None:
    _, message = received(desk)
    for login in ("games1", "web"):
        stranger: Program = program_of(login)
        for path in (f"/messages/{message.pk}/raw", f"/attachments/{message.attachments.get().pk}"):
            stranger.get(path)
            assert stranger.error() == (404, "not-found", set())


def test_what_is_not_there_is_not_found(desk: Department, program_of: Programs) -> None:
    letter(desk)
    line1 = program_of("line1")
    for path in ("/messages/1/raw", f"/attachments/{2**62}", f"/messages/{Message.objects.get().pk}/raw"):
        line1.get(path)
        assert line1.error() == (404, "not-found", set())
    line1.get(f"/attachments/{2**63}")
    assert line1.error() == (422, "invalid", {"id"})
