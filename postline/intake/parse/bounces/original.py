"""Where a report speaks itself and where it quotes the message that failed; that message's id."""

from __future__ import annotations

import re
from dataclasses import dataclass

from postline.intake.parse.bounces.phrases import DIVIDERS
from postline.intake.parse.headers import Headers, split
from postline.intake.parse.message_ids import first_id, ids
from postline.intake.parse.node import Node
from postline.intake.parse.words import any_of

LONGEST_TEXT = 50_000  # characters of a report that are looked at
LONGEST_LINE = 1_000
MOST_LINES = 500
_NEAR = 8  # lines behind a divider in which the quoted fields must begin
_FIELD = re.compile(r"\s{0,8}(?:[>|] ?)?([A-Za-z][A-Za-z0-9-]{1,40})\s?:(?!//)")
# Fields that no report writes about itself.
_OF_A_MESSAGE = frozenset(
    "received return-path delivered-to dkim-signature mime-version message-id content-type "
    "content-transfer-encoding x-mailer user-agent references in-reply-to x-google-smtp-source "
    "domainkey-signature authentication-results x-received arc-seal".split()
)
_USUAL = _OF_A_MESSAGE | frozenset("from to subject date cc reply-to sender x-priority importance".split())
_ID_IN_TEXT = re.compile(r"message-id[ \t]{0,8}:\s{0,8}(<[^<>\s]{1,500}>)", re.IGNORECASE)
_ENCLOSED = ("message/rfc822", "message/global", "message/rfc822-headers", "text/rfc822-headers", "text/rfc822-header",
             "message/global-headers", "message/partial")  # fmt: skip


@dataclass(slots=True)
class Told:
    """The lines of a report's own, and those of the message that it quotes."""

    own: list[str]
    quoted: list[str]


def told(text: str) -> Told:
    """Divides the text of a report."""
    lines = [line[:LONGEST_LINE].rstrip() for line in text[:LONGEST_TEXT].split("\n")[:MOST_LINES]]
    named = False  # somebody who may have failed was already named
    for number, line in enumerate(lines):
        if _divides(lines, number, line, named=named):
            return Told(lines[:number], lines[number:])
        named = named or "@" in line
    return Told(lines, [])


def _divides(lines: list[str], number: int, line: str, *, named: bool) -> bool:
    small = line.lower()
    if len(line) < 120 and any_of(DIVIDERS, small):
        bare = small.lstrip()
        if named and bare.startswith("--"):
            return True
        marked = bare[:2] in ("--", "==", "**", "|-", "- ", "##") or small.endswith((":", ".", "-"))
        return (marked or _short(line)) and _quotes_soon(lines, number + 1)
    name = _name(line)
    if name in ("received", "return-path", "dkim-signature", "delivered-to", "x-received"):
        return _run(lines, number) >= 2
    return name in _USUAL and _run(lines, number) >= 4


def _short(line: str) -> bool:
    return len(line.strip(" -=*|#\t")) < 60


def _quotes_soon(lines: list[str], number: int) -> bool:
    """Fields of a message follow, or nothing that a server would say."""
    following = [line for line in lines[number : number + 40] if line.strip(" -=*|#\t>")][:_NEAR]
    if not following:
        return True
    fields = sum(_name(line) in _USUAL for line in following)
    return fields >= 2 or _name(following[0]) in _USUAL or "removed" in following[0].lower()


def _run(lines: list[str], number: int) -> int:
    """How many usual fields follow each other here; continuation lines count for none. None of a message's
    own among them is 0: reports list sender and subject too."""
    names = []
    for line in lines[number : number + 25]:
        name = _name(line)
        if name:
            names.append(name)
        elif not (line.startswith((" ", "\t", ">")) and line.strip(" >\t")):
            break
    if not any(name in _OF_A_MESSAGE for name in names):
        return 0
    return len(names)


def _name(line: str) -> str:
    match = _FIELD.match(line)
    return match[1].lower() if match else ""


def enclosed(root: Node) -> Headers | None:
    """The header section of the message that a report encloses, empty when it was taken out; None without one."""
    for leaf in root.leaves():
        if leaf.content_type in _ENCLOSED or leaf.filename.lower().endswith(".eml"):
            return split(leaf.content[:LONGEST_TEXT].lstrip())[0]
    return None


def original_id(root: Node, headers: Headers, quoted: list[str], fields: dict[str, str]) -> str:
    """The Message-ID of the message that a report is about: from the enclosed message, the status part's extra fields,
    the quoted fields in the text, or what the report answers to."""
    inside = enclosed(root)
    if inside is not None and "message-id" in inside:
        return first_id(inside.raw("message-id"))
    for name in ("x-original-message-id", "original-message-id", "original-envelope-id", "x-message-id"):
        if "@" in fields.get(name, "") and "<" in fields[name]:
            return first_id(fields[name].encode())
    match = _ID_IN_TEXT.search("\n".join(quoted))
    if match:
        return first_id(match[1].encode())
    for name in ("in-reply-to", "references"):
        found = ids(headers.all_raw(name))
        if found:
            return found[-1]
    return ""
