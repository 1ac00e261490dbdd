"""A condition made into functions, once; then asked of thousands of messages. Cheap questions come first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from postline.rules.conditions.asks import Comparison, Kind
from postline.rules.conditions.facts import Facts
from postline.rules.conditions.needed import Need, exact, needed_of
from postline.rules.conditions.patterns import Pattern
from postline.rules.conditions.tree import All, Json, Leaf, Node, Not, OneOf, Wrong, leaves, read
from postline.rules.conditions.words import fold, number

Test = Callable[[Facts], bool]


class WrongCondition(Exception):
    """It cannot be used; `wrong` says why, with the places."""

    def __init__(self, wrong: list[Wrong]) -> None:
        super().__init__(wrong[0].code)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Match:
    """It holds: what named groups have found, and the questions (as they are kept) that made it hold."""

    groups: Mapping[str, str] = field(default_factory=dict)
    because: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition that is ready. `asks` are the slugs of what it may ask, `needed` as in `needed_of`."""

    asks: frozenset[str]
    group_names: frozenset[str]
    needed: frozenset[Need] | None
    _tested: _Tested

    def holds(self, facts: Facts) -> Match | None:
        """None where it does not."""
        return self._tested.found(facts) if self._tested.test(facts) else None


@dataclass(frozen=True, slots=True)
class _Tested:
    """`found` is asked only where `test` holds."""

    test: Test
    found: Callable[[Facts], Match]
    cost: int


def compile(condition: Json) -> Compiled:
    """Make it ready. Raises WrongCondition."""
    node, wrong = read(condition)
    if node is None:
        raise WrongCondition(wrong)
    questions = list(leaves(node))
    names = (name for leaf in questions if leaf.pattern for name in leaf.pattern.names)
    asks = frozenset(leaf.ask.slug for leaf in questions)
    return Compiled(asks, frozenset(names), needed_of(node), _tested(node))


def _tested(node: Node) -> _Tested:
    match node:
        case Leaf():
            return _leaf(node)
        case Not():
            return _not(_tested(node.of), as_kept(node))
        case All():
            return _all([_tested(one) for one in node.of])
        case OneOf():
            return _one_of(node.of)


def _all(parts: list[_Tested]) -> _Tested:
    tests = _cheapest_first(parts)

    def test(facts: Facts) -> bool:
        for one in tests:  # noqa: SIM110 - all() with a generator takes three times as long
            if not one(facts):
                return False
        return True

    def found(facts: Facts) -> Match:
        return _joined(part.found(facts) for part in parts)

    return _Tested(tests[0] if len(tests) == 1 else test, found, sum(part.cost for part in parts))


def _one_of(nodes: Sequence[Node]) -> _Tested:
    parts = [_tested(node) for node in nodes]
    tests = _cheapest_first(_together(nodes, parts))

    def test(facts: Facts) -> bool:
        for one in tests:  # noqa: SIM110
            if one(facts):
                return True
        return False

    def found(facts: Facts) -> Match:
        return next(part.found(facts) for part in parts if part.test(facts))

    return _Tested(tests[0] if len(tests) == 1 else test, found, sum(part.cost for part in parts))


def _together(nodes: Sequence[Node], parts: Sequence[_Tested]) -> list[_Tested]:
    """Several words of which one is to be contained in the same text are looked for at once."""
    words: dict[tuple[str, str], list[Leaf]] = {}
    found: list[_Tested] = []
    for node, part in zip(nodes, parts, strict=True):
        if isinstance(node, Leaf) and node.comparison is Comparison.CONTAINS:
            words.setdefault((node.ask.slug, node.name), []).append(node)
        else:
            found.append(part)
    for same in words.values():
        test = _containing(same[0], [leaf.texts[0] for leaf in same])
        found.append(_Tested(test, lambda _facts: Match(), same[0].ask.cost))
    return found


def _not(part: _Tested, kept: Json) -> _Tested:
    inner = part.test
    return _Tested(lambda facts: not inner(facts), lambda _facts: Match(because=(kept,)), part.cost)


def _cheapest_first(parts: Iterable[_Tested]) -> list[Test]:
    return [part.test for part in sorted(parts, key=lambda part: part.cost)]


def _joined(found: Iterable[Match]) -> Match:
    """All of them together; of two groups with one name the first has it."""
    groups: dict[str, str] = {}
    because: list[Json] = []
    for one in found:
        groups = {**one.groups, **groups}
        because += one.because
    return Match(groups, tuple(because))


def as_kept(node: Node) -> Json:
    """The JSON that it was read from."""
    match node:
        case Leaf():
            return node.said
        case Not():
            return {"not": as_kept(node.of)}
        case All():
            return {"all": [as_kept(one) for one in node.of]}
        case OneOf():
            return {"any": [as_kept(one) for one in node.of]}


def _leaf(leaf: Leaf) -> _Tested:
    if leaf.pattern is not None:
        return _matching(leaf, leaf.pattern)
    kept = Match(because=(leaf.said,))
    return _Tested(_test(leaf), lambda _facts: kept, leaf.ask.cost)


def _matching(leaf: Leaf, pattern: Pattern) -> _Tested:
    answers = leaf.ask.encoded(leaf.name)

    def test(facts: Facts) -> bool:
        for one in answers(facts):  # noqa: SIM110
            if pattern.fits(one):
                return True
        return False

    def found(facts: Facts) -> Match:
        hits = (pattern.groups(one) for one in answers(facts))
        return Match(next(groups for groups in hits if groups is not None), (leaf.said,))

    return _Tested(test, found, leaf.ask.cost + 10)


def _test(leaf: Leaf) -> Test:
    ask, folded = leaf.ask, leaf.ask.folded(leaf.name)
    match leaf.comparison:
        case Comparison.EXISTS:
            return lambda facts: any(folded(facts))
        case Comparison.CONTAINS:
            return _containing(leaf, leaf.texts)
        case Comparison.STARTS:
            beginning = fold(leaf.texts[0])
            return lambda facts: any(one.startswith(beginning) for one in folded(facts))
        case Comparison.GREATER | Comparison.LESS:
            return _comparing(leaf)
    if ask.kind is Kind.NUMBER:
        only = ask.only()
        numbers = {leaf.number} if leaf.number is not None else {number(one) for one in leaf.texts}
        return lambda facts: only(facts)[0] in numbers
    if ask.kind is Kind.YES_NO:
        only = ask.only()
        wanted = fold(leaf.texts[0]) == "yes"
        return lambda facts: bool(only(facts)[0]) is wanted
    whole = ask.folded_exact(leaf.name)
    listed = frozenset(exact(ask, one) for one in leaf.texts)
    return lambda facts: not listed.isdisjoint(whole(facts))


def _containing(leaf: Leaf, texts: Iterable[str]) -> Test:
    folded, parts = leaf.ask.folded(leaf.name), tuple(map(fold, texts))

    def test(facts: Facts) -> bool:
        for one in folded(facts):
            for part in parts:
                if part in one:
                    return True
        return False

    return test


def _comparing(leaf: Leaf) -> Test:
    bound, is_greater = leaf.number or 0.0, leaf.comparison is Comparison.GREATER

    def fits(value: float | None) -> bool:
        return value is not None and (value > bound if is_greater else value < bound)

    if leaf.ask.kind is Kind.NUMBER:
        only = leaf.ask.only()
        return lambda facts: fits(only(facts)[0])
    folded = leaf.ask.folded(leaf.name)
    return lambda facts: any(fits(number(one)) for one in folded(facts))
