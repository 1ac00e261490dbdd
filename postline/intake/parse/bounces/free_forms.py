"""Delivery failures told in words only: who did not get the message, and why.

No form of a certain program is known here. Addresses of the report's own words are weighed by where they stand:
at the start of a line below “the following addresses”, behind “Recipient:”, beside the reason of a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass

from postline.intake.parse.addresses import addresses as mailboxes
from postline.intake.parse.bounces.addresses import addresses_in
from postline.intake.parse.bounces.delivery_status import LONGEST_DIAGNOSTIC, MOST_RECIPIENTS
from postline.intake.parse.bounces.original import Told
from postline.intake.parse.bounces.phrases import DELAYED, GIVEN_UP, HEADINGS, NOT_THE_RECIPIENT
from postline.intake.parse.bounces.statuses import has_reply_code, reason, status_of
from postline.intake.parse.headers import Headers
from postline.intake.parse.values import Bounce
from postline.intake.parse.words import any_of
from postline.kit.text import one_line

LISTED, LABELLED, BLAMED, ANNOUNCED, LEADING, MENTIONED = range(6)  # the surest place of an address first
SURE = ANNOUNCED  # what proves a bounce: an address in one of these places
_NEXT = 6  # lines below an address that may tell the reason
_MOST_ADDRESSES = 200  # that are weighed
_ABOVE = 12  # lines above it that may announce it
_LABELS = (
    "rcpt to", "recipient", "recipients", "recipient address", "failed recipient", "original-recipient",
    "final-recipient",
    "intended recipient", "address", "error-for", "user", "unknown user", "userid", "mailbox", "account", "failed",
    "to",
    "получатель", "адресат", "адрес", "кому", "отримувач", "одержувач", "кому", "ontvanger", "geadresseerde", "aan",
    "empfänger", "an", "destinataire", "à",
)  # fmt: skip
_OFFICES = ("postmaster", "mailer-daemon", "abuse", "hostmaster", "support", "noreply", "no-reply", "helpdesk")


@dataclass(slots=True)
class _Found:
    address: str
    line: int
    place: int


@dataclass(slots=True)
class Verdict:
    """The failed recipients; whether the words announce them as such (`told`), and whether they also give the
    reason of a failure (`sure`)."""

    bounces: tuple[Bounce, ...]
    told: bool
    sure: bool


def failures(told: Told, headers: Headers, subject: str, original: str, quoted_to: str) -> Verdict:
    """A bounce for each recipient that failed or waits. `quoted_to` is the To field of the quoted message: the one
    recipient of a message is the one that failed, where the report names none."""
    lines = told.own
    words = "\n".join(lines)
    chosen, sure = _chosen(lines, headers)
    if listed := listed_in_header(headers):
        chosen = [_Found(address, _line_of(lines, address), LISTED) for address in listed]
        sure = True
    if not chosen:
        lines = told.quoted  # a report inside the report
        chosen = [found for found in _chosen(lines, headers)[0] if found.place == LISTED]
    if not chosen and (only := _only_address(quoted_to)):
        lines = told.own
        chosen = [_Found(only, 0, MENTIONED)]
    delayed = _is_delayed(words, subject)
    general = status_of(f"{words}\n{subject}") or "5.0.0"
    starts = [found.line for found in chosen]
    bounces = []
    for found in chosen[:MOST_RECIPIENTS]:
        said = _said(lines, found, starts)
        status = (status_of(said) if found.place != MENTIONED else "") or general
        bounces.append(
            Bounce(
                recipient=found.address,
                status="4" + status[1:] if delayed else status,
                action="delayed" if delayed else "failed",
                diagnostic=one_line(said)[:LONGEST_DIAGNOSTIC],
                original_message_id=original,
                is_permanent=not delayed,
            )
        )
    why = reason(words) != "" or has_reply_code(words)
    small = words.lower()
    return Verdict(tuple(bounces), sure and (why or any_of(HEADINGS, small)), sure and why)


def listed_in_header(headers: Headers) -> list[str]:
    """X-Failed-Recipients (Exim, Gmail): the addresses with commas between."""
    value = ", ".join(value.decode("utf-8", "replace") for value in headers.all_raw("x-failed-recipients"))
    return _distinct([address for address, _ in addresses_in(value[:10_000])])


def _chosen(lines: list[str], headers: Headers) -> tuple[list[_Found], bool]:
    """The addresses in the surest kind of place; whether that place is sure."""
    ours = {one.address.lower() for name in ("to", "cc") for one in mailboxes(headers.raw(name))}
    ours |= {one.address.lower() for one in mailboxes(headers.raw("from"))}
    found = list(_weighed(lines))
    foreign = [
        one
        for one in found
        if one.address.lower() not in ours and one.address.partition("@")[0].lower() not in _OFFICES
    ]
    for place in range(MENTIONED + 1):
        candidates = [one for one in foreign if one.place == place]
        if candidates:
            return _first_of_each(candidates), place <= SURE
    # Somebody who writes to himself, or to our postmaster.
    for place in (LISTED, LABELLED):
        candidates = [one for one in found if one.place == place]
        if candidates:
            return _first_of_each(candidates), True
    return [], False


def _weighed(lines: list[str]) -> list[_Found]:
    found: list[_Found] = []
    heading = -_ABOVE - 1
    for number, line in enumerate(lines):
        if len(found) > _MOST_ADDRESSES:
            break
        small = " ".join(line.lower().split())
        if "@" in line:
            announced = number - heading <= _ABOVE
            for address, position in addresses_in(line):
                place = _place(lines, number, line, position, announced=announced)
                if place >= 0:
                    found.append(_Found(address, number, place))
                    if announced and place == LISTED:
                        heading = number  # a list goes on below its last entry
        if any_of(HEADINGS, small):
            heading = number
    return found


def _place(lines: list[str], number: int, line: str, position: int, *, announced: bool) -> int:
    """The kind of place of an address; -1 where it cannot be a failed recipient."""
    before = line[:position].lower().rstrip(" \t<[(\"'«“>*•-:=;,.")
    small = " ".join(line.lower().split())
    label = _label(before)
    if label.endswith(("generated from", "expanded from")):
        return MENTIONED
    if _ends_with(label, NOT_THE_RECIPIENT):
        return -1
    leads = not before.strip(" \t-*•>|.:#0123456789")
    blamed = reason(small) != "" or has_reply_code(line)
    if leads and (announced or blamed or _refused_below(lines, number)):
        return LISTED
    if _ends_with(label, _LABELS):
        return LABELLED if label != "to" or announced or blamed else MENTIONED
    if blamed:
        return BLAMED
    if announced or any_of(HEADINGS, small):
        return ANNOUNCED
    return LEADING if leads else MENTIONED


def _label(before: str) -> str:
    """The words right before an address, from the last column, comma or bracket on: “Failed recipient”."""
    for sign in ("  ", ",", ">", "("):
        before = before.rpartition(sign)[2]
    return before.strip(" \t:-*<")


def _ends_with(label: str, words: tuple[str, ...]) -> bool:
    return label in words or any(label.endswith(" " + word) for word in words)


def _refused_below(lines: list[str], number: int) -> bool:
    below = "\n".join(lines[number + 1 : number + 4])
    return has_reply_code(below) or reason(below) != ""


def _said(lines: list[str], found: _Found, starts: list[int]) -> str:
    """What the report says of one recipient: its line and those below, up to the next one."""
    until = min([start for start in starts if start > found.line] + [found.line + 1 + _NEXT + 4])
    kept: list[str] = []
    for line in lines[found.line : until]:
        words = line.strip(" \t-=*#")
        if words:
            kept.append(words)
        elif len(kept) > 1 and (has_reply_code(" ".join(kept)) or len(kept) > _NEXT):
            break
    return " ".join(kept)


def _is_delayed(words: str, subject: str) -> bool:
    small = f"{subject}\n{words}".lower()
    if any_of(DELAYED, subject.lower()):
        return True
    return any_of(DELAYED, small) and not any_of(GIVEN_UP, small)


def _line_of(lines: list[str], address: str) -> int:
    small = address.lower()
    return next((number for number, line in enumerate(lines) if small in line.lower()), 0)


def _only_address(value: str) -> str:
    found = _distinct([address for address, _ in addresses_in(value[:2_000])])
    return found[0] if len(found) == 1 else ""


def _first_of_each(found: list[_Found]) -> list[_Found]:
    first: dict[str, _Found] = {}
    for one in found:
        first.setdefault(one.address.lower(), one)
    return list(first.values())


def _distinct(found: list[str]) -> list[str]:
    return list({address.lower(): address for address in reversed(found)}.values())[::-1]
