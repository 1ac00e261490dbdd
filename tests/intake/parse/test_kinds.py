"""SAFETY S27: every marker of a robot is known."""

from __future__ import annotations

import pytest

from postline.intake.parse import read
from postline.intake.parse.kinds import robot_sign

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("header", "kind", "sign"),
    [
        ("X-Nothing: x", "letter", ""),
        ("Auto-Submitted: no", "letter", ""),
        ("Auto-Submitted: auto-replied", "auto-reply", "auto-submitted"),
        ("Auto-Submitted: auto-generated (rule)", "auto-reply", "auto-submitted"),
        ("Precedence: bulk", "mailing-list", "precedence"),
        ("Precedence: list", "mailing-list", "precedence"),
        ("Precedence: junk", "auto-reply", "precedence"),
        ("Precedence: auto_reply", "auto-reply", "precedence"),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "letter", "x-auto-response-suppress"),
        ("X-Auto-Response-Suppress: All", "letter", "x-auto-response-suppress"),
        ("List-Id: <users.lists.example>", "mailing-list", "list-id"),
        ("List-Unsubscribe: <mailto:leave@lists.example>", "mailing-list", "list-unsubscribe"),
        ("Return-Path: <>", "auto-reply", "return-path"),
        ("X-Autoreply: yes", "auto-reply", "x-autoreply"),
        ("X-Autorespond: Re", "auto-reply", "x-autorespond"),
        ("X-Autoresponder: x", "auto-reply", "x-autoresponder"),
        ("X-Autoreply: no", "letter", ""),
        ("X-Auto-Response: yes", "auto-reply", "x-auto-response"),
        ("X-Vacation: yes", "auto-reply", "x-vacation"),
        ("X-Mailer: Novell GroupWise Vacation Rule", "auto-reply", "x-mailer"),
        ("X-Precedence: junk", "auto-reply", "x-precedence"),
        ("X-Auto-Submitted: auto-replied", "auto-reply", "x-auto-submitted"),
        ("Delivered-To: Autoresponder", "auto-reply", "delivered-to"),
        ("X-POST-MessageClass: 9; Autoresponder", "auto-reply", "x-post-messageclass"),
        ("List-Post: <mailto:users@lists.example>", "mailing-list", "list-post"),
        ("List-Help: <mailto:help@lists.example>", "mailing-list", "list-help"),
        ("List-Archive: <https://lists.example>", "mailing-list", "list-archive"),
        ("List-Subscribe: <mailto:join@lists.example>", "mailing-list", "list-subscribe"),
        ("List-Owner: <mailto:owner@lists.example>", "mailing-list", "list-owner"),
        ("X-Mailing-List: users@lists.example", "mailing-list", "x-mailing-list"),
        ("Mailing-List: contact users-help@lists.example", "mailing-list", "mailing-list"),
        ("X-BeenThere: users@lists.example", "mailing-list", "x-beenthere"),
        ("X-Postline-Loop: desk", "letter", "x-postline-loop"),
        ("X-FC-MachineGenerated: true", "auto-reply", "x-fc-machinegenerated"),
        ("X-Loop: desk", "letter", "x-loop"),
        ("X-Failed-Recipients: a@b.example", "bounce", "x-failed-recipients"),
        ("From: MAILER-DAEMON@mail.example", "bounce", "sender"),
        ("From: mailer-daemon@mail.example", "bounce", "sender"),
        ("From: postmaster@mail.example\nSubject: Undelivered Mail Returned to Sender", "bounce", "sender"),
        ("From: postmaster@firm.example\nSubject: Our mail is refused with 550", "letter", "sender"),
        ("Subject: Автоответчик не работает", "letter", ""),
        ("Subject: Re: Automatic reply cannot be switched off", "letter", ""),
        ("From: no-reply@shop.example", "letter", "sender"),
        ("From: shop.noreply@shop.example", "letter", "sender"),
        ("From: donotreply@shop.example", "letter", "sender"),
        ("From: honoreplyton@shop.example", "letter", ""),
        ("Subject: Automatic reply: hello", "auto-reply", "subject"),
        ("Subject: Out of office: hello", "auto-reply", "subject"),
        ("Subject: Автоответ: привет", "auto-reply", "subject"),
        ("Subject: Автоматический ответ: привет", "auto-reply", "subject"),
        ("Subject: Automatisch antwoord: hallo", "auto-reply", "subject"),
        ("Subject: Afwezig: hallo", "auto-reply", "subject"),
        ("Subject: Abwesenheitsnotiz: hallo", "auto-reply", "subject"),
        ("Subject: Automatische Antwort: hallo", "auto-reply", "subject"),
        ("Subject: Réponse automatique : bonjour", "auto-reply", "subject"),
        ("Subject: Автоматична відповідь: привіт", "auto-reply", "subject"),
        ("Subject: AUTO: Anna Meyer is out of the office (returning 05/12/2025)", "auto-reply", "subject"),
        ("Subject: [Auto-Reply] hello", "auto-reply", "subject"),
        ("Subject: Re: Automatic reply: hello", "letter", ""),
        ("From: Mail Delivery Subsystem <system@mail.example>", "bounce", ""),
        ("From: postmaster@mail.example\nReturn-Path: <>\nSubject: Hello", "auto-reply", "return-path"),
        ("Subject: How do I set up an automatic reply?", "letter", ""),
        ("Subject: Не работает автоответчик", "letter", ""),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", "bounce", "report"),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
            "auto-reply",
            "report",
        ),
        (
            "Content-Type: multipart/report; report-type=feedback-report; boundary=x",
            "feedback-report",
            "report",
        ),
    ],
)
def test_a_marker_is_known(header: str, kind: str, sign: str) -> None:
    sender = "" if header.startswith("From") else "From: anna@mail.example\n"
    message = read(f"{header}\n{sender}\ntext\n".encode())
    assert message.kind == kind
    assert robot_sign(message.headers, message.sender.address, message.subject) == sign
