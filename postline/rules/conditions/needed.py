"""What a condition needs: where none of it is there, it cannot hold and is not asked at all.

Most rules look for a few words, a few senders, a file of some name. All the words of all rules are looked for in one
pass over the text (RE2's set, an automaton), addresses and the like in one table; only the rules whose words or values
are there are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import re2

from postline.rules.conditions.asks import ASKS, Ask, Comparison, Kind
from postline.rules.conditions.facts import Facts
from postline.rules.conditions.patterns import as_compiled
from postline.rules.conditions.tree import All, Leaf, Node, Not, OneOf
from postline.rules.conditions.words import fold

CHANGING = frozenset({"queue", "topic", "language", "field"})  # filters change what these answer
MOST_MEMORY = 32_000_000  # bytes for the automaton of one text
ANY = "\0"  # in place of a value: that there is an answer at all


class How(StrEnum):
    """In which way a value has to be there."""

    PART = "part"
    WHOLE = "whole"
    PATTERN = "pattern"  # a regular expression


class Need(NamedTuple):
    """An answer that is needed to the question `slug` (of a header, a tag… `name`)."""

    slug: str
    name: str
    how: How
    value: str


def needed_of(node: Node) -> frozenset[Need] | None:
    """Of these at least one must be there for the condition to hold; None where it may hold without any."""
    match node:
        case Leaf():
            return _of_leaf(node)
        case Not():
            return None
        case All():
            found = [one for one in map(needed_of, node.of) if one is not None]
            return min(found, key=len) if found else None
        case OneOf():
            every = [needed_of(one) for one in node.of]
            if not every or any(one is None for one in every):
                return None
            return frozenset(need for one in every if one is not None for need in one)


def _of_leaf(leaf: Leaf) -> frozenset[Need] | None:
    ask = leaf.ask
    if ask.slug in CHANGING or ask.kind in (Kind.NUMBER, Kind.YES_NO):
        return None
    if leaf.pattern is not None:
        return frozenset({Need(ask.slug, leaf.name, How.PATTERN, leaf.pattern.source)})
    match leaf.comparison:
        case Comparison.CONTAINS | Comparison.STARTS:
            words = {fold(one) for one in leaf.texts}
            return frozenset(Need(ask.slug, leaf.name, How.PART, word) for word in words) if all(words) else None
        case Comparison.IS | Comparison.IN_LIST:
            return frozenset(Need(ask.slug, leaf.name, How.WHOLE, exact(ask, one)) for one in leaf.texts)
        case Comparison.EXISTS:
            return frozenset({Need(ask.slug, leaf.name, How.WHOLE, ANY)})
    return None


def exact(ask: Ask, text: str) -> str:
    """The form in which `is` compares: `@user.example` is the domain."""
    return fold(text.removeprefix("@") if ask.kind is Kind.ADDRESS else text)


Places = frozenset[int]


@dataclass(frozen=True, slots=True)
class Sieve:
    """Finds the conditions that may hold, by their places in the sequence that it was made of."""

    always: Places  # they need nothing
    _parts: Sequence[tuple[Any, Any, Sequence[Places]]]  # the question, the automaton, the places for each of its words
    _patterns: Sequence[tuple[Any, Any, Sequence[Places]]]  # likewise
    _wholes: Sequence[tuple[Any, Any, Mapping[str, Places]]]  # the question, in two forms, the places for each value

    def may_hold(self, facts: Facts) -> set[int]:
        """The places of those that are worth asking."""
        found = set(self.always)
        for answers, words, places in self._parts:
            for text in answers(facts):
                for index in words.Match(text.encode()) or ():
                    found |= places[index]
        for answers, patterns, places in self._patterns:
            for encoded in answers(facts):
                for index in patterns.Match(encoded, potential=True) or ():
                    found |= places[index]
        for answers, folded, by_value in self._wholes:
            for value in answers(facts):
                if (at := by_value.get(value)) is not None:
                    found |= at
            if (at := by_value.get(ANY)) is not None and any(folded(facts)):
                found |= at
        return found


NO_SIEVE = Sieve(frozenset(), (), (), ())


def sieve(conditions: Sequence[frozenset[Need] | None]) -> Sieve:
    """Make it ready for these conditions, each given by what it needs."""
    always = set[int]()
    by_need: dict[tuple[str, str, How], dict[str, set[int]]] = {}
    for place, needed in enumerate(conditions):
        if needed is None:
            always.add(place)
        for need in needed or ():
            by_need.setdefault(need[:3], {}).setdefault(need.value, set()).add(place)
    parts: list[tuple[Any, Any, Sequence[Places]]] = []
    patterns: list[tuple[Any, Any, Sequence[Places]]] = []
    wholes: list[tuple[Any, Any, Mapping[str, Places]]] = []
    for (slug, name, how), values in by_need.items():
        ask, places = ASKS[slug], [frozenset(some) for some in values.values()]
        if how is How.WHOLE:
            wholes.append((ask.folded_exact(name), ask.folded(name), dict(zip(values, places, strict=True))))
        elif how is How.PATTERN:
            patterns.append((ask.encoded(name), _filter_of(values), places))
        elif (made := _set_of(values)) is not None:
            parts.append((ask.folded(name), made, places))
        else:  # too many words for the automaton: their rules are asked each time
            always |= {place for some in places for place in some}
    return Sieve(frozenset(always), parts, patterns, wholes)


def _filter_of(sources: Iterable[str]) -> Any:
    """Says which regular expressions may be found in a text, by the words that they cannot do without."""
    made = re2.Filter()
    for source in sources:
        made.Add(source.encode(), as_compiled())
    made.Compile()
    return made


def _set_of(words: Iterable[str]) -> Any:
    """The automaton; None where it does not find every word, for it has no other way to say that it is too large."""
    options = re2.Options()
    options.literal = True
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    made = re2.Set.SearchSet(options)
    try:
        for word in words:
            made.Add(word.encode())
        made.Compile()
    except re2.error:
        return None
    every = list(words)
    return made if len(made.Match("\0".join(every).encode()) or ()) == len(every) else None
