"""What a message is (RFC 3834, 3464, 5965, 2369, 8098), and whether it comes from a robot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postline.intake.parse import auto_replies
from postline.intake.parse.bounces import delivery_status, free_forms, notifications
from postline.intake.parse.bounces.original import enclosed, original_id, told
from postline.intake.parse.bounces.phrases import MACHINE_SUBJECTS, SUBJECTS
from postline.intake.parse.feedback import feedback
from postline.intake.parse.headers import Headers, parameters
from postline.intake.parse.structure import Node
from postline.intake.parse.values import Address, Bounce, Feedback
from postline.intake.parse.words import any_of

_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|mail-daemon|mdaemon|mail[-_.]delivery[-_.](?:sub)?system)(?:[+@]|\Z)", re.IGNORECASE
)
_DAEMON_NAMES = (b"mail delivery s", b"mail deliver s", b"mailer-daemon", b"mailer daemon", b"mail delivery agent")
# A postmaster is a person too, who reports delivery trouble: only with more signs it is the server that writes.
_POSTMASTER = re.compile(r"post_?master(?:[+@]|\Z)", re.IGNORECASE)
_REPORTER = re.compile(
    r"[\w.+-]{0,60}(?:post_?master|daemon|ndr|bounce|mail[-_.]?(?:system|gateway|server|sweeper|scanner)|"
    r"no[-_.]?reply|microsoftexchange|antivirus|listserv|majordomo)[\w.+-]{0,60}(?:@|\Z)|\Z",
    re.IGNORECASE,
)
_NO_REPLY_SENDER = re.compile(
    r"(?:[\w.+-]{0,60}[._+-])?(?:no|do[-_.]?not|donot|ne|nicht|niet)[-_.]?(?:reply|answer|respond|otvechat|antworten|beantwoorden)\b",
    re.IGNORECASE,
)
_ANSWERS = ("re:", "fw:", "fwd:", "aw:", "wg:", "antw:", "tr:", "sv:", "отв:", "ha:")
_LIST_FIELDS = (
    "list-id", "list-unsubscribe", "list-post", "list-help", "list-subscribe", "list-owner", "list-archive",
    "x-mailing-list", "mailing-list", "x-beenthere",
)  # fmt: skip
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_DISPOSITIONS = ("message/disposition-notification", "message/global-disposition-notification")


@dataclass(slots=True)
class Judged:
    """letter, bounce, auto-reply, mailing-list or feedback-report. What is spam only a trusted filter can say."""

    kind: str
    bounces: tuple[Bounce, ...] = ()
    feedback: Feedback | None = None


def judge(headers: Headers, root: Node, text: str, sender: Address, subject: str) -> Judged:
    """What a message is, from the surest sign to the weakest: reports by their parts, failures by sender, subject and
    words together, robots by headers, then lists."""
    report_type = _report_type(headers)
    if (root.children or report_type) and (report := _report(headers, root, text, sender, subject, report_type)):
        return report
    if text.startswith("{") and (told_so := _notification(text, sender)):
        return told_so
    if failure := _failure(headers, root, text, sender, subject):
        return failure
    if auto_replies.by_headers(headers) or auto_replies.by_subject(subject) or _null_sender(headers):
        return Judged("auto-reply")
    if any(name in headers for name in _LIST_FIELDS) or _value(headers, "precedence") in ("list", "bulk"):
        return Judged("mailing-list")
    return Judged("auto-reply" if auto_replies.by_words(subject, text) else "letter")


def _report(
    headers: Headers, root: Node, text: str, sender: Address, subject: str, declared: str | None
) -> Judged | None:
    """Messages with a part for machines."""
    complaint = feedback(root, sender, subject, declared=declared == "feedback-report")
    if complaint:
        return Judged("feedback-report", feedback=complaint)
    types = {leaf.content_type for leaf in root.leaves()}
    if (types & set(_DISPOSITIONS) or declared == "disposition-notification") and not _is_about_failure(subject):
        return Judged("auto-reply")
    for leaf in root.leaves():
        if leaf.content_type in _STATUS_PARTS or _looks_like_status(leaf.content):
            found = delivery_status.report(leaf.content)
            if delivery_status.arrived(found):
                return Judged("auto-reply")
            if found.recipients:
                said = told(text)
                fields = {**found.message, **(found.recipients[0])}
                original = original_id(root, headers, said.quoted, fields)
                listed = free_forms.listed_in_header(headers)
                bounces = delivery_status.failures(found, "\n".join(said.own), original, listed)
                if bounces:
                    return Judged("bounce", bounces)
    return None


def _notification(text: str, sender: Address) -> Judged | None:
    """What Amazon's SES tells in JSON."""
    news = notifications.notification(text)
    if news is None:
        return None
    if complaint := notifications.complaint(news, sender.address):
        return Judged("feedback-report", feedback=complaint)
    found = notifications.bounces(news)
    return Judged("bounce", found) if found else Judged("auto-reply")


def _looks_like_status(content: bytes) -> bool:
    beginning = content[:20_000].lower()
    return b"inal-recipient:" in beginning and b"action:" in beginning and b"status:" in beginning


def _failure(headers: Headers, root: Node, text: str, sender: Address, subject: str) -> Judged | None:
    """Failures told in words: sender, subject and headers make it possible, the words decide."""
    declared = _report_type(headers) in ("delivery-status", "")
    daemon = _DAEMON.match(sender.address) is not None or _has_daemon_name(headers)
    about = _is_about_failure(subject)
    null = _null_sender(headers)
    named = "x-failed-recipients" in headers
    if not (declared or daemon or named or null or about):
        return None
    if auto_replies.by_subject(subject) and not (daemon or declared or named):
        return None
    said = told(text)
    inside = enclosed(root)
    original = original_id(root, headers, said.quoted, {})
    if "inal-recipient:" in text[:50_000].lower() and (daemon or about or null):
        found = delivery_status.report(text.encode())
        bounces = delivery_status.failures(found, "", original, free_forms.listed_in_header(headers))
        if bounces:
            return Judged("bounce", bounces)
    quoted_to = inside.text("to") if inside is not None else _quoted_field(said.quoted, "to:")
    verdict = free_forms.failures(said, headers, subject, original, quoted_to)
    quotes = (inside is not None or len(said.quoted) > 1) and not _is_his_own(inside, said.quoted, sender)
    robot = auto_replies.by_headers(headers)
    certain = (
        declared
        or named
        or (daemon and (about or verdict.sure or not robot))
        or (about and null and bool(verdict.bounces))
        or (_is_machine_subject(subject) and _REPORTER.match(sender.address) is not None)
        or ((about or null) and verdict.told and _REPORTER.match(sender.address) is not None)
        or (about and verdict.told and quotes and not _has_personal_program(headers))
        or (about and verdict.sure and robot)
        or (null and verdict.sure and quotes)
    )
    return Judged("bounce", verdict.bounces) if certain else None


def _is_machine_subject(subject: str) -> bool:
    return _without_tags(subject).startswith(MACHINE_SUBJECTS)


def _without_tags(subject: str) -> str:
    small = subject[:250].lower().lstrip()
    while small.startswith("["):
        small = small.partition("]")[2].lstrip()
    return small


def _is_his_own(inside: Headers | None, quoted: list[str], sender: Address) -> bool:
    """A message returned to the one who wrote it is a report; one that he passes on himself is a request."""
    wrote = inside.text("from") if inside is not None else _quoted_field(quoted, "from:")
    return bool(sender.address) and sender.address.lower() in wrote.lower()


def _has_daemon_name(headers: Headers) -> bool:
    """“Mail Delivery System”, or a bare MAILER-DAEMON, which is no address."""
    return headers.raw("from").lower().lstrip(b'" <').startswith(_DAEMON_NAMES)


def _is_about_failure(subject: str) -> bool:
    small = _without_tags(subject)
    return not small.startswith(_ANSWERS) and any_of(SUBJECTS, small)


def _has_personal_program(headers: Headers) -> bool:
    """Whether a program for people wrote this: servers name themselves so too, but they do not answer messages."""
    return ("user-agent" in headers or "x-mailer" in headers) and "in-reply-to" in headers


def _quoted_field(quoted: list[str], name: str) -> str:
    for line in quoted:
        bare = line.lstrip(" >\t")
        if bare[: len(name)].lower() == name:
            return bare[len(name) :]
    return ""


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
        *_LIST_FIELDS,
        "x-loop",
        "x-postline-loop",  # ours, and that of every other desk of this kind
        "x-failed-recipients",
    ):
        if name in values:
            return name
    if values.get("return-path", "").replace(" ", "") == "<>":
        return "return-path"
    if _DAEMON.match(sender) or _POSTMASTER.match(sender) or _NO_REPLY_SENDER.match(sender):
        return "sender"
    if values.get("content-type", "").startswith("multipart/report"):
        return "report"
    return "subject" if auto_replies.by_subject(subject) else ""


def _null_sender(headers: Headers) -> bool:
    return _value(headers, "return-path").replace(" ", "") == "<>"


def _value(headers: Headers, name: str) -> str:
    return headers.text(name).lower() if name in headers else ""
