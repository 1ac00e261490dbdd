"""How texts are compared, and in which language conditions are read out. Pure: the catalogues without Django."""

from __future__ import annotations

import gettext
import re
import unicodedata
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "locale"
_NUMBER = re.compile(r"\s*([-+]?[0-9]{1,30}(?:[.,][0-9]{1,30})?)")


def fold(text: str) -> str:
    """The form in which texts are compared: without case, one form of each letter, blanks and line ends as one."""
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if not folded.isprintable():  # line ends and tabs are not
        folded = folded.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    while "  " in folded:  # a few times as quick as taking it apart
        folded = folded.replace("  ", " ")
    return folded.strip()


def as_searched(text: str) -> bytes:
    """The form in which regular expressions look at a text: as it was written, one form of each letter."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).encode()


def number(text: str) -> float | None:
    """The number that a text begins with, with a point or a comma; None where there is none."""
    found = _NUMBER.match(text)
    return float(found[1].replace(",", ".")) if found else None


def marked(msgid: str) -> str:
    """A text for the catalogues that is translated later. Imported as `_`."""
    return msgid


def translated(msgid: str, language: str) -> str:
    """In this language; in English where there is no catalogue."""
    return _catalogue(language).gettext(msgid) if msgid else ""


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[language], fallback=True)
