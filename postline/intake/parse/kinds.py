"""What a message is (RFC 3834, 3464, 5965, 2369, 8098), and whether it comes from a robot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postline.intake.parse import auto_replies
from postline.intake.parse.bounces import failed, notifications
from postline.intake.parse.feedback import FEEDBACK_PARTS, feedback
from postline.intake.parse.headers import Headers, parameters
from postline.intake.parse.node import Node, own_leaves
from postline.intake.parse.values import Address, Bounce, Feedback

_POSTMASTER = re.compile(r"post_?master(?:[+@]|\Z)", re.IGNORECASE)
_NO_REPLY_SENDER = re.compile(
    r"(?:[\w.+-]{0,60}[._+-])?(?:no|do[-_.]?not|donot|ne|nicht|niet)[-_.]?(?:reply|answer|respond|otvechat|antworten|beantwoorden)\b",
    re.IGNORECASE,
)
LIST_FIELDS = (
    "list-id", "list-unsubscribe", "list-post", "list-help", "list-subscribe", "list-owner", "list-archive",
    "x-mailing-list", "mailing-list", "x-beenthere",
)  # fmt: skip
_DISPOSITIONS = ("message/disposition-notification", "message/global-disposition-notification")
_OF_REPORTS = frozenset((*FEEDBACK_PARTS, *failed.STATUS_PARTS, *_DISPOSITIONS))  # a letter has none of these


@dataclass(slots=True)
class Judged:
    """letter, bounce, auto-reply, mailing-list or feedback-report. What is spam only a trusted filter can say."""

    kind: str
    bounces: tuple[Bounce, ...] = ()
    feedback: Feedback | None = None


def judge(headers: Headers, root: Node, text: str, sender: Address, subject: str) -> Judged:
    """What a message is, from the surest sign to the weakest: reports by their parts, failures by sender, subject and
    words together, robots by headers, then lists, at last robots by their words."""
    if text.startswith("{") and (news := _notification(text, sender)):
        return news
    report_type = _report_type(headers)
    if report_type is not None or any(leaf.content_type in _OF_REPORTS for leaf in root.leaves()):
        complaint = feedback(root, sender, subject, declared=report_type == "feedback-report")
        if complaint:
            return Judged("feedback-report", feedback=complaint)
        if _is_receipt(root, subject, report_type):
            return Judged("auto-reply")
    null = _value(headers, "return-path").replace(" ", "") == "<>"
    declared = report_type in ("delivery-status", "")
    bounces = failed.failures(headers, root, text, sender, subject, null=null, declared=declared)
    if bounces is not None:
        return Judged("bounce", bounces)
    if null or auto_replies.by_headers(headers) or auto_replies.by_subject(subject, text):
        return Judged("auto-reply")
    if not headers.names().isdisjoint(LIST_FIELDS) or _value(headers, "precedence") in ("list", "bulk"):
        return Judged("mailing-list")
    return Judged("auto-reply" if auto_replies.by_words(subject, text) else "letter")


def _notification(text: str, sender: Address) -> Judged | None:
    """What Amazon's SES tells in JSON."""
    news = notifications.notification(text)
    if news is None:
        return None
    if complaint := notifications.complaint(news, sender.address):
        return Judged("feedback-report", feedback=complaint)
    found = notifications.bounces(news)
    return Judged("bounce", found) if found else Judged("auto-reply")


def _is_receipt(root: Node, subject: str, report_type: str | None) -> bool:
    """A receipt of reading (RFC 8098) or of delivery. A refusal comes in the form of the first (RFC 5429)."""
    reading = report_type == "disposition-notification" or any(
        leaf.content_type in _DISPOSITIONS for leaf in own_leaves(root)
    )
    return (reading and not failed.is_about_failure(subject)) or failed.is_receipt(root)


def _report_type(headers: Headers) -> str | None:
    """What a report is one of, "" where it does not say so; None for what is no report (RFC 6522)."""
    if not headers.raw("content-type").lower().startswith(b"multipart/report"):
        return None
    return parameters(headers.text("content-type"))[1].get("report-type", "").lower()


def robot_sign(headers: tuple[tuple[str, str], ...], sender: str, subject: str) -> str:
    """Why a message must get no automatic answer, as a short code; "" when a person seems to have written it.

    Takes `ParsedMessage.headers`, the sender's address and the subject. Wider than `judge`: a letter from
    noreply@ may be a real request (a web form), yet nobody reads what we would answer.
    """
    values = {name.lower(): value.strip().lower() for name, value in reversed(headers)}
    for name, fits in auto_replies.FIELDS.items():
        if name in values and fits(values[name]):
            return name
    if values.get("precedence") in ("bulk", "list"):
        return "precedence"
    suppressed = {word.strip() for word in values.get("x-auto-response-suppress", "").split(",")}
    if suppressed & {"all", "autoreply", "oof"}:
        return "x-auto-response-suppress"
    for name in (
        *LIST_FIELDS,
        "x-loop",
        "x-postline-loop",  # ours, and that of every other desk of this kind
        "x-failed-recipients",
    ):
        if name in values:
            return name
    if values.get("return-path", "").replace(" ", "") == "<>":
        return "return-path"
    if failed.is_daemon(sender) or _POSTMASTER.match(sender) or _NO_REPLY_SENDER.match(sender):
        return "sender"
    if values.get("content-type", "").startswith("multipart/report"):
        return "report"
    return "subject" if auto_replies.by_subject(subject) else ""


def _value(headers: Headers, name: str) -> str:
    return headers.text(name).lower() if name in headers else ""
