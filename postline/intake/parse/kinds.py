"""What a message is by its headers, and whether it comes from a robot (RFC 3834, 3464, 5965, 2369, 8098)."""

from __future__ import annotations

import re

from postline.intake.parse.headers import Headers

# What a robot writes in front of the subject that it answers, or alone. People write about such words too
# (“Automatic reply cannot be switched off”, “Автоответчик не работает”), so a colon or the end must follow.
_AUTO_SUBJECT = re.compile(
    r"\s*\[?(?:"
    r"auto(?:matic|mated)?[ -]?(?:reply|response|answer)|autoreply|autoresponse|vacation reply|"
    r"out[ -]of[ -](?:the )?office(?: auto-?reply)?|"
    r"авто(?:матический )?[ -]?ответ|автоматичн\w+ (?:в[іи]дпов[іи]дь|ответ)|вне офиса|"
    r"automatisch(?:e|es)? (?:antwort|antwoord)|autom(?:atische)?\.? antw(?:ort|oord)?|"
    r"afwezig(?:heid(?:smelding|sbericht)?)?|buiten kantoor|abwesenheit(?:snotiz|smeldung)?|"
    r"r[ée]ponse automatique|message automatique d.absence|absen(?:ce|t) du bureau|"
    r"respuesta autom[áa]tica|fuera de la oficina|risposta automatica|fuori sede"
    r")\]?\s*(?:[:：]|\Z)",
    re.IGNORECASE,
)
_BOUNCE_SENDER = re.compile(r"(?:mailer-daemon|mail-daemon|mdaemon|mailerdaemon)(?:[+@]|\Z)", re.IGNORECASE)
# A postmaster is a person too, who reports delivery trouble: only with such a subject it is the server that writes.
_POSTMASTER = re.compile(r"postmaster(?:[+@]|\Z)", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"\s*(?:undeliver|delivery (?:status|failure|has failed|notification)|returned mail|mail delivery|failure notice|"
    r"недоставлен|не доставлен|onbestelbaar|unzustellbar|non remis)",
    re.IGNORECASE,
)
_NO_REPLY_SENDER = re.compile(
    r"(?:[\w.+-]*[._+-])?(?:no|do[-_.]?not|donot|ne|nicht|niet)[-_.]?(?:reply|answer|respond|otvechat|antworten|beantwoorden)\b",
    re.IGNORECASE,
)
_AUTO_REPLY_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-auto-reply",
)
_LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post", "list-help", "x-mailing-list", "mailing-list")


def kind(headers: Headers, content_type: str, report_type: str, sender: str, subject: str) -> str:
    """letter, bounce, auto-reply, mailing-list or feedback-report. What is spam only a trusted filter can say."""
    if content_type == "multipart/report":
        if report_type == "feedback-report":
            return "feedback-report"
        if report_type == "disposition-notification":
            return "auto-reply"
        if report_type in ("delivery-status", ""):
            return "bounce"
    null_sender = _value(headers, "return-path").replace(" ", "") == "<>"
    if "x-failed-recipients" in headers or (
        _writes_bounces(sender, subject) and not _submitted(headers, "auto-replied")
    ):
        return "bounce"
    if _is_auto_reply(headers, subject) or null_sender:
        return "auto-reply"
    if any(name in headers for name in _LIST_FIELDS) or _value(headers, "precedence") in ("list", "bulk"):
        return "mailing-list"
    return "letter"


def _writes_bounces(sender: str, subject: str) -> bool:
    if _BOUNCE_SENDER.match(sender):
        return True
    return _POSTMASTER.match(sender) is not None and _BOUNCE_SUBJECT.match(subject) is not None


def _is_auto_reply(headers: Headers, subject: str) -> bool:
    submitted = _value(headers, "auto-submitted")
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or any(name in headers for name in _AUTO_REPLY_FIELDS)
        or _value(headers, "precedence") in ("auto_reply", "auto-reply", "junk")
        or _value(headers, "x-fc-machinegenerated") in ("true", "yes", "1")
        or _AUTO_SUBJECT.match(subject) is not None
    )


def robot_sign(headers: tuple[tuple[str, str], ...], sender: str, subject: str) -> str:
    """Why a message must get no automatic answer, as a short code; "" when a person seems to have written it.

    Takes `ParsedMessage.headers`, the sender's address and the subject. Wider than `kind`: a letter from
    noreply@ may be a real request (a web form), yet nobody reads what we would answer.
    """
    values = {name.lower(): value.strip().lower() for name, value in reversed(headers)}
    submitted = values.get("auto-submitted", "no")
    if not submitted.startswith("no"):
        return "auto-submitted"
    if values.get("precedence") in ("bulk", "junk", "list", "auto_reply", "auto-reply"):
        return "precedence"
    suppressed = {word.strip() for word in values.get("x-auto-response-suppress", "").split(",")}
    if suppressed & {"all", "autoreply", "oof"}:
        return "x-auto-response-suppress"
    for name in (
        *_LIST_FIELDS,
        *_AUTO_REPLY_FIELDS,
        "x-loop",
        "x-postline-loop",  # ours, and that of every other desk of this kind
        "x-fc-machinegenerated",
        "x-failed-recipients",
    ):
        if name in values:
            return name
    if values.get("return-path", "").replace(" ", "") == "<>":
        return "return-path"
    if _BOUNCE_SENDER.match(sender) or _POSTMASTER.match(sender) or _NO_REPLY_SENDER.match(sender):
        return "sender"
    if values.get("content-type", "").startswith("multipart/report"):
        return "report"
    return "subject" if _AUTO_SUBJECT.match(subject) else ""


def _value(headers: Headers, name: str) -> str:
    return headers.text(name).lower() if name in headers else ""


def _submitted(headers: Headers, value: str) -> bool:
    return _value(headers, "auto-submitted").startswith(value)
