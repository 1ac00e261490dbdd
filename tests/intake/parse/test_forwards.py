"""The letter that somebody forwards to us is read: who wrote it, when, about what."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from postline.intake.parse import cut, read
from postline.intake.parse.forwards import inline, is_forward, is_reply
from postline.intake.parse.replies import new_text
from postline.intake.parse.values import Address, Forwarded
from postline.intake.parse.written_dates import written_date

pytestmark = pytest.mark.unit

TABLE = Path(__file__).parent / "forwards" / "inline.txt"
CASE = re.compile(r"%% (?P<title>.*)\n%subject(?P<subject>.*)\n%is (?P<expected>.*)\n(?P<text>(?:(?!%% ).*\n)*)")


def cases() -> list[tuple[str, str, str, str]]:
    """(title, subject, what is expected, text) of each forward of the table."""
    return [
        (case["title"], case["subject"].strip(), case["expected"], case["text"])
        for case in CASE.finditer(TABLE.read_text(encoding="utf-8"))
    ]


def told(letter: Forwarded | None) -> str:
    """The letter as the table writes it."""
    if letter is None:
        return "nothing"
    date = letter.date.strftime("%Y-%m-%d %H:%M ") if letter.date else ""
    first_line = letter.text.split("\n")[0].strip("\ufeff")
    return f"{letter.sender.name} <{letter.sender.address}> | {date}| {letter.subject} | {first_line}"


def test_the_table_is_whole() -> None:
    assert len(cases()) == TABLE.read_text(encoding="utf-8").count("%% ") >= 75


@pytest.mark.parametrize(("title", "subject", "expected", "text"), cases())
def test_a_forwarded_letter_is_found(title: str, subject: str, expected: str, text: str) -> None:
    assert told(inline(text, subject)) == expected


@pytest.mark.parametrize(("title", "subject", "expected", "text"), cases())
def test_the_words_of_a_forwarded_letter_stay_in_the_new_text(
    title: str, subject: str, expected: str, text: str
) -> None:
    letter = inline(text, subject)
    if letter is None:
        assert new_text(text) in text
    else:
        assert letter.text.split("\n")[0] in new_text(text, forwards=True)


@pytest.mark.parametrize(
    ("subject", "forward", "reply"),
    [
        ("Fwd: Mailbox", True, False),
        ("FW:Mailbox", True, False),
        ("WG: Postfach", True, False),
        ("TR : Messagerie", True, False),
        ("Doorst: Mailbox", True, False),
        ("Пересл: Ящик", True, False),
        ("ПЕРЕСЛ.: Ящик", True, False),
        ("Fwd[2]: Ящик", True, False),
        ("[EXT] Fwd: Mailbox", True, False),
        ("Re: Fwd: Mailbox", False, True),
        ("AW: WG: Postfach", False, True),
        ("Antw: Mailbox", False, True),
        ("Отв: Ящик", False, True),
        ("RE(2): Mailbox", False, True),
        ("Mailbox", False, False),
        ("Error: mailbox", False, False),
        ("Forwarding: how?", False, False),
        ("", False, False),
    ],
)
def test_the_first_prefix_decides(subject: str, forward: bool, reply: bool) -> None:
    assert (is_forward(subject), is_reply(subject)) == (forward, reply)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("вт, 12 мая 2026 г. в 10:12", "2026-05-12 10:12"),
        ("вівторок, 12 травня 2026 р. 10:12", "2026-05-12 10:12"),
        ("12 листопада 2026 р. о 10:12", "2026-11-12 10:12"),
        ("12 липня 2026 р. о 10:12", "2026-07-12 10:12"),
        ("12 июля 2026, 10:12", "2026-07-12 10:12"),
        ("Tuesday, May 12, 2026 10:12 PM", "2026-05-12 22:12"),
        ("Tuesday, May 12, 2026 12:12 AM", "2026-05-12 00:12"),
        ("Tue, 12 May 2026 10:12:13 -0500", "2026-05-12 15:12"),
        ("5/12/2026 10:12 AM", "2026-05-12 10:12"),
        ("12/05/2026 10:12", "2026-05-12 10:12"),
        ("12.05.26 10:12 (GMT+02:00)", "2026-05-12 08:12"),
        ("2026-05-12 10:12", "2026-05-12 10:12"),
        ("Dienstag, 12. März 2026 um 10:12 Uhr", "2026-03-12 10:12"),
        ("mardi 12 août 2026 10:12", "2026-08-12 10:12"),
        ("12 juin 2026 à 10h12", "2026-06-12 10:12"),
        ("12 juillet 2026 à 10:12", "2026-07-12 10:12"),
        ("dinsdag 12 maart 2026 10:12", "2026-03-12 10:12"),
        ("12.05.2026", "2026-05-12 00:00"),
        ("31.02.2026 10:12", ""),
        ("12 Nevember 2026", ""),
        ("yesterday", ""),
        ("99999999999999999999", ""),
        ("", ""),
    ],
)
def test_a_date_written_for_people_is_read(text: str, expected: str) -> None:
    date = written_date(text)
    assert (date.strftime("%Y-%m-%d %H:%M") if date else "") == expected


def letter(subject: str, text: str) -> EmailMessage:
    """A letter of Ivan, who works at the company."""
    message = EmailMessage()
    message["From"] = "Ivan Petrov <ivan@company.example>"
    message["To"] = "help@desk.example"
    message["Subject"] = subject
    message["Date"] = "Tue, 12 May 2026 12:00:00 +0200"
    message["Message-ID"] = "<1@company.example>"
    message.set_content(text)
    return message


def enclosed() -> EmailMessage:
    """What a customer wrote to the company."""
    message = EmailMessage()
    message["From"] = "=?utf-8?b?0JDQvdC90LA=?= <anna@MAIL.example>"
    message["Subject"] = "Не открывается ящик"
    message["Date"] = "Tue, 12 May 2026 10:12:00 +0300"
    message.set_content("Помогите, пожалуйста.")
    return message


def test_an_enclosed_message_is_the_forwarded_letter() -> None:
    message = letter("FW: Не открывается ящик", "За вами.")
    message.add_attachment(enclosed())
    parsed = read(message.as_bytes())
    assert parsed.forwarded is not None
    assert parsed.forwarded.sender == Address("Анна", "anna@mail.example")
    assert parsed.forwarded.date == datetime(2026, 5, 12, 7, 12, tzinfo=UTC)
    assert parsed.forwarded.subject == "Не открывается ящик"
    assert parsed.forwarded.text.strip() == "Помогите, пожалуйста."
    assert b"Message-ID" not in cut(message.as_bytes(), parsed.forwarded.place)
    assert read(cut(message.as_bytes(), parsed.forwarded.place)).sender.address == "anna@mail.example"
    assert parsed.new_text == "За вами."


def test_what_is_enclosed_in_a_reply_is_no_forward() -> None:
    message = letter("Re: Ящик", "Вот то письмо.")
    message.add_attachment(enclosed())
    assert read(message.as_bytes()).forwarded is None


def test_a_digest_forwards_nothing() -> None:
    message = letter("Today's letters", "")
    message.clear_content()
    message["Content-Type"] = "multipart/digest; boundary=x"
    message.set_payload(f"--x\n\n{enclosed().as_string()}\n--x--\n")
    assert [part.content_type for part in read(message.as_bytes()).attachments] == ["message/rfc822"]
    assert read(message.as_bytes()).forwarded is None


def test_a_report_of_a_server_forwards_nothing() -> None:
    message = letter("Undelivered Mail Returned to Sender", "It bounced.")
    message.replace_header("From", "MAILER-DAEMON@company.example")
    message.add_attachment(enclosed())
    assert read(message.as_bytes()).forwarded is None


def test_a_forwarded_letter_is_part_of_the_message_that_is_read() -> None:
    text = "Bitte übernehmen.\n\nVon: Anna Berger <anna@mail.example>\nGesendet: Dienstag, 12. Mai 2026 10:12\n"
    text += "An: Ivan Petrov\nBetreff: Postfach\n\nMein Postfach geht nicht auf.\n"
    forward = read(letter("WG: Postfach", text).as_bytes())
    assert forward.forwarded is not None
    assert forward.forwarded.sender == Address("Anna Berger", "anna@mail.example")
    assert forward.forwarded.place == ""
    assert "Mein Postfach geht nicht auf." in forward.new_text
    reply = read(letter("AW: Postfach", text).as_bytes())
    assert reply.forwarded is None
    assert reply.new_text == "Bitte übernehmen."


@pytest.mark.parametrize(
    "text",
    [
        "Forwarded message\n" * 25_000,
        "From: a@b.example\n" * 25_000,
        "-" * 500_000 + " forward",
        "> " * 250_000 + "forwarded",
        "- forwarded by " + "a" * 500_000,
        "---------- Forwarded message ---------\nFrom: " + "a@" * 250_000,
        "---------- Forwarded message ---------\nFrom: a@b.example\nDate: " + "12 " * 160_000,
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    began = time.process_time()
    inline(text, "Fwd: x")
    inline(text, "x")
    assert time.process_time() - began < 0.4
