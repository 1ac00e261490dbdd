from __future__ import annotations

import email.policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import fast_mail_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postline.outbox.compose import CannotCompose, compose
from postline.outbox.models import Enclosure, Kind, OutboxMessage
from tests.scenes import NOW

pytestmark = pytest.mark.unit
PUZZLING_NAMES = ['a, b@evil <x>"', "u@x>, <b@evil.example", "x\r\nBcc: y@evil.example", "=?utf-8?q?a=0D=0ABcc:_x@y?="]

ALLOWED = {"From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type"}


def row(**other: Any) -> OutboxMessage:
    values: dict[str, Any] = {
        "kind": Kind.ANSWER,
        "message_id": "123456782.ab12.signature@mail.example",
        "sender_name": "Поддержка Почты",
        "sender_address": "support@mail.example",
        "to": [["Anna Visser", "anna@user.example"]],
        "subject": "Re: I cannot sign in",
        "text": "Hello\n",
        "created_at": NOW,
    }
    return OutboxMessage(**{**values, **other})


def read(content: bytes) -> EmailMessage:
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    return message


def test_the_same_row_gives_the_same_bytes() -> None:
    message = row(html="<p>Hello", language="en")
    files = [Enclosure(filename="a.png", content_type="image/png", content=b"\x89PNG")]

    assert compose(message, files) == compose(message, files)


def test_an_answer_says_who_to_whom_when_and_to_what() -> None:
    message = read(
        compose(
            row(
                reply_to="support+123456782-signature@mail.example",
                cc=[["Борис Орлов", "boris@user.example"]],
                in_reply_to="two@user.example",
                references=["one@user.example", "two@user.example"],
                language="ru",
            )
        )
    )

    assert dict(message.items()) == {
        "From": "Поддержка Почты <support@mail.example>",
        "To": "Anna Visser <anna@user.example>",
        "Cc": "Борис Орлов <boris@user.example>",
        "Reply-To": "support+123456782-signature@mail.example",
        "Subject": "Re: I cannot sign in",
        "Date": "Wed, 04 Mar 2026 12:00:00 +0000",
        "Message-ID": "<123456782.ab12.signature@mail.example>",
        "In-Reply-To": "<two@user.example>",
        "References": "<one@user.example> <two@user.example>",
        "Content-Language": "ru",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }


@pytest.mark.parametrize(
    ("kind", "submitted"), [(Kind.AUTOMATIC, "auto-replied"), (Kind.ACCOUNT, "auto-generated"), (Kind.ANSWER, None)]
)
def test_what_no_human_wrote_says_so(kind: Kind, submitted: str | None) -> None:
    message = read(compose(row(kind=kind)))

    assert message["Auto-Submitted"] == submitted
    assert message["X-Auto-Response-Suppress"] == ("All" if submitted else None)
    assert message["X-Postline-Loop"] == ("automatic" if submitted else None)
    assert message["Precedence"] is None


def test_text_html_and_files_arrive_as_they_were() -> None:
    files = [
        Enclosure(filename='Отчёт "за" год; часть 1.pdf', content_type="application/pdf", content=bytes(range(256))),
        Enclosure(filename="../../letter.eml", content_type="message/rfc822", content=b"Subject: x\n\ny"),
        Enclosure(filename="", content_type="text/html\r\nBcc: x@evil.example", content=b"<b>"),
    ]
    content = compose(row(text="Привет\n.\nFrom here\n", html="<p>Привет</p>"), files)
    message = read(content)
    attachments = list(message.iter_attachments())

    assert message.get_content_type() == "multipart/mixed"
    bodies = next(message.iter_parts())
    assert [part.get_content_type() for part in bodies.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_filename() for part in attachments] == [
        'Отчёт "за" год; часть 1.pdf',
        ".._.._letter.eml",
        "file",
    ]
    assert [part.get_payload(decode=True) for part in attachments] == [bytes(file.content) for file in files]
    assert attachments[2].get_content_type() == "application/octet-stream"
    assert fast_mail_parser.parse_email(content).text_plain == ["Привет\r\n.\r\nFrom here\r\n"]


@pytest.mark.parametrize("name", PUZZLING_NAMES)
def test_a_name_full_of_tricks_is_one_recipient(name: str) -> None:
    message = read(compose(row(to=[[name, "anna@user.example"]])))

    assert [one.addr_spec for one in message["To"].addresses] == ["anna@user.example"]
    assert message["Bcc"] is None


@pytest.mark.parametrize("address", PUZZLING_NAMES)
def test_an_address_full_of_tricks_stands_in_no_header(address: str) -> None:
    message = read(
        compose(row(to=[["Anna", address], ["", "anna@user.example"]], reply_to=address, in_reply_to=address))
    )

    assert [one.addr_spec for one in message["To"].addresses] == ["anna@user.example"]
    assert message["Reply-To"] is None
    assert message["Bcc"] is None


def test_a_subject_that_looks_encoded_is_shown_as_it_stands() -> None:
    subject = "Re: =?utf-8?q?a=0D=0ABcc:_x@y?="

    assert read(compose(row(subject=subject)))["Subject"] == subject


def test_long_foreign_ids_are_folded_not_encoded() -> None:
    ids = [f"[{'x' * 300}{n}]@user.example" for n in range(20)]
    head = compose(row(references=[*ids, "has a space@x", "y" * 2000])).partition(b"\r\n\r\n")[0]

    assert all(f"<{one}>".encode() in head for one in ids)
    assert b"<hasaspace@x>" in head
    assert max(map(len, head.split(b"\r\n"))) <= 998


def test_a_domain_is_written_in_ascii() -> None:
    assert read(compose(row(to=[["", "anna@почта.рф"]])))["To"] == "anna@xn--80a1acny.xn--p1ai"


def test_an_address_that_needs_smtputf8_is_only_shown_where_it_is_not_offered() -> None:
    message = row(to=[["Анна", "анна@почта.рф"], ["", "boris@user.example"]])

    assert "анна@xn--80a1acny.xn--p1ai".encode() in compose(message, utf8=True)
    assert compose(message).partition(b"\r\n\r\n")[0].isascii()
    assert [one.addr_spec for one in read(compose(message))["To"].addresses] == ["boris@user.example"]


@pytest.mark.parametrize("wrong", [{"sender_address": "nobody"}, {"sender_address": "a@b\r\nx"}, {"message_id": " "}])
def test_what_cannot_be_sent_says_why(wrong: dict[str, str]) -> None:
    with pytest.raises(CannotCompose):
        compose(row(**wrong))


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=4), st.text())
def test_no_value_adds_a_header_or_breaks_a_line(subject: str, name: str, ids: list[str], filename: str) -> None:
    files = [Enclosure(filename=filename, content_type=name, content=b"x")]
    message = row(subject=subject, sender_name=name, to=[[name, "anna@user.example"]], references=ids, in_reply_to=name)
    content = compose(message, files)
    parsed = read(content)

    allowed = {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "MIME-Version",
        "Content-Type",
    }
    assert set(parsed.keys()) <= allowed
    assert len(parsed.keys()) == len(set(parsed.keys()))
    assert [one.addr_spec for one in parsed["To"].addresses] == ["anna@user.example"]
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, content.split(b"\r\n"))) <= 998
