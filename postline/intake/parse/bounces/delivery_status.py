"""The machine-readable part of a delivery report (RFC 3464), as it is and as servers mistreat it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from postline.intake.parse.bounces.statuses import exact, guessed, vague
from postline.intake.parse.charsets import decode
from postline.intake.parse.values import Bounce
from postline.kit.text import one_line, readable

MOST_BYTES = 100_000
MOST_RECIPIENTS = 100
LONGEST_DIAGNOSTIC = 1_000
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40})[ \t]*:(.*)")
_MANDATORY_QUOTED = re.compile(r"\+(2B|3D)", re.IGNORECASE)  # what RFC 3461 xtext must encode
_UTF8_QUOTED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")  # RFC 6533
_GROUP_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient", "action", "status")
# What RFC 3464 2.3.3 knows beside failed and delayed: nobody has to do anything about these.
ARRIVED = ("delivered", "relayed", "expanded")


@dataclass(slots=True)
class Report:
    """What a delivery-status part says: of the message, and of each recipient."""

    message: dict[str, str] = field(default_factory=dict)
    recipients: list[dict[str, str]] = field(default_factory=list)


def report(content: bytes) -> Report:
    """The fields of a delivery-status part. A recipient begins with each blank line, or with each recipient field
    where the blank lines got lost."""
    found = Report()
    group: dict[str, str] = {}
    name = ""
    for line in readable(decode(content[:MOST_BYTES], "utf-8")[0]).split("\n"):
        if not line.strip():
            name = ""
            group = _kept(found, group)
            continue
        if line[0] in " \t" and name:
            group[name] = f"{group[name]} {line.strip()}"
            continue
        match = _FIELD.match(line.strip())
        if not match:
            # Servers forget to indent the second line of what the other one said.
            if name == "diagnostic-code":
                group[name] = f"{group[name]} {line.strip()}"
            continue
        name = match[1].lower()
        if name in group and name in ("original-recipient", "final-recipient"):
            group = _kept(found, group)
        group.setdefault(name, match[2].strip())
    _kept(found, group)
    return found


def _kept(found: Report, group: dict[str, str]) -> dict[str, str]:
    """Puts a group where it belongs and gives the next one. One that names nobody goes on with the one before."""
    if not group:
        return group
    named = "final-recipient" in group or "original-recipient" in group
    if named and len(found.recipients) < MOST_RECIPIENTS:
        found.recipients.append(group)
    elif not named and found.recipients and any(name in group for name in (*_GROUP_FIELDS, "diagnostic-code")):
        for name, value in group.items():
            found.recipients[-1].setdefault(name, value)
    elif not named:
        for name, value in group.items():
            found.message.setdefault(name, value)
    return {}


def failures(found: Report, words: str, original: str, listed: list[str]) -> tuple[Bounce, ...]:
    """A bounce for each recipient that failed or waits. `words` is the text for people, `original` the id of
    the message that failed, `listed` the addresses of X-Failed-Recipients: they stand for recipients that are none
    (a pipe, a file)."""
    bounces: dict[str, Bounce] = {}
    for group in found.recipients:
        merged = {**found.message, **group}
        action = merged.get("action", "").split(";")[0].split("(")[0].strip().lower()
        if action in ARRIVED:
            continue
        recipient = _recipient(group)
        if "@" not in recipient and len(listed) == 1:
            recipient = listed[0]
        if not recipient or recipient.lower() in bounces:
            continue
        diagnostic = merged.get("diagnostic-code", "")
        kind, semicolon, said = diagnostic.partition(";")
        diagnostic = said if semicolon and len(kind) < 20 else diagnostic
        status = _status(merged.get("status", ""), diagnostic, words if len(found.recipients) == 1 else "")
        if not action:
            action = "delayed" if status.startswith("4") else "failed"
        bounces[recipient.lower()] = Bounce(
            recipient=recipient,
            status=status,
            action=one_line(action)[:20],
            diagnostic=one_line(" ".join(diagnostic.split()))[:LONGEST_DIAGNOSTIC],
            original_message_id=original,
            is_permanent=action == "failed",
        )
    return tuple(bounces.values())


def arrived(found: Report) -> bool:
    """A report of success only: a delivery receipt, no bounce."""
    actions = {group.get("action", "").split("(")[0].strip().lower() for group in found.recipients}
    return bool(actions) and actions <= set(ARRIVED)


def _recipient(group: dict[str, str]) -> str:
    """The address that the message was sent to, rather than the one that it was forwarded to on the way."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        address = _address(group.get(name, ""), is_original=name == "original-recipient")
        if address:
            return address
    return ""


def _address(value: str, *, is_original: bool) -> str:
    kind, semicolon, address = value.partition(";")
    address = address if semicolon else kind
    if "<" in address:
        address = address.partition("<")[2].partition(">")[0]
    address = address.strip().strip("<>'").strip()
    if is_original:
        address = _MANDATORY_QUOTED.sub(lambda match: chr(int(match[1], 16)), address)
    address = _UTF8_QUOTED.sub(_character, address)
    address = one_line(address.split(" ")[0])[:320]
    return address.removeprefix("@") if address.lower() not in ("unknown", "undisclosed") else ""


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if 0x20 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""


def _status(given: str, diagnostic: str, words: str) -> str:
    """What the refusing server said, which is nearer to the cause than the field (4.4.7: given up after days of the
    same refusal); else the field; else what can be guessed from the words."""
    said = exact(diagnostic)
    if not vague(said):
        return said
    status = exact(given)
    if not vague(status):
        return status
    return status or said or exact(words) or guessed(diagnostic) or guessed(words)
