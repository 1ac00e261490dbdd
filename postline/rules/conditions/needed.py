"""Which words a condition needs: where none of them stands in the text, it cannot hold and is not asked at all.

Most rules look for a few words in the subject or the new text. All the words of all rules are looked for in one pass
over the text (RE2's set, an automaton), and only the rules whose words are there are asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from postline.rules.conditions.asks import ASKS, Comparison
from postline.rules.conditions.facts import Facts
from postline.rules.conditions.tree import All, Leaf, Node, Not, OneOf
from postline.rules.conditions.words import fold

STEADY = frozenset({"subject", "new-text", "text"})  # no filter changes what these answer
Word = tuple[str, str]  # what is asked, and the folded word
MOST_MEMORY = 32_000_000  # bytes for the automaton of one text


def needed_of(node: Node) -> frozenset[Word] | None:
    """Words of which at least one must be there for the condition to hold; None where it may hold without any."""
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
            return frozenset(word for one in every if one is not None for word in one)


def _of_leaf(leaf: Leaf) -> frozenset[Word] | None:
    if leaf.ask.slug not in STEADY or leaf.comparison not in (Comparison.CONTAINS, Comparison.STARTS):
        return None
    words = {fold(one) for one in leaf.texts}
    return frozenset((leaf.ask.slug, word) for word in words) if all(words) else None


@dataclass(frozen=True, slots=True)
class Sieve:
    """Finds the conditions that may hold, by their places in the sequence that it was made of."""

    always: frozenset[int]  # they need no word
    _sets: Mapping[str, tuple[Any, Sequence[frozenset[int]]]]

    def may_hold(self, facts: Facts) -> frozenset[int] | set[int]:
        """The places of those that are worth asking."""
        found = set(self.always)
        for slug, (words, places) in self._sets.items():
            for text in ASKS[slug].folded("")(facts):
                for index in words.Match(text.encode()) or ():
                    found |= places[index]
        return found


NO_SIEVE = Sieve(frozenset(), {})


def sieve(conditions: Sequence[frozenset[Word] | None]) -> Sieve:
    """Make it ready for these conditions, each given by the words that it needs."""
    by_word: dict[str, dict[str, set[int]]] = {}
    always = set[int]()
    for place, needed in enumerate(conditions):
        if needed is None:
            always.add(place)
            continue
        for slug, word in needed:
            by_word.setdefault(slug, {}).setdefault(word, set()).add(place)
    sets: dict[str, tuple[Any, Sequence[frozenset[int]]]] = {}
    for slug, words in by_word.items():
        made = _set_of(list(words))
        if made is None:  # too many words for the automaton: their rules are asked each time
            always |= {place for places in words.values() for place in places}
        else:
            sets[slug] = (made, [frozenset(places) for places in words.values()])
    return Sieve(frozenset(always), sets)


def _set_of(words: Sequence[str]) -> Any:
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
    return made if len(made.Match("\0".join(words).encode()) or ()) == len(words) else None
