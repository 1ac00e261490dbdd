"""Failures and complaints told in JSON: Amazon's SES by way of its notification service, forwarded by mail."""

from __future__ import annotations

import json
from typing import Any

from postline.intake.parse.bounces.delivery_status import ARRIVED, LONGEST_DIAGNOSTIC, MOST_RECIPIENTS
from postline.intake.parse.bounces.statuses import exact
from postline.intake.parse.feedback import date
from postline.intake.parse.message_ids import first_id
from postline.intake.parse.values import Bounce, Feedback
from postline.kit.text import one_line

LONGEST = 200_000


def notification(text: str) -> dict[str, Any] | None:
    """The notification at the beginning of the text, when it is one of a bounce or a complaint; the service
    adds a footer of its own behind it."""
    beginning = text[:LONGEST].lstrip()
    if not beginning.startswith("{") or '"notificationType"' not in beginning[:10_000]:
        return None
    try:
        told, _ = json.JSONDecoder(strict=False).raw_decode(beginning)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def bounces(told: dict[str, Any]) -> tuple[Bounce, ...]:
    """A bounce for each recipient; none when the notification is about something else."""
    failure = told.get("bounce")
    if told.get("notificationType") != "Bounce" or not isinstance(failure, dict):
        return ()
    permanent = failure.get("bounceType") != "Transient"
    found = []
    for one in _dicts(failure.get("bouncedRecipients"))[:MOST_RECIPIENTS]:
        address = one_line(_string(one, "emailAddress"))[:320]
        action = _string(one, "action").lower() or ("failed" if permanent else "delayed")
        if not address or action in ARRIVED:
            continue
        diagnostic = _string(one, "diagnosticCode").partition(";")[2] or _string(one, "diagnosticCode")
        found.append(
            Bounce(
                recipient=address,
                status=exact(_string(one, "status")) or exact(diagnostic) or ("5.0.0" if permanent else "4.0.0"),
                action=one_line(action)[:20],
                diagnostic=one_line(diagnostic)[:LONGEST_DIAGNOSTIC],
                original_message_id=_original_id(told),
                is_permanent=permanent and action == "failed",
            )
        )
    return tuple(found)


def complaint(told: dict[str, Any], reporter: str) -> Feedback | None:
    """The complaint; None when the notification is about something else."""
    about = told.get("complaint")
    if told.get("notificationType") != "Complaint" or not isinstance(about, dict):
        return None
    who = _dicts(about.get("complainedRecipients"))
    mail = told.get("mail")
    return Feedback(
        type=one_line(_string(about, "complaintFeedbackType"))[:50] or "abuse",
        offender=one_line(_string(who[0], "emailAddress"))[:320] if who else "",
        source_ip=one_line(_string(mail, "sourceIp"))[:45] if isinstance(mail, dict) else "",
        reporter=reporter,
        arrival_date=date(_string(about, "arrivalDate") or _string(about, "timestamp")),
        original_message_id=_original_id(told),
        original_subject=one_line(_original(told, "subject"))[:2_000],
        original_place="",
    )


def _original_id(told: dict[str, Any]) -> str:
    return first_id(_original(told, "messageId").encode("utf-8", "replace"))


def _original(told: dict[str, Any], name: str) -> str:
    mail = told.get("mail")
    common = mail.get("commonHeaders") if isinstance(mail, dict) else None
    return _string(common, name) if isinstance(common, dict) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _string(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
