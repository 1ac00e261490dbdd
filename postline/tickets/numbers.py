"""Ticket numbers: eight random digits, the first not 0, and a check digit, so that a mistyped one is noticed.

The check digit is Damm's (H. M. Damm, 2004): it finds every wrong digit and every swap of two neighbours.
"""

from __future__ import annotations

import re
import secrets

from stdnum import damm

GAP = "\u202f"  # narrow no-break space, between groups of three
_SEPARATORS = re.compile(r"[\s\u202f\u00a0\u2009.-]+")
_IN_TEXT = re.compile(r"(?<![\w+.-])#?(\d{3}[ \u202f\u00a0]?\d{3}[ \u202f\u00a0]?\d{3})(?![\w@-])")


def draw() -> int:
    """A random ticket number. Whether it is free is for the database to say."""
    stem = str(secrets.randbelow(90_000_000) + 10_000_000)
    return int(stem + damm.calc_check_digit(stem))


def parse(text: str) -> int | None:
    """The number that a person typed, with or without gaps and `#`; None when it cannot be one."""
    digits = _SEPARATORS.sub("", text.strip().removeprefix("#"))
    return int(digits) if is_number(digits) else None


def is_number(digits: str) -> bool:
    """Whether these are nine digits with the right check digit."""
    return len(digits) == 9 and digits.isascii() and digits.isdigit() and digits[0] != "0" and damm.is_valid(digits)


def show(number: int) -> str:
    """The number in groups of three, for people."""
    digits = str(number)
    return GAP.join((digits[:3], digits[3:6], digits[6:]))


def found_in(text: str) -> list[int]:
    """The ticket numbers that stand in a text such as a subject."""
    candidates = (_SEPARATORS.sub("", match) for match in _IN_TEXT.findall(text))
    return [int(digits) for digits in candidates if is_number(digits)]
