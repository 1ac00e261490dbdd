"""The newest text of a letter: without the quoted original and without the signature.

Works line by line on what an agent would read; every pattern is bounded, every line is looked at a few times at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from postline.intake.parse.attributions import candidates, is_quoted, opening, shared_line, skip_blank
from postline.intake.parse.forwards import is_forward_mark
from postline.intake.parse.signatures import without_signature

MOST_LINES = 10_000  # more is no letter, and shown whole
MOST_TRIED = 3_000  # lines that may announce a quotation; a log has more
LONGEST_LINE = 1_000  # characters of a line that are looked at
SHORTEST_FULL_LINE = 72  # where programs begin to wrap

_ODD_BLANKS = {"\xa0": " ", "\u202f": " ", "\u2009": " ", "\u200b": "", "\ufeff": "", "\u200e": ""}
_SENTENCE_END = (".", "!", "?", ":", ";", "…")
_LINK_LINE = re.compile(r"\s*[(<]?https?://\S{1,500}\s*>?\s*$")


def new_text(text: str, *, forwards: bool = False, answers: bool = True) -> str:
    """What the writer added; where nothing would be left, the whole text.

    A forwarded letter stays with it: one under a mark of its own, or any with `forwards`. In a message that
    `answers` none, lines with a quotation mark and nothing that announces them are the writer's: a console, a poem.
    """
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return text.strip("\n").rstrip()
    plain = _with_plain_blanks(text)
    heads = [line[:LONGEST_LINE].strip() for line in (lines if plain is text else plain.split("\n"))]
    segments, rest = _segments(lines, heads, forwards=forwards, answers=answers)
    kept: list[str] = []
    for segment in segments:
        own = _trimmed(without_signature(segment) if not rest else segment)
        if own:
            kept += ["", *own] if kept else own
    if rest:
        kept += ["", *rest]
    newest = "\n".join(kept).strip("\n").rstrip()
    return newest if newest.strip() else text.strip("\n").rstrip()


def _with_plain_blanks(text: str) -> str:
    """What is looked at: odd blanks made plain, marks without width gone."""
    if text.isascii():
        return text
    for odd, plain in _ODD_BLANKS.items():
        text = text.replace(odd, plain)
    return text


def _segments(
    lines: Sequence[str], heads: Sequence[str], *, forwards: bool, answers: bool
) -> tuple[list[list[str]], list[str]]:
    """The writer's words between the quotations, and a forwarded letter with all that follows it."""
    segments: list[list[str]] = [[]]
    announced = answers
    tried = 0
    index = 0  # of the first line that is in no segment yet
    for at in candidates(heads):
        if at < index:
            continue
        if is_forward_mark(heads[at]):
            segments[-1] += lines[index:at]
            return segments, list(lines[at:])
        quoted = at
        if is_quoted(heads, at):
            if not announced:
                continue
            segments[-1] += lines[index:at]
        elif words := shared_line(heads, at):
            segments[-1] += [*lines[index:at], heads[at][:words]]
            announced = True
            index = at + 1
            continue
        else:
            tried += 1
            length = opening(heads, at) if tried <= MOST_TRIED else 0
            if not length:
                continue
            segments[-1] += lines[index:at]
            if forwards:
                return segments, list(lines[at:])
            announced = True
            quoted = skip_blank(heads, at + length)
            if quoted >= len(heads) or not is_quoted(heads, quoted):
                return segments, []
        index = _after_quoted(heads, quoted)  # a marked quotation: text may follow below it
        segments.append([])
    segments[-1] += lines[index:]
    return segments, []


def _after_quoted(heads: Sequence[str], index: int) -> int:
    while index < len(heads):
        if heads[index] and not is_quoted(heads, index) and not _is_wrapped(heads, index):
            break
        index += 1
    return index


def _is_wrapped(heads: Sequence[str], index: int) -> bool:
    """Whether this line is the end of the quoted one above, that some program wrapped without a mark."""
    above, line = heads[index - 1], heads[index]
    if not above or (index + 1 < len(heads) and heads[index + 1] and not is_quoted(heads, index + 1)):
        return False
    if _is_open(above) and line.endswith((")", ">", "]")) and " " not in line.rstrip(" >"):
        return True
    if _LINK_LINE.match(line) and index + 1 < len(heads) and is_quoted(heads, index + 1):
        return True
    first_word = line.split(" ", 1)[0]
    return (
        len(above) + len(first_word) >= SHORTEST_FULL_LINE
        and len(line) < len(above)
        and line[0].islower()
        and not above.endswith(_SENTENCE_END)
    )


def _is_open(line: str) -> bool:
    """Ends inside an address in brackets."""
    return any(line.rfind(left) > line.rfind(right) for left, right in (("(", ")"), ("<", ">"), ("[", "]")))


def _trimmed(lines: list[str]) -> list[str]:
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return lines[first:last]
