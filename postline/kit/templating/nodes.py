"""What a checked text is made of, and what may be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a name stands for; it decides which filters fit."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"  # a date, or a time with its date


Value = str | int | date | None  # a datetime is a date, too; None: not known
Names = Mapping[str, Kind]  # "form.*" allows any name behind the point
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Problem:
    """What may not stand in a text: the line, a code (`sentences.py` has its sentence) and what it is about."""

    line: int
    code: str
    what: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter with its words: `plural("day", "days")`."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stays as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A name in double braces, with its filters in their order."""

    name: str
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A question in an `if`: whether the value of this name is known."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    test: Test


@dataclass(frozen=True, slots=True)
class Both:
    """Both, or with `either` at least one of them."""

    left: Test
    right: Test
    either: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """`if`, `elif` and `else`: the first branch whose question is answered with yes."""

    branches: tuple[tuple[Test, tuple[Node, ...]], ...]
    otherwise: tuple[Node, ...]


Test = Known | Not | Both
Node = Literal | Shown | Choice


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text."""

    nodes: tuple[Node, ...]
    names: frozenset[str]
