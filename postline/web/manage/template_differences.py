"""What a version of a template changed: settings by name, words line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from postline.rules.models import TemplateVersion
from postline.web.manage.audit_words import field_name

SETTINGS = ("name", "queue", "topic", "automatic", "enabled")
LONGEST_LINE = 600  # letters of a line that is compared word by word
_WORDS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text: `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A version and what it changed; the first one changed nothing."""

    version: TemplateVersion
    settings: list[tuple[str, Any, Any]]  # name, before, after
    texts: list[tuple[str, list[Stretch]]]  # language, its words
    files: tuple[str, str] | None


def steps_of(versions: Sequence[TemplateVersion]) -> list[Step]:
    """Each version against the one behind it in the row; the newest stands first."""
    behind = [one.content for one in versions[1:]]
    return [_step(one, before) for one, before in zip(versions, [*behind, None], strict=True)]


def _step(version: TemplateVersion, before: dict[str, Any] | None) -> Step:
    after = version.content
    if before is None:
        return Step(version, [], [], None)
    settings = [(field_name(name), before[name], after[name]) for name in SETTINGS if before[name] != after[name]]
    languages = sorted({*before["texts"], *after["texts"]})
    texts = [
        (language, list(differences(_whole(before, language), _whole(after, language))))
        for language in languages
        if before["texts"].get(language) != after["texts"].get(language)
    ]
    names = tuple(", ".join(one["name"] for one in content["files"]) for content in (before, after))
    return Step(version, settings, texts, (names[0], names[1]) if before["files"] != after["files"] else None)


def differences(before: str, after: str) -> Iterator[Stretch]:
    """The two texts as one, with what went and what came."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = "".join(old[a:b]), "".join(new[c:d])
        if kind == "equal":
            yield Stretch("same", gone)
        elif kind == "replace" and max(len(gone), len(came)) <= LONGEST_LINE:
            yield from _by_words(gone, came)
        else:
            yield from _pair(gone, came)


def _by_words(before: str, after: str) -> Iterator[Stretch]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Stretch("same", "".join(old[a:b]))
        else:
            yield from _pair("".join(old[a:b]), "".join(new[c:d]))


def _pair(gone: str, came: str) -> Iterator[Stretch]:
    if gone:
        yield Stretch("gone", gone)
    if came:
        yield Stretch("new", came)


def _whole(content: dict[str, Any], language: str) -> str:
    words = content["texts"].get(language)
    return "\n\n".join(filter(None, (words["subject"], words["text"]))) if words else ""
