"""Files written into a plain text with uuencode (POSIX.1 `uuencode`), as mail programs did before MIME."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

MOST_FILES = 100
_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_LINE = re.compile(rb"([ -`]{0,90})\r?\n")
_END = re.compile(rb"end[ \t]*\r?(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class EncodedFile:
    """A file of the text; `filename` as its bytes stand there."""

    filename: bytes
    content: bytes


def without_files(text: bytes) -> tuple[bytes, list[EncodedFile]]:
    """The text without its encoded files, and these. Text that only looks like one is left alone."""
    kept: list[bytes] = []
    files: list[EncodedFile] = []
    position = 0
    while len(files) < MOST_FILES and (begin := _BEGIN.search(text, position)):
        content, end = _content(text, begin.end())
        if end:
            kept.append(text[position : begin.start()])
            files.append(EncodedFile(begin[1].strip(), content))
            position = end
        else:
            kept.append(text[position : begin.end()])
            position = begin.end()
    return b"".join((*kept, text[position:])), files


def _content(text: bytes, position: int) -> tuple[bytes, int]:
    """What the lines from here on hold, and where the text goes on: 0 when they are no encoded file."""
    decoded: list[bytes] = []
    while line := _LINE.match(text, position):
        try:
            decoded.append(_line_bytes(line[1]))
        except binascii.Error:
            return b"", 0
        position = line.end()
    end = _END.match(text, position)
    return (b"".join(decoded), end.end()) if end and decoded else (b"", 0)


def _line_bytes(line: bytes) -> bytes:
    """One line: its first letter is the number of bytes. Blanks at its end may be lost, or a letter be too many."""
    if not line:
        return b""
    count = (line[0] - 32) & 63
    letters = (count + 2) // 3 * 4
    if len(line) - 1 > letters + 4:
        raise binascii.Error("Longer than it says.")
    return binascii.a2b_uu(line[: letters + 1])
