"""Complaints are read (RFC 5965): of what kind, about whom, from where, and the message complained of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from postline.intake.parse import Feedback, cut, read

pytestmark = pytest.mark.unit

MESSAGES = Path(__file__).parents[2] / "messages"
ORIGINAL = (
    "From: Support <support@desk.example>\nTo: anna@mail.example\nMessage-ID: <answer.7@desk.example>\n"
    "Subject: =?utf-8?q?Re=3A_=D0=9F=D1=80=D0=B8=D0=BD=D1=82=D0=B5=D1=80?=\n\nHello\n"
)


def complaint(
    fields: str, *, original: str = ORIGINAL, kind: str = "message/rfc822", subject: str = "FW: Re:"
) -> bytes:
    return (
        f"From: fbl@isp.example\nTo: abuse@desk.example\nSubject: {subject}\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=zz\n\n"
        "--zz\nContent-Type: text/plain\n\nThis is an abuse report.\n"
        f"--zz\nContent-Type: message/feedback-report\n\n{fields}\n"
        f"--zz\nContent-Type: {kind}\n\n{original}\n--zz--\n"
    ).encode()


def test_a_complaint_tells_everything() -> None:
    raw = complaint(
        "Feedback-Type: Abuse\nUser-Agent: FBL/1.0\nVersion: 1\nOriginal-Mail-From: <support@desk.example>\n"
        "Original-Rcpt-To: <anna@mail.example>\nArrival-Date: Tue, 25 Nov 2025 10:15:00 +0300\nSource-IP: 192.0.2.7\n"
    )
    message = read(raw)
    assert message.kind == "feedback-report"
    assert message.feedback == Feedback(
        type="abuse",
        offender="anna@mail.example",
        source_ip="192.0.2.7",
        reporter="fbl@isp.example",
        arrival_date=datetime(2025, 11, 25, 7, 15, tzinfo=UTC),
        original_message_id="answer.7@desk.example",
        original_subject="Re: Принтер",
        original_place="3",
    )
    assert cut(raw, "3").startswith(b"From: Support")


@pytest.mark.parametrize(
    ("fields", "offender"),
    [
        ("Original-Rcpt-To: rfc822;anna@mail.example", "anna@mail.example"),
        ("Removal-Recipient: anna@mail.example", "anna@mail.example"),
        ("Original-Mail-From: <support@desk.example>", "support@desk.example"),
        ("Reported-URI: https://shop.example/buy", "https://shop.example/buy"),
        ("Reported-Domain: shop.example", "shop.example"),
        ("Version: 1", "anna@mail.example"),
    ],
)
def test_the_offender_is_whoever_the_report_names_first(fields: str, offender: str) -> None:
    feedback = read(complaint(f"Feedback-Type: abuse\n{fields}\n")).feedback
    assert feedback is not None
    assert feedback.offender == offender


@pytest.mark.parametrize("type_", ["abuse", "fraud", "virus", "not-spam", "opt-out", "auth-failure"])
def test_every_type_is_kept(type_: str) -> None:
    feedback = read(complaint(f"Feedback-Type: {type_}\n")).feedback
    assert feedback is not None
    assert feedback.type == type_


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Foo 2025 10:15:00", "Tue, 25 Nov 9025 10:15:00 +0300"])
def test_a_date_that_cannot_be_read_is_none(date: str) -> None:
    feedback = read(complaint(f"Feedback-Type: abuse\nArrival-Date: {date}\n")).feedback
    assert feedback is not None
    assert feedback.arrival_date is None


def test_headers_alone_give_the_id_but_no_place() -> None:
    feedback = read(complaint("Feedback-Type: abuse\n", kind="text/rfc822-headers")).feedback
    assert feedback is not None
    assert (feedback.original_message_id, feedback.original_place) == ("answer.7@desk.example", "")


def test_microsofts_form_without_fields_is_a_complaint() -> None:
    raw = (
        "From: staff@hotmail.example\nTo: abuse@desk.example\nSubject: complaint about message from 192.0.2.7\n"
        f"Content-Type: multipart/mixed; boundary=zz\n\n--zz\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--zz--\n"
    ).encode()
    message = read(raw)
    assert message.kind == "feedback-report"
    assert message.feedback is not None
    assert (message.feedback.source_ip, message.feedback.type) == ("192.0.2.7", "abuse")


def test_a_letter_that_complains_is_a_letter() -> None:
    message = read(b"From: anna@mail.example\nSubject: complaint about message from 192.0.2.7\n\nYour robot is rude.\n")
    assert (message.kind, message.feedback) == ("letter", None)


def test_a_report_that_only_calls_itself_one_is_still_a_complaint() -> None:
    message = read((MESSAGES / "feedback-report.eml").read_bytes())
    assert message.feedback is not None
    assert (message.feedback.source_ip, message.feedback.reporter) == ("192.0.2.7", "fbl@isp.example")


def test_amazons_complaint_in_json_is_read() -> None:
    raw = (
        b"From: no-reply@sns.amazonaws.example\nTo: support@desk.example\nSubject: AWS Notification Message\n\n"
        b'{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"anna@mail.example"}],'
        b'"timestamp":"2025-11-25T07:15:00.000Z","complaintFeedbackType":"abuse"},"mail":{"sourceIp":"192.0.2.7",'
        b'"commonHeaders":{"messageId":"<answer.7@desk.example>","subject":"Re: Printer"}}}\n'
    )
    message = read(raw)
    assert message.kind == "feedback-report"
    assert message.feedback == Feedback(
        type="abuse",
        offender="anna@mail.example",
        source_ip="192.0.2.7",
        reporter="no-reply@sns.amazonaws.example",
        arrival_date=datetime(2025, 11, 25, 7, 15, tzinfo=UTC),
        original_message_id="answer.7@desk.example",
        original_subject="Re: Printer",
        original_place="",
    )
