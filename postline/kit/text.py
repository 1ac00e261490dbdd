"""Plain text: what may be stored, what may be shown."""

from __future__ import annotations

import html
import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+")
_LOW_CONTROL = bytes({*range(32), 127} - {9, 10})
_HIGH_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")
_LINE_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ENDLESS_NUMBER = re.compile(r"&#[0-9]{50,}")  # html.unescape raises ValueError over a very long one
_BIDI = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]")


def storable(text: str) -> str:
    """The text without what PostgreSQL refuses: NUL characters and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def unescaped(text: str) -> str:
    """The text with the character references of HTML replaced, whatever they are."""
    return storable(html.unescape(_ENDLESS_NUMBER.sub("\ufffd", text) if "&#" in text else text))


def one_line(text: str) -> str:
    """Storable text on a single line, without control characters: fit for a header, a list or a log."""
    if text.isprintable():
        return text.strip()
    return storable(_LINE_CONTROL.sub(" ", text.replace("\0", ""))).strip()


def readable(text: str) -> str:
    """Storable text of many lines: line ends are LF, other control characters but the tab are gone."""
    if "\r" in text:
        bare = text.replace("\r", "")  # many times as quick as looking for both characters
        pairs = len(text) - len(bare) == text.count("\r\n")
        text = bare if pairs else text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        return storable(_CONTROL.sub("", text))
    # Looking for control characters in the encoded form is many times quicker than in the text.
    if len(encoded) == len(encoded.translate(None, _LOW_CONTROL)) and not _HIGH_CONTROL.search(encoded):
        return text
    return _CONTROL.sub("", text)


def file_name(name: str, *, longest: int = 200) -> str:
    """A foreign file name made harmless to show and to offer: no folders, no control or direction marks,
    not hidden, at most `longest` characters; "" when nothing is left."""
    name = _BIDI.sub("", one_line(name)).replace("\\", "/").rpartition("/")[2].strip(" .")
    if len(name) <= longest:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 12:
        return name[:longest]
    return f"{stem[: longest - len(ending) - 1]}.{ending}"
