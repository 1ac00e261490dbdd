"""Whether a condition can hold at all, as far as that can be seen without a message.

It is spread out into alternatives, each a set of questions that all hold or do not hold; one that contradicts itself
falls away. Nothing left: it never holds. Nothing left of its opposite: it always holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from postline.rules.conditions.asks import Comparison, Kind
from postline.rules.conditions.tree import All, Leaf, Node, Not, OneOf
from postline.rules.conditions.words import fold, number

MOST_ALTERNATIVES = 256
SMALL_RANGE = 1_000  # numbers that are tried one by one


@dataclass(frozen=True, slots=True)
class Literal:
    """A question, and whether it is to hold."""

    leaf: Leaf
    holds: bool


def never_holds(node: Node) -> bool:
    """Whether it is seen to hold for no message; False also where it is too large to see."""
    found = _alternatives(node, holds=True)
    return found is not None and all(map(_is_contradiction, found))


def always_holds(node: Node) -> bool:
    """Whether it is seen to hold for every message."""
    found = _alternatives(node, holds=False)
    return found is not None and all(map(_is_contradiction, found))


def _alternatives(node: Node, *, holds: bool) -> list[frozenset[Literal]] | None:
    """The ways in which it holds, or does not; None: too many."""
    match node:
        case Leaf():
            return [frozenset({Literal(node, holds)})]
        case Not():
            return _alternatives(node.of, holds=not holds)
        case All() | OneOf():
            parts = [_alternatives(one, holds=holds) for one in node.of]
            together = isinstance(node, All) is holds
            return _product(parts) if together else _sum(parts)


def _sum(parts: Iterable[list[frozenset[Literal]] | None]) -> list[frozenset[Literal]] | None:
    found: list[frozenset[Literal]] = []
    for part in parts:
        if part is None or len(found) + len(part) > MOST_ALTERNATIVES:
            return None
        found += part
    return found


def _product(parts: Iterable[list[frozenset[Literal]] | None]) -> list[frozenset[Literal]] | None:
    found: list[frozenset[Literal]] = [frozenset()]
    for part in parts:
        if part is None or len(found) * len(part) > MOST_ALTERNATIVES:
            return None
        found = [one | other for one in found for other in part]
    return found


def _is_contradiction(literals: frozenset[Literal]) -> bool:
    def about(literal: Literal) -> tuple[str, str]:
        return literal.leaf.ask.slug, fold(literal.leaf.name)

    ordered = sorted(literals, key=about)
    return any(_contradict(list(same)) for _key, same in groupby(ordered, key=about))


def _contradict(literals: Sequence[Literal]) -> bool:
    """Whether these questions about the same thing cannot all be answered so."""
    held = [one.leaf for one in literals if one.holds]
    denied = [one.leaf for one in literals if not one.holds]
    if {_meaning(one) for one in held} & {_meaning(one) for one in denied}:
        return True
    ask = literals[0].leaf.ask
    if ask.kind is Kind.NUMBER:
        return _no_number_left(held, denied, *ask.bounds)
    if held and any(one.comparison is Comparison.EXISTS for one in denied):
        return True
    return ask.single and (_no_text_left(held, denied) or _no_beginning_left(held))


def _meaning(leaf: Leaf) -> tuple[object, ...]:
    texts = leaf.texts if leaf.comparison is Comparison.MATCHES else tuple(sorted(set(map(fold, leaf.texts))))
    comparison = Comparison.IS if leaf.comparison is Comparison.IN_LIST else leaf.comparison
    return comparison, texts, leaf.number


def _no_number_left(held: Sequence[Leaf], denied: Sequence[Leaf], lowest: int, highest: int | None) -> bool:
    low, high = float(lowest), math.inf if highest is None else float(highest)
    for leaf, holds in [*((one, True) for one in held), *((one, False) for one in denied)]:
        if leaf.number is None or leaf.comparison is Comparison.IS:
            continue
        if (leaf.comparison is Comparison.GREATER) is holds:
            low = max(low, math.floor(leaf.number) + 1 if holds else math.ceil(leaf.number))
        else:
            high = min(high, math.ceil(leaf.number) - 1 if holds else math.floor(leaf.number))
    if low > high:
        return True
    wanted = [_numbers(one) for one in held if one.comparison in (Comparison.IS, Comparison.IN_LIST)]
    unwanted = {n for one in denied if one.comparison in (Comparison.IS, Comparison.IN_LIST) for n in _numbers(one)}
    if wanted:
        left = set.intersection(*wanted)
        return not any(low <= n <= high and n == int(n) and n not in unwanted for n in left)
    return high - low < SMALL_RANGE and all(n in unwanted for n in range(int(low), int(high) + 1))


def _numbers(leaf: Leaf) -> set[float]:
    found = [leaf.number] if leaf.number is not None else [number(one) for one in leaf.texts]
    return {one for one in found if one is not None}


def _no_text_left(held: Sequence[Leaf], denied: Sequence[Leaf]) -> bool:
    """Of an answer that is a single text: no text is left that it could be."""
    exact = (Comparison.IS, Comparison.IN_LIST)
    listed = [set(map(fold, one.texts)) for one in held if one.comparison in exact]
    ask = (*held, *denied)[0].ask
    if ask.choices:
        listed.append({value for value, _label in ask.choices})
    if not listed:
        return False
    left = set.intersection(*listed)
    left -= {fold(text) for one in denied if one.comparison in exact for text in one.texts}
    return not any(_fits(one, held, denied) for one in left)


def _fits(text: str, held: Sequence[Leaf], denied: Sequence[Leaf]) -> bool:
    return all(_may_hold(one, text) is not False for one in held) and all(
        _may_hold(one, text) is not True for one in denied
    )


def _may_hold(leaf: Leaf, text: str) -> bool | None:
    """None where it cannot be told."""
    match leaf.comparison:
        case Comparison.CONTAINS:
            return fold(leaf.texts[0]) in text
        case Comparison.STARTS:
            return text.startswith(fold(leaf.texts[0]))
    return None


def _no_beginning_left(held: Sequence[Leaf]) -> bool:
    beginnings = sorted(_beginnings(held), key=len)
    return any(not longer.startswith(shorter) for shorter, longer in pairwise(beginnings))


def _beginnings(held: Sequence[Leaf]) -> Iterator[str]:
    return (fold(one.texts[0]) for one in held if one.comparison is Comparison.STARTS)
