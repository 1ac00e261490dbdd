"""Failures are read whoever tells them: recipient, status, action, and the message that failed."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from postline.intake.parse import Bounce, read
from tests.intake.parse.failures import ASKED, FAILURES, ORIGINAL, Row

pytestmark = pytest.mark.unit

MESSAGES = Path(__file__).parents[2] / "messages"


def in_words(row: Row) -> bytes:
    _, sender, headers, subject, text, *_ = row
    return (
        f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\n{headers}\n"
        f"Message-ID: <report.1@mx.mail.example>\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    ).encode()


def report(status_part: str, *, text: str = "Sorry.", original: str = ORIGINAL, kind: str = "message/rfc822") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.mail.example\nTo: support@desk.example\nSubject: Failed\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=zz\n\n"
        f"--zz\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        f"--zz\nContent-Type: message/delivery-status\n\n{status_part}\n"
        f"--zz\nContent-Type: {kind}\n\n{original}\n--zz--\n"
    ).encode()


def only(raw: bytes) -> Bounce:
    message = read(raw)
    assert message.kind == "bounce"
    (bounce,) = message.bounces
    return bounce


@pytest.mark.parametrize("row", FAILURES, ids=[row[0] for row in FAILURES])
def test_a_failure_told_in_words_is_read(row: Row) -> None:
    bounce = only(in_words(row))
    assert (bounce.recipient, bounce.status, bounce.action) == row[5:]
    assert bounce.is_permanent == (bounce.action == "failed")


@pytest.mark.parametrize("row", [row for row in FAILURES if ORIGINAL in row[4]], ids=lambda row: row[0])
def test_the_message_quoted_in_the_text_is_known(row: Row) -> None:
    assert only(in_words(row)).original_message_id == "answer.7@desk.example"


@pytest.mark.parametrize(("what", "sender", "subject", "text"), ASKED, ids=[row[0] for row in ASKED])
def test_a_letter_about_a_failure_stays_a_letter(what: str, sender: str, subject: str, text: str) -> None:
    head = f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\n"
    message = read(f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}".encode())
    assert (message.kind, message.bounces) == ("letter", ())


def test_a_report_tells_everything() -> None:
    assert only((MESSAGES / "delivery-status.eml").read_bytes()) == Bounce(
        recipient="gone@mail.example",
        status="5.1.1",
        action="failed",
        diagnostic="550 5.1.1 no such user",
        original_message_id="a9@desk.example",
        is_permanent=True,
    )


def test_each_recipient_of_a_report_is_a_bounce() -> None:
    message = read(
        report(
            "Reporting-MTA: dns; mx.mail.example\n\nFinal-Recipient: rfc822; a@firm.example\nAction: failed\n"
            "Status: 5.1.1\n\nFinal-Recipient: rfc822;<b@firm.example>\nAction: delayed\nStatus: 4.4.1\n\n"
            "Final-Recipient: rfc822; c@firm.example\nAction: delivered\nStatus: 2.0.0\n"
        )
    )
    assert [(one.recipient, one.action, one.is_permanent) for one in message.bounces] == [
        ("a@firm.example", "failed", True),
        ("b@firm.example", "delayed", False),
    ]


def test_recipients_without_blank_lines_between_are_told_apart() -> None:
    message = read(
        report(
            "Reporting-MTA: dns; mx\nFinal-Recipient: rfc822;a@firm.example\nAction: failed\nStatus: 5.1.1\n"
            "Final-Recipient: rfc822;b@firm.example\nAction: failed\nStatus: 5.2.2\n"
        )
    )
    assert [(one.recipient, one.status) for one in message.bounces] == [
        ("a@firm.example", "5.1.1"),
        ("b@firm.example", "5.2.2"),
    ]


def test_the_address_that_we_wrote_to_counts_not_the_one_it_was_forwarded_to() -> None:
    bounce = only(
        report(
            "Original-Recipient: rfc822;anna+2Bdesk@firm.example\nFinal-Recipient: rfc822;x7@inside.example\n"
            "Action: failed\nStatus: 5.1.1\n"
        )
    )
    assert bounce.recipient == "anna+desk@firm.example"


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.0.0", "smtp; 550 5.1.1 no such user", "5.1.1"),
        ("4.4.7", "smtp; 450 4.7.1 Access denied", "4.7.1"),
        ("5.1.1", "smtp; 550 gone", "5.1.1"),
        ("5.0.0", "smtp; 550 gone", "5.0.0"),
        ("5.1.1 (bad address)", "x-unix; 67", "5.1.1"),
        ("", "smtp; 552 mailbox full", "5.2.2"),
        ("", "smtp; 450 mailbox full", "4.2.2"),
        ("", "smtp; 553 sorry", "5.1.3"),
        ("", "smtp; host 192.0.2.5.7 version 5.6.0.1 said 550 user unknown", "5.1.1"),
    ],
)
def test_the_most_exact_status_counts(status: str, diagnostic: str, expected: str) -> None:
    field = f"Status: {status}\n" if status else ""
    part = f"Final-Recipient: rfc822;a@firm.example\nAction: failed\n{field}Diagnostic-Code: {diagnostic}\n"
    assert only(report(part)).status == expected


def test_a_message_given_up_after_days_has_failed_for_good_whatever_the_class_of_its_status() -> None:
    assert only(report("Final-Recipient: rfc822;a@firm.example\nAction: failed\nStatus: 4.4.7\n")).is_permanent


def test_the_headers_alone_of_the_message_that_failed_tell_its_id() -> None:
    part = "Final-Recipient: rfc822;a@firm.example\nAction: failed\nStatus: 5.1.1\n"
    assert only(report(part, kind="text/rfc822-headers")).original_message_id == "answer.7@desk.example"


def test_without_the_message_its_id_is_what_the_report_answers_to() -> None:
    row = FAILURES[0]
    raw = in_words(row).replace(b"Subject:", b"In-Reply-To: <answer.8@desk.example>\nSubject:", 1)
    assert only(raw).original_message_id == "answer.8@desk.example"


def test_a_delivery_receipt_is_no_bounce() -> None:
    message = read(report("Final-Recipient: rfc822;a@firm.example\nAction: relayed\nStatus: 2.0.0\n"))
    assert (message.kind, message.bounces) == ("auto-reply", ())


def test_a_refusal_by_a_sieve_rule_is_a_bounce() -> None:
    raw = (
        b"From: gone@firm.example\nTo: support@desk.example\nSubject: Automatically rejected mail\n"
        b"Auto-Submitted: auto-replied (rejected)\n"
        b"Content-Type: multipart/report; report-type=disposition-notification; boundary=zz\n\n"
        b"--zz\nContent-Type: text/plain\n\nYour message to <gone@firm.example> was automatically rejected:\n"
        b"Quota exceeded\n"
        b"--zz\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; gone@firm.example\n"
        b"Disposition: automatic-action/MDN-sent-automatically; deleted\n--zz--\n"
    )
    bounce = only(raw)
    assert (bounce.recipient, bounce.status) == ("gone@firm.example", "5.2.2")


def test_a_pipe_that_failed_is_told_by_the_address_behind_it() -> None:
    part = "Final-Recipient: rfc822;|/usr/bin/filter\nAction: failed\nStatus: 5.0.0\n"
    raw = report(part).replace(b"Subject:", b"X-Failed-Recipients: a@firm.example\nSubject:", 1)
    assert only(raw).recipient == "a@firm.example"


def test_amazons_notification_in_json_is_read() -> None:
    raw = (
        b"From: no-reply@sns.amazonaws.example\nTo: support@desk.example\nSubject: AWS Notification Message\n\n"
        b'{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
        b'"gone@firm.example","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},'
        b'"mail":{"commonHeaders":{"messageId":"<answer.7@desk.example>","subject":"Re: Printer"}}}\n\n--\nBye\n'
    )
    assert only(raw) == Bounce(
        "gone@firm.example", "5.1.1", "failed", "550 5.1.1 user unknown", "answer.7@desk.example", is_permanent=True
    )


REPORT_HEAD = b"From: MAILER-DAEMON@x.example\nReturn-Path: <>\nSubject: Undelivered Mail Returned to Sender\n\n"
MOST_CPU_SECONDS = 0.5  # measured: under 0.05


@pytest.mark.parametrize(
    "body",
    [
        b"@" * 300_000,
        b"a@b.example " * 25_000,
        b"a@b.example\n" * 25_000,
        b"".join(b"<a%d@b.example>: 550 no\n" % number for number in range(12_000)),
        b"5.1." * 75_000,
        b"550 " * 75_000,
        b"Received: x\n" * 25_000,
        b"-- original message follows.\n" * 10_000,
        b"the following address failed:\n" * 10_000,
        b"Final-Recipient: rfc822;a@b.example\n" * 10_000,
    ],
    ids=["ats", "addresses", "lines of addresses", "recipients", "codes", "replies", "fields", "dividers", "headings",
         "status"],
)  # fmt: skip
def test_no_report_takes_long(body: bytes) -> None:
    started = time.process_time()
    assert read(REPORT_HEAD + body).kind == "bounce"
    assert time.process_time() - started < MOST_CPU_SECONDS


STATUS_PART = "Final-Recipient: rfc822;a@firm.example\nAction: failed\nStatus: 5.1.1\n"


def test_somebody_who_passes_a_report_on_wants_help() -> None:
    raw = (
        report(STATUS_PART)
        .replace(b"MAILER-DAEMON@mx.mail.example", b"anna@firm.example")
        .replace(b"Subject: Failed", b"Subject: Fwd: Undelivered Mail Returned to Sender")
        .replace(b"multipart/report; report-type=delivery-status", b"multipart/mixed")
    )
    assert read(raw).kind == "letter"


def test_a_report_attached_to_a_letter_makes_no_bounce_of_it() -> None:
    attached = report(STATUS_PART).decode()
    raw = (
        "From: anna@firm.example\nTo: support@desk.example\nSubject: What does this report mean?\n"
        "Content-Type: multipart/mixed; boundary=yy\n\n--yy\nContent-Type: text/plain\n\nI got the attached report.\n"
        f"--yy\nContent-Type: message/rfc822\n\n{attached}\n--yy--\n"
    ).encode()
    assert read(raw).kind == "letter"


def test_a_report_of_html_alone_is_read() -> None:
    raw = (
        b"From: Mail Delivery Subsystem <mailer-daemon@mail.example>\nTo: support@desk.example\nReturn-Path: <>\n"
        b"Subject: Delivery Status Notification (Failure)\nContent-Type: text/html; charset=utf-8\n\n"
        b"<html><style>a{color:red}</style><body><h2>Address not found</h2><p>Your message wasn't delivered to "
        b"<a href='mailto:gone@firm.example'><b>gone@firm.example</b></a> because the address couldn't be found.</p>"
        b"<p>The response was:</p><p>550 5.1.1 The account does not exist.</p></body></html>\n"
    )
    bounce = only(raw)
    assert (bounce.recipient, bounce.status) == ("gone@firm.example", "5.1.1")


def test_a_report_in_words_tells_the_message_that_failed() -> None:
    bounce = only((MESSAGES / "delivery-failure-in-words.eml").read_bytes())
    assert (bounce.recipient, bounce.status, bounce.original_message_id) == (
        "gone@firm.example",
        "5.1.1",
        "a9@desk.example",
    )


def test_the_one_recipient_of_the_returned_message_is_the_one_that_failed() -> None:
    raw = (
        "From: MAILER-DAEMON@mx.mail.example\nTo: support@desk.example\nReturn-Path: <>\nSubject: Returned mail\n"
        "Content-Type: multipart/mixed; boundary=zz\n\n--zz\nContent-Type: text/plain\n\nUser unknown.\n"
        f"--zz\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--zz--\n"
    ).encode()
    bounce = only(raw)
    assert (bounce.recipient, bounce.status) == ("gone@firm.example", "5.1.1")
