"""The status of a failure (RFC 3463) from what a server said: its own, its reply code's, or its words'."""

from __future__ import annotations

import re

from postline.intake.parse.bounces.phrases import REASONS
from postline.intake.parse.words import any_of

_ENHANCED = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?!\.?\d)", re.ASCII)
_AFTER_CODE = re.compile(r"(?<![\d.])[45]\d\d[ :;#('-]{1,4}([245]\.[0-7]\.\d{1,3})(?!\.?\d)", re.ASCII)
_REPLY_CODE = re.compile(r"(?<![\w.:/-])([45][0-5]\d)(?=[\s:;,.)>\]\"'-]|\Z)(?![.-]\d)", re.ASCII)
# RFC 5321 4.2.3, where the words say nothing more exact.
_BY_REPLY_CODE = {
    "421": "4.4.2",
    "450": "4.2.0",
    "452": "4.3.1",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "530": "5.7.0",
    "535": "5.7.8",
    "551": "5.1.6",
    "552": "5.2.2",
    "553": "5.1.3",
    "555": "5.5.4",
}


_EXPIRED = ".4.7"


def status_of(words: str) -> str:
    """The likeliest enhanced status in these words of a server; "" when they say nothing."""
    return exact(words) or guessed(words)


def exact(words: str) -> str:
    """The enhanced status that stands there, best after an SMTP reply code; "" when there is none. “Expired” is
    what the waiting came to: the reason of it is told beside."""
    behind: list[str] = [found for found in _AFTER_CODE.findall(words) if found[0] != "2"]
    if behind:
        return next((found for found in behind if not found.endswith(_EXPIRED)), behind[0])
    general = ""
    for match in _ENHANCED.finditer(words):
        if match[1] == "2":
            continue
        if match[2] + match[3] != "00":
            return match[0]
        general = general or match[0]
    return general


def guessed(words: str) -> str:
    """A status made from the SMTP reply code and the words; "" when neither is there."""
    code = _REPLY_CODE.search(words)
    said = reason(words)
    if not code:
        return said
    if said:
        return code[1][0] + said[1:]
    return _BY_REPLY_CODE.get(code[1], f"{code[1][0]}.0.0")


def reason(words: str) -> str:
    """The status that the words alone speak of; "" when they speak of none."""
    small = words.lower()
    for status, phrases in REASONS:
        if any_of(phrases, small):
            return status
    return ""


def has_reply_code(words: str) -> bool:
    """Whether an SMTP error or an enhanced status stands there."""
    return _REPLY_CODE.search(words) is not None or exact(words) != ""


def vague(status: str) -> bool:
    """A status that names the class only, as many servers write whatever happened."""
    return status in ("", "5.0.0", "4.0.0")
