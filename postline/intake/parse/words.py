"""Looking for many words in a text, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SHORT = 200  # letters of a text that are looked through for a Latin one
_LATIN = re.compile(r"[A-Za-z]")


def any_of(phrases: Iterable[str], text: str) -> bool:
    """Whether one of the phrases stands in the text; a plain loop over the fast search of strings."""
    for phrase in phrases:  # noqa: SIM110 - any() with a generator costs twice as much, and every message pays it
        if phrase in text:
            return True
    return False


class Phrases:
    """Phrases of many languages: only those of its alphabet are looked for in a text."""

    __slots__ = ("_ascii", "_others")

    def __init__(self, *phrases: str) -> None:
        self._ascii = tuple(filter(str.isascii, phrases))
        self._others = tuple(phrase for phrase in phrases if not phrase.isascii())

    def any_in(self, text: str) -> bool:
        """Whether one of them stands in the text."""
        if text.isascii():
            return any_of(self._ascii, text)
        if any_of(self._others, text):
            return True
        return (len(text) > _SHORT or _LATIN.search(text) is not None) and any_of(self._ascii, text)
