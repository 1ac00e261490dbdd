"""Puts values into a checked text. A value is written once and never read as a part of the language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from postline.kit.templating.forms import date_in_words, plural, time_in_words
from postline.kit.templating.nodes import Choice, Known, Literal, Node, Not, Shown, Template, Test, Value, Values
from postline.kit.text import one_line

_ENDS = re.compile(r"(?<=[.!?…])(?=\s)")  # a sentence ends here; the space belongs to the next one
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the filled text: words of its author, a value, or a gap where the value of `gap` is not known."""

    text: str
    is_value: bool = False
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled text: its pieces, and the names whose values are not known."""

    pieces: tuple[Piece, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Each once, in the order of the text."""
        return tuple(dict.fromkeys(piece.gap for piece in self.pieces if piece.gap))


def fill(template: Template, values: Values, language: str) -> Filled:
    """The text with the values in it. What is not in `values`, is None or is empty is not known: a gap."""
    return Filled(tuple(_pieces(template.nodes, values, language)))


def marked(filled: Filled, mark: Callable[[str], str]) -> str:
    """The text for a person who looks at it before it goes out: gaps stand out."""
    return "".join(mark(piece.gap) if piece.gap else piece.text for piece in filled.pieces)


def without_gaps(filled: Filled) -> str:
    """The text that nobody looks at before it goes out: a sentence with a gap is left out, and a line of nothing else
    with it. Never “Dear ,”."""
    kept: list[str] = []
    for line in _lines(filled.pieces):
        sentences = list(_sentences(line))
        whole = [one for one in sentences if not any(piece.gap for piece in one)]
        words = "".join(piece.text for one in whole for piece in one)
        if len(whole) == len(sentences):
            kept.append(words)
        elif words.strip():
            kept.append(words.lstrip(" "))
    return _EMPTY_LINES.sub("\n\n", "\n".join(kept)).strip()


def _pieces(nodes: Sequence[Node], values: Values, language: str) -> Iterator[Piece]:
    for node in nodes:
        match node:
            case Literal():
                yield Piece(node.text)
            case Shown():
                yield _value(node, values, language)
            case Choice():
                for test, body in node.branches:
                    if _holds(test, values):
                        yield from _pieces(body, values, language)
                        break
                else:
                    yield from _pieces(node.otherwise, values, language)


def _value(shown: Shown, values: Values, language: str) -> Piece:
    value = values.get(shown.name)
    for one in shown.filters:
        if one.name == "fallback":
            value = value if _is_known(value) else one.words[0]
        elif isinstance(value, date):
            form = one.words[0] if one.words else "long"
            value = time_in_words(value, language) if one.name == "time" else date_in_words(value, form, language)
        elif isinstance(value, int):
            value = plural(value, one.words, language)
    if not _is_known(value):
        return Piece("", gap=shown.name)
    return Piece(date_in_words(value, "long", language) if isinstance(value, date) else str(value), is_value=True)


def _holds(test: Test, values: Values) -> bool:
    match test:
        case Known():
            return _is_known(values.get(test.name))
        case Not():
            return not _holds(test.test, values)
        case _ if test.either:
            return _holds(test.left, values) or _holds(test.right, values)
        case _:
            return _holds(test.left, values) and _holds(test.right, values)


def _is_known(value: Value) -> bool:
    return value is not None and (not isinstance(value, str) or bool(one_line(value)))


def _lines(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for piece in pieces:
        first, *others = piece.text.split("\n") if not piece.gap else [""]
        line.append(Piece(first, piece.is_value, piece.gap))
        for other in others:
            yield line
            line = [Piece(other, piece.is_value)]
    yield line


def _sentences(line: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Only the author's own full stops end a sentence: those within a value do not."""
    sentence: list[Piece] = []
    for piece in line:
        first, *others = [piece.text] if piece.is_value or piece.gap else _ENDS.split(piece.text)
        sentence.append(Piece(first, piece.is_value, piece.gap))
        for other in others:
            yield sentence
            sentence = [Piece(other)]
    yield sentence
