"""Regular expressions as RE2 understands them: their time grows with the text alone, whatever somebody writes (F20)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

LONGEST_PATTERN = 1_000  # characters
LARGEST_PROGRAM = 5_000  # instructions: what counts out `(.{1000})` upon `(.{1000})` is refused
LONGEST_SEARCHED = 40_000  # bytes of one text
LONGEST_GROUP = 200  # characters of what a named group has found
INSIDE = {r"\w": r"\pL\pM\pN_"}  # of [ ]
OUTSIDE = {r"\w": r"[\pL\pM\pN_]", r"\W": r"[^\pL\pM\pN_]"}


@dataclass(frozen=True)
class WrongPattern(Exception):
    """RE2 does not take it. `code` is its own word for why, `near` what it stumbled over, `at` the character."""

    code: str
    near: str
    at: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression that is ready."""

    names: tuple[str, ...]
    source: str  # as RE2 got it
    _compiled: Any

    def fits(self, text: bytes) -> bool:
        """Whether it is found anywhere in the beginning of the text."""
        return self._compiled.search(_beginning(text)) is not None

    def groups(self, text: bytes) -> dict[str, str] | None:
        """What its named groups have found, None where it is not found."""
        match = self._compiled.search(_beginning(text))
        if match is None:
            return None
        found = ((name, match.group(name.encode())) for name in self.names)
        return {name: value.decode(errors="replace")[:LONGEST_GROUP] for name, value in found if value}


def _beginning(text: bytes) -> bytes:
    """What is searched; where something was cut off, its end is not the end of the text."""
    return text if len(text) <= LONGEST_SEARCHED else text[:LONGEST_SEARCHED] + b"\0"


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """Make it ready: upper and lower case are the same to it, letters may be of any alphabet. Raises WrongPattern."""
    text = unicodedata.normalize("NFC", text)
    if len(text) > LONGEST_PATTERN:
        raise WrongPattern("too-long", "", LONGEST_PATTERN)
    options, source = as_compiled(), _of_all_alphabets(text)
    try:
        re2.compile(text.encode(), options)
        compiled = re2.compile(source.encode(), options)
    except UnicodeEncodeError as error:
        raise WrongPattern("invalid UTF-8", "", error.start) from None
    except re2.error as error:
        raise _understood(text, error.args[0]) from None
    if compiled.programsize > LARGEST_PROGRAM:
        raise WrongPattern("pattern too large", "", 0)
    return Pattern(tuple(sorted(name.decode() for name in compiled.groupindex)), source, compiled)


def as_compiled() -> re2.Options:
    """How regular expressions are made ready here."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return options


def is_boundary_of_latin(text: str) -> bool:
    """Whether it looks for the edge of a word (`\\b`, which knows ASCII alone) and has other letters too."""
    escapes = {text[place + 1 : place + 2] for place, letter, _inside in _letters(text) if letter == "\\"}
    return not text.isascii() and bool(escapes & {"b", "B"})


def _of_all_alphabets(text: str) -> str:
    """With `\\w` and `\\W` as Python's own expressions have them; RE2's are ASCII."""
    pieces, done = [], 0
    for place, letter, is_inside in _letters(text):
        escape = text[place : place + 2] if letter == "\\" else ""
        if letters := (INSIDE if is_inside else OUTSIDE).get(escape):
            pieces += [text[done:place], letters]
            done = place + 2
    return "".join((*pieces, text[done:]))


def _understood(text: str, said: bytes) -> WrongPattern:
    """RE2 says a reason and, after a colon, the piece of the pattern that is wrong."""
    code, _colon, near = said.decode(errors="replace").partition(": ")
    match code:
        case "missing )":
            return WrongPattern(code, "(", _open_bracket(text))
        case "unexpected )":
            return WrongPattern(code, ")", _closing_bracket(text))
        case "trailing \\":
            return WrongPattern(code, "\\", len(text) - 1)
    return WrongPattern(code, near, max(text.find(near), 0) if near else 0)


def _open_bracket(text: str) -> int:
    """Where the last bracket stands that nobody closes."""
    waiting: list[int] = []
    for place, letter in _outside_classes(text):
        if letter == "(":
            waiting.append(place)
        elif letter == ")" and waiting:
            waiting.pop()
    return waiting[-1] if waiting else 0


def _closing_bracket(text: str) -> int:
    """Where the first bracket stands that nobody has opened."""
    depth = 0
    for place, letter in _outside_classes(text):
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return place
    return 0


def _outside_classes(text: str) -> Iterator[tuple[int, str]]:
    """The letters that are neither quoted nor within [ ]."""
    return ((place, letter) for place, letter, is_inside in _letters(text) if not is_inside and letter != "\\")


def _letters(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each letter with its place and whether it is within [ ]; of one that is quoted the backslash alone."""
    place, inside = 0, -1
    while place < len(text):
        letter = text[place]
        yield place, letter, inside >= 0
        if letter == "\\":
            place += 1
        elif inside >= 0 and letter == "]" and place > inside + 1:
            inside = -1
        elif inside < 0 and letter == "[":
            inside = place + (text[place + 1 : place + 2] == "^")
        place += 1
