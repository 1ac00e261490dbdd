"""Files, raw bytes and HTML of messages: nothing of a stranger runs in our pages."""

from __future__ import annotations

import hashlib
import re
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
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; ")  # no scripts, no forms, no origin
    assert "img-src data:;" in policy
    assert "<script" not in page
    assert "onclick" not in page
    assert "javascript:" not in page
    assert ' src="https://spy.example' not in page
    assert 'src="data:image/png;base64,' in page


def test_the_frame_of_html_may_run_nothing(ticket: Ticket, signed_in: SignedIn) -> None:
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    frame = re.search(r"<iframe [^>]*>", page)
    assert frame is not None
    assert f' src="/desk/messages/{Message.objects.get().pk}/html/"' in frame[0]
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame[0]


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
        f"/desk/messages/{message}/source/",
        f"/desk/attachments/{file}/message/",
    ):
        assert browser.get(address).status_code == 404, address


def test_a_part_that_is_no_longer_found_in_its_message_is_nowhere(ticket: Ticket, signed_in: SignedIn) -> None:
    Attachment.objects.update(place="9.9")
    browser = signed_in("line1")
    assert browser.get(f"/desk/attachments/{Attachment.objects.get().pk}/").status_code == 404
    assert browser.get(f"/desk/messages/{Message.objects.get().pk}/html/").status_code == 200


def test_the_source_is_text_and_its_headers_a_table(ticket: Ticket, signed_in: SignedIn) -> None:
    RawMessage.objects.update(content=b"Subject: <script>x</script>\r\nX-Odd: a\x1b[31m\r\n\r\nBody \x07 <b>bold</b>")
    page = signed_in("line1").get(f"/desk/messages/{Message.objects.get().pk}/source/").content.decode()
    assert '<th scope="row">Subject</th><td><bdi>&lt;script&gt;x&lt;/script&gt;</bdi></td>' in page
    assert "Body \N{REPLACEMENT CHARACTER} &lt;b&gt;bold&lt;/b&gt;" in page
    assert "\x1b" not in page


def test_a_very_long_source_is_cut_and_says_so(ticket: Ticket, signed_in: SignedIn) -> None:
    RawMessage.objects.update(content=b"Subject: x\r\n\r\n" + b"line\r\n" * 100_000)
    page = signed_in("line1").get(f"/desk/messages/{Message.objects.get().pk}/source/").content.decode()
    assert "Only the beginning is shown." in page
    assert len(page) < 400_000


def test_what_can_do_harm_is_marked(d: Department, signed_in: SignedIn) -> None:
    ticket = arrived_with(
        d, ("invoice.pdf.exe", "application/pdf", b"MZ", ""), ("plan.pdf", "application/pdf", b"%PDF", "")
    )
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert page.count("can do harm</b>") == 1
    assert page.index("invoice.pdf.exe") < page.index("can do harm</b>") < page.index("plan.pdf")


def test_a_logo_that_comes_with_every_letter_is_folded(d: Department, signed_in: SignedIn) -> None:
    for number in range(2):
        arrived_with(d, (f"image00{number}.png", "image/png", PIXEL, "<logo>"))
    browser = signed_in("line1")
    ticket = Ticket.objects.latest("pk")
    Attachment.objects.update(inline=True)
    assert "comes with every letter" not in browser.get(f"/desk/tickets/{ticket.number}/").content.decode()
    ticket = arrived_with(d, ("image003.png", "image/png", PIXEL, "<logo>"))
    Attachment.objects.update(inline=True)
    assert (
        "1 small picture that comes with every letter"
        in browser.get(f"/desk/tickets/{ticket.number}/").content.decode()
    )


def test_a_file_of_an_enclosed_message_is_a_download(d: Department, signed_in: SignedIn) -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "eve@elsewhere.example", "Inner"
    inner.set_content("Inner words")
    inner.add_attachment(b"<script>", maintype="text", subtype="html", filename="../x.html")
    arrived_with(d, ("letter.eml", "application/octet-stream", bytes(inner), ""))
    address = f"/desk/attachments/{Attachment.objects.get().pk}/message/"
    browser = signed_in("line1")
    place = re.search(r"\?part=([\d.]+)", browser.get(address).content.decode())
    assert place is not None
    answer = browser.get(address + place[0])
    assert answer.content == b"<script>"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="x.html"'
    assert browser.get(address + "?part=9.9").status_code == 404
    assert browser.get(address + "?html").status_code == 404  # it has none
