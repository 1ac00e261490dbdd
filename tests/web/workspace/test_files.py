"""Files, raw bytes and HTML of messages: nothing of a stranger runs in our pages."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage

import pytest

from postline.intake.models import RawMessage
from postline.intake.parse import read
from postline.kit import clock
from postline.tickets.arrival import ArrivedFile
from postline.tickets.models import Attachment, Message, Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
HTML = (
    '<p onclick="x()">Hello <img src="cid:shot"><img src="https://spy.example/p.gif"><script>alert(1)</script>'
    '<a href="javascript:y()">click</a></p>'
)


@pytest.fixture
def ticket(d: Department) -> Ticket:
    return arrived_with(d, ("picture.png", "image/png", PIXEL, "<shot>"), html=HTML)


def arrived_with(d: Department, *files: tuple[str, str, bytes, str], html: str = "", queue: str = "inbox") -> Ticket:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@user.example", "support@mail.example", "A file"
    message.set_content("See the file")
    for name, content_type, content, content_id in files:
        kind, _, subtype = content_type.partition("/")
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=name, cid=content_id or None)
    raw = bytes(message)
    kept = RawMessage.objects.create(
        key=hashlib.sha256(raw).digest(),
        source="smtp",
        content=raw,
        size=len(raw),
        sha256=hashlib.sha256(raw).digest(),
        received_at=clock.now(),
    )
    parts = [
        ArrivedFile(one.filename, one.content_type, one.size, one.sha256, one.inline, one.content_id, one.place)
        for one in read(raw).attachments
    ]
    return letter(d, queue=queue, html=html, files=parts, raw_id=kept.pk, now=clock.now())


def test_a_picture_is_shown_in_place_and_can_run_nothing(ticket: Ticket, signed_in: SignedIn) -> None:
    answer = signed_in("line1").get(f"/desk/attachments/{Attachment.objects.get().pk}/")
    assert answer.content == PIXEL
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"] == 'inline; filename="picture.png"'


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "application/pdf", "text/xml", "text/plain"])
def test_what_a_browser_might_run_is_a_download(d: Department, signed_in: SignedIn, content_type: str) -> None:
    arrived_with(d, ("page.html", content_type, b"<script>alert(1)</script>", ""))
    answer = signed_in("line1").get(f"/desk/attachments/{Attachment.objects.get().pk}/")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_foreign_file_name_is_written_safely(d: Department, signed_in: SignedIn) -> None:
    arrived_with(d, ("договор.pdf", "application/pdf", b"%PDF", ""))
    Attachment.objects.update(filename='../..\\x\r\nSet-Cookie: a=b";договор.pdf')
    answer = signed_in("line1").get(f"/desk/attachments/{Attachment.objects.get().pk}/")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert "filename*=utf-8''" in answer.headers["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers


def test_a_file_that_has_not_changed_is_not_sent_again(ticket: Ticket, signed_in: SignedIn) -> None:
    browser, address = signed_in("line1"), f"/desk/attachments/{Attachment.objects.get().pk}/"
    tag = browser.get(address).headers["ETag"]
    assert browser.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_html_is_cleaned_and_shut_into_its_frame(ticket: Ticket, signed_in: SignedIn) -> None:
    answer = signed_in("line1").get(f"/desk/messages/{Message.objects.get().pk}/html/")
    page, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "; sandbox;" in policy
    assert "<script" not in page
    assert "onclick" not in page
    assert "javascript:" not in page
    assert ' src="https://spy.example' not in page
    assert 'src="data:image/png;base64,' in page


def test_the_frame_of_html_may_run_nothing(ticket: Ticket, signed_in: SignedIn) -> None:
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert f'<iframe sandbox src="/desk/messages/{Message.objects.get().pk}/html/"' in page


def test_the_raw_message_is_a_download_of_every_byte(ticket: Ticket, signed_in: SignedIn) -> None:
    answer = signed_in("line1").get(f"/desk/messages/{Message.objects.get().pk}/raw/")
    assert answer.content == bytes(RawMessage.objects.get().content)
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="{ticket.number}-{Message.objects.get().pk}.eml"'
    )


def test_nothing_of_a_ticket_of_games_is_there_for_mail(d: Department, signed_in: SignedIn) -> None:
    arrived_with(d, ("picture.png", "image/png", PIXEL, ""), html=HTML, queue="games/inbox")
    message, file, browser = Message.objects.get().pk, Attachment.objects.get().pk, signed_in("line1")
    for address in (
        f"/desk/attachments/{file}/",
        f"/desk/messages/{message}/raw/",
        f"/desk/messages/{message}/html/",
        f"/desk/messages/{message}/text/",
    ):
        assert browser.get(address).status_code == 404, address


def test_a_part_that_is_no_longer_found_in_its_message_is_nowhere(ticket: Ticket, signed_in: SignedIn) -> None:
    Attachment.objects.update(place="9.9")
    browser = signed_in("line1")
    assert browser.get(f"/desk/attachments/{Attachment.objects.get().pk}/").status_code == 404
    assert browser.get(f"/desk/messages/{Message.objects.get().pk}/html/").status_code == 200
