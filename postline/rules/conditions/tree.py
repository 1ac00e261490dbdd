"""A condition as it is kept (JSON), read into a tree; what is wrong with it is told with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from postline.kit.text import storable
from postline.rules.conditions.asks import ASKS, Ask, Comparison, Kind
from postline.rules.conditions.patterns import Pattern, WrongPattern, pattern
from postline.rules.conditions.words import number

Json = Any  # what `json.loads` gives
Path = tuple[str | int, ...]  # of keys and places, from the root

DEEPEST = 10  # conditions within each other
MOST_NODES = 300
LONGEST_VALUE = 1_000  # characters
LONGEST_NAME = 200
MOST_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question. `texts` are the values to compare with, `number` for numbers, `pattern` for `matches`."""

    ask: Ask
    name: str
    comparison: Comparison
    texts: tuple[str, ...] = ()
    number: float | None = None
    pattern: Pattern | None = None
    said: Mapping[str, Json] = field(default_factory=dict, compare=False)  # as it is kept


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them holds; without any it holds always."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of them holds."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    of: Node


Node = Leaf | All | OneOf | Not


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that cannot be used: a code (`problems.SENTENCES`), with what fills its sentence."""

    path: Path
    code: str
    words: Mapping[str, str] = field(default_factory=dict)
    at: int | None = None  # the character of a regular expression


def read(condition: Json) -> tuple[Node | None, list[Wrong]]:
    """The tree, None where something is wrong; and all that is wrong. Takes whatever JSON can hold."""
    reader = _Reader()
    node = reader.node(condition, ())
    return (None if reader.wrong else node), reader.wrong


def leaves(node: Node) -> Iterator[Leaf]:
    """Every question of the tree, in the order as written."""
    match node:
        case Leaf():
            yield node
        case Not():
            yield from leaves(node.of)
        case All() | OneOf():
            for one in node.of:
                yield from leaves(one)


class _Refused(Exception):
    def __init__(self, path: Path, code: str, at: int | None = None, **words: str) -> None:
        super().__init__(code)
        self.wrong = Wrong(path, code, words, at)


class _Reader:
    """Collects what is wrong while it reads."""

    def __init__(self) -> None:
        self.wrong: list[Wrong] = []
        self._count = 0

    def node(self, said: Json, path: Path) -> Node | None:
        self._count += 1
        if self._count > MOST_NODES + 1:
            return None
        try:
            return self._node(said, path)
        except _Refused as refused:
            self.wrong.append(refused.wrong)
            return None

    def _node(self, said: Json, path: Path) -> Node | None:
        if self._count > MOST_NODES or len(path) > 2 * DEEPEST:
            raise _Refused(path, "too-large")
        if not isinstance(said, dict):
            raise _Refused(path, "no-condition")
        if "ask" in said:
            return self._leaf(said, path)
        keys = sorted({"all", "any", "not"} & set(said))
        if len(keys) != 1 or len(said) != 1:
            raise _Refused(path, "no-condition")
        if keys == ["not"]:
            inner = self.node(said["not"], (*path, "not"))
            return Not(inner) if inner is not None else None
        return self._several(said[keys[0]], keys[0], path)

    def _several(self, said: Json, key: str, path: Path) -> Node:
        if not isinstance(said, list):
            raise _Refused((*path, key), "no-list")
        read = [self.node(one, (*path, key, place)) for place, one in enumerate(said[: MOST_NODES + 1])]
        of = tuple(one for one in read if one is not None)
        return All(of) if key == "all" else OneOf(of)

    def _leaf(self, said: dict[str, Json], path: Path) -> Leaf:
        ask = ASKS.get(said["ask"]) if isinstance(said["ask"], str) else None
        if ask is None:
            raise _Refused((*path, "ask"), "unknown-ask", what=_shown(said["ask"]))
        foreign = sorted(set(said) - {"ask", "name", "is", "value"})
        if foreign:
            raise _Refused(path, "unknown-key", what=_shown(foreign[0]))
        comparison = said.get("is")
        if not isinstance(comparison, str) or comparison not in ask.comparisons:
            raise _Refused((*path, "is"), "unknown-comparison", what=_shown(comparison), ask=ask.slug)
        name = said.get("name", "")
        if isinstance(name, str) and storable(name) != name:
            raise _Refused((*path, "name"), "no-text")
        if not isinstance(name, str) or bool(ask.name_label) != bool(name.strip()) or len(name) > LONGEST_NAME:
            raise _Refused((*path, "name"), "needs-name" if ask.name_label else "needs-no-name")
        return self._value(said, Leaf(ask, name.strip(), Comparison(comparison), said=said), path)

    def _value(self, said: dict[str, Json], leaf: Leaf, path: Path) -> Leaf:
        path = (*path, "value")
        value = said.get("value", "")
        match leaf.comparison:
            case Comparison.EXISTS:
                if value not in ("", None):
                    raise _Refused(path, "needs-no-value")
                return leaf
            case Comparison.GREATER | Comparison.LESS:
                return self._with_number(leaf, value, path)
            case Comparison.IN_LIST:
                return self._with_list(leaf, value, path)
            case Comparison.MATCHES:
                return self._with_pattern(leaf, value, path)
        if leaf.ask.kind is Kind.NUMBER:
            return self._with_number(leaf, value, path)
        return self._with_texts(leaf, [value], path)

    def _with_list(self, leaf: Leaf, value: Json, path: Path) -> Leaf:
        if not isinstance(value, list) or not value:
            raise _Refused(path, "empty-list")
        if len(value) > MOST_LISTED:
            raise _Refused(path, "too-large")
        if leaf.ask.kind is Kind.NUMBER and any(_as_number(one) is None for one in value):
            raise _Refused(path, "no-number", what=_shown(next(one for one in value if _as_number(one) is None)))
        return self._with_texts(leaf, value, path)

    def _with_texts(self, leaf: Leaf, values: list[Json], path: Path) -> Leaf:
        texts = []
        for value in values:
            text = _as_text(value)
            if not text:
                raise _Refused(path, "empty-value")
            if len(text) > LONGEST_VALUE:
                raise _Refused(path, "too-large")
            if storable(text) != text:
                raise _Refused(path, "no-text")
            if wrong := _unfitting(leaf, text):
                raise _Refused(path, wrong, what=_shown(text))
            texts.append(text)
        return Leaf(leaf.ask, leaf.name, leaf.comparison, tuple(texts), said=leaf.said)

    def _with_number(self, leaf: Leaf, value: Json, path: Path) -> Leaf:
        found = _as_number(value)
        if found is None:
            raise _Refused(path, "no-number" if value not in ("", None) else "empty-value", what=_shown(value))
        return Leaf(leaf.ask, leaf.name, leaf.comparison, number=found, said=leaf.said)

    def _with_pattern(self, leaf: Leaf, value: Json, path: Path) -> Leaf:
        if not isinstance(value, str) or not value:
            raise _Refused(path, "empty-value")
        if storable(value) != value:
            raise _Refused(path, "no-text")
        try:
            ready = pattern(value)
        except WrongPattern as error:
            raise _Refused(path, "bad-pattern", at=error.at, reason=error.code, near=error.near) from None
        return Leaf(leaf.ask, leaf.name, leaf.comparison, (value,), pattern=ready, said=leaf.said)


def _unfitting(leaf: Leaf, text: str) -> str:
    """Why this cannot be one of the values, as a code."""
    exact = leaf.comparison in (Comparison.IS, Comparison.IN_LIST)
    if leaf.ask.choices and text.lower() not in {value for value, _label in leaf.ask.choices}:
        return "unknown-choice"
    if leaf.ask.kind is Kind.ADDRESS and exact and (len(text.split()) != 1 or text.count("@") > 1 or text[-1] == "@"):
        return "no-address"
    return ""


def _as_text(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _as_number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value) if not isinstance(value, str) else number(value)
    except OverflowError:
        return None
    return found if found is not None and abs(found) < 1e30 else None  # NaN compares with nothing


def _shown(value: Json) -> str:
    return str(value)[:100] if isinstance(value, (str, int, float)) else type(value).__name__
