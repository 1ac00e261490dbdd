"""What the form of a topic asks. Pure: JSON to frozen values, answers to what is kept or what is wrong with them.

A field is `{"name": "phone", "kind": "phone", "label": {"en": "Telephone"}, "help": {…}, "required": true}`; one of
kind `choice` has `"choices": ["First", "Second"]`, in the project's language, which are what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

MOST_FIELDS = 50
MOST_CHOICES = 200
LONGEST_LABEL = 200
LONGEST_HELP = 500
LONGEST_LINE = 1_000
LONGEST_TEXT = 10_000
_NAME = re.compile(r"[a-z][a-z0-9-]{0,48}")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?")
_PHONE = re.compile(r"\+?[\d\s().\u2010-\u2015/-]{5,40}")
_DIGITS = 5  # the shortest telephone number
YES, NO = "yes", "no"


class Kind(StrEnum):
    """What can be answered."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    YES_NO = "yes-no"


class WrongField(Exception):
    """A field that cannot be: `what` is a code such as `name`, `label`, `choices`, `taken`, `too-many`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `label` and `help` are by language."""

    name: str
    kind: Kind
    label: Mapping[str, str]
    help: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    choices: tuple[str, ...] = ()

    def label_in(self, language: str, *, otherwise: str) -> str:
        """In this language, else in the project's, else in any."""
        return self.label.get(language) or self.label.get(otherwise) or next(iter(self.label.values()), self.name)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "name": self.name,
            "kind": str(self.kind),
            "label": dict(self.label),
            "help": dict(self.help),
            "required": self.required,
            "choices": list(self.choices),
        }


def read(kept: Sequence[Mapping[str, Any]]) -> tuple[Field, ...]:
    """The fields of a topic, from what is kept or stands in a file. Raises WrongField."""
    if not isinstance(kept, list | tuple) or len(kept) > MOST_FIELDS:
        raise WrongField("too-many")
    found = tuple(_read(one) for one in kept)
    if len({one.name for one in found}) < len(found):
        raise WrongField("taken")
    return found


def _read(one: Mapping[str, Any]) -> Field:
    if not isinstance(one, Mapping) or not isinstance(one.get("name"), str):
        raise WrongField("name")
    kind = one.get("kind")
    if kind not in set(Kind):
        raise WrongField("kind")
    if not isinstance(one.get("required", False), bool):
        raise WrongField("required")
    result = Field(
        name=one["name"],
        kind=Kind(kind),
        label=_words(one.get("label"), "label", longest=LONGEST_LABEL),
        help=_words(one.get("help") or {}, "help", longest=LONGEST_HELP),
        required=one.get("required", False),
        choices=_choices(one.get("choices") or []),
    )
    if not _NAME.fullmatch(result.name):
        raise WrongField("name")
    if not result.label:
        raise WrongField("label")
    if (result.kind == Kind.CHOICE) != bool(result.choices):
        raise WrongField("choices")
    return result


def _words(given: Any, what: str, *, longest: int) -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise WrongField(what)
    if any(not isinstance(code, str) or not isinstance(text, str) for code, text in given.items()):
        raise WrongField(what)
    words = {code: " ".join(text.split()) for code, text in given.items()}
    if any(len(text) > longest or "\0" in text for text in words.values()):
        raise WrongField(what)
    return {code: text for code, text in words.items() if text}


def _choices(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or any(not isinstance(one, str) for one in given):
        raise WrongField("choices")
    choices = tuple(dict.fromkeys(filter(None, (" ".join(one.split()) for one in given))))
    if len(choices) > MOST_CHOICES or any(len(one) > LONGEST_LABEL or "\0" in one for one in choices):
        raise WrongField("choices")
    return choices


@dataclass(frozen=True, slots=True)
class Checked:
    """The answers as they are kept, and by name a code for each that is wrong: `unknown`, `missing`, `choice`, `date`,
    `number`, `email`, `phone`, `yes-no`, `too-long`."""

    answers: dict[str, str]
    faults: dict[str, str]


def check(fields: Sequence[Field], answers: Mapping[str, str]) -> Checked:
    """Look at the answers to these questions."""
    known = {one.name: one for one in fields}
    faults = {name: "unknown" for name in answers if name not in known}
    kept: dict[str, str] = {}
    for name, one in known.items():
        given = answers.get(name, "").strip()
        if not given:
            if one.required:
                faults[name] = "missing"
            continue
        value = _value(one, given)
        if value is None:
            faults[name] = _FAULTS.get(one.kind, "too-long")
        else:
            kept[name] = value
    return Checked(kept, faults)


def _value(asked: Field, given: str) -> str | None:
    """The answer as it is kept; None where it does not fit."""
    if len(given) > (LONGEST_TEXT if asked.kind == Kind.LONG_TEXT else LONGEST_LINE):
        return None
    match asked.kind:
        case Kind.CHOICE:
            return given if given in asked.choices else None
        case Kind.DATE:
            return _date(given)
        case Kind.NUMBER:
            plain = given.replace("\u2212", "-")
            return plain.replace(",", ".") if _NUMBER.fullmatch(plain) and plain.isascii() else None
        case Kind.EMAIL:
            return _email(given)
        case Kind.PHONE:
            is_one = _PHONE.fullmatch(given) and sum(letter.isdigit() for letter in given) >= _DIGITS
            return given if is_one else None
        case Kind.YES_NO:
            return given if given in (YES, NO) else None
        case Kind.TEXT:
            return " ".join(given.split())
    return given


def _date(given: str) -> str | None:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        return None


def _email(given: str) -> str | None:
    try:
        validate_email(given)
    except ValidationError:
        return None
    return given


_FAULTS = {
    Kind.CHOICE: "choice",
    Kind.DATE: "date",
    Kind.NUMBER: "number",
    Kind.EMAIL: "email",
    Kind.PHONE: "phone",
    Kind.YES_NO: "yes-no",
}
