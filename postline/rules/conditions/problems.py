"""What is wrong with a condition, in words and with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from postline.rules.conditions.contradictions import always_holds, never_holds
from postline.rules.conditions.patterns import is_boundary_of_latin
from postline.rules.conditions.tree import All, Json, Leaf, Node, Not, OneOf, Path, read
from postline.rules.conditions.words import marked as _
from postline.rules.conditions.words import translated

PROBES = (b"a", b"7 Z\n", "ж".encode(), b"-.-")


class Level(StrEnum):
    """With an error it cannot be used; a warning points something out."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` leads to it from the root: `("all", 1, "value")`. `at` is the character of a regular expression."""

    path: Path
    code: str
    level: Level = Level.ERROR
    words: Mapping[str, str] = field(default_factory=dict)
    at: int | None = None

    def sentence(self, language: str) -> str:
        """In words."""
        words = {**self.words, "place": "" if self.at is None else str(self.at + 1)}
        if "reason" in words:
            words["reason"] = translated(REASONS.get(words["reason"], words["reason"]), language)
        return translated(SENTENCES[self.code], language) % words

    @property
    def is_error(self) -> bool:
        """Whether it cannot be used."""
        return self.level is Level.ERROR


Known = Mapping[str, Collection[str]]  # what there is of each kind: {"queue": {"inbox", …}, …}


def problems(condition: Json, *, known: Known | None = None) -> list[Problem]:
    """Everything that is wrong, errors first. Takes whatever JSON can hold.

    With `known`, a queue, topic, mailbox… that is not among them is an error; of kinds that are missing in it all are
    taken for granted.
    """
    node, wrong = read(condition)
    if node is None:
        return [Problem(one.path, one.code, words=one.words, at=one.at) for one in wrong]
    errors = [problem for path, leaf in _places(node, ()) for problem in _unknown(leaf, path, known or {})]
    return errors or list(_pointed_out(node))


def _unknown(leaf: Leaf, path: Path, known: Known) -> Iterator[Problem]:
    there = known.get(leaf.ask.references) if leaf.ask.references else None
    if there is None:
        return
    for text in leaf.texts:
        if text.lower() not in there:
            yield Problem((*path, "value"), f"unknown-{leaf.ask.references}", words={"what": text})


def _pointed_out(node: Node) -> Iterator[Problem]:
    if never_holds(node):
        yield Problem((), "never", Level.WARNING)
        return
    if always_holds(node):
        yield Problem((), "always", Level.WARNING)
        return
    for path, one in _alternatives(node, ()):
        if never_holds(one):
            yield Problem(path, "part-never", Level.WARNING)
    for path, leaf in _places(node, ()):
        if leaf.pattern is not None and all(map(leaf.pattern.fits, (b"", *PROBES))):
            yield Problem((*path, "value"), "matches-everything", Level.WARNING)
        if leaf.pattern is not None and is_boundary_of_latin(leaf.texts[0]):
            yield Problem((*path, "value"), "latin-boundary", Level.WARNING)


def _places(node: Node, path: Path) -> Iterator[tuple[Path, Leaf]]:
    match node:
        case Leaf():
            yield path, node
        case Not():
            yield from _places(node.of, (*path, "not"))
        case All() | OneOf():
            for place, one in enumerate(node.of):
                yield from _places(one, (*path, "all" if isinstance(node, All) else "any", place))


def _alternatives(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """The parts of which one is enough."""
    match node:
        case Not():
            yield from _alternatives(node.of, (*path, "not"))
        case All() | OneOf():
            key = "all" if isinstance(node, All) else "any"
            for place, one in enumerate(node.of):
                if key == "any":
                    yield (*path, key, place), one
                yield from _alternatives(one, (*path, key, place))


SENTENCES = {
    "too-large": _("This is too long: at most 300 conditions, ten within each other, 1,000 characters or entries."),
    "no-condition": _("There is no condition here."),
    "no-list": _("A list of conditions belongs here."),
    "unknown-ask": _("“%(what)s” is nothing that can be asked."),
    "unknown-key": _("“%(what)s” does not belong here."),
    "unknown-comparison": _("“%(ask)s” cannot be compared by “%(what)s”."),
    "needs-name": _("Say which one: its name is missing, or too long."),
    "needs-no-name": _("A name does not belong here."),
    "needs-no-value": _("There is nothing to compare with here."),
    "empty-value": _("The value is empty."),
    "no-text": _("This holds a sign that is no text."),
    "empty-list": _("The list is empty."),
    "no-number": _("“%(what)s” is no number."),
    "no-address": _("“%(what)s” is neither an address nor a domain."),
    "unknown-choice": _("“%(what)s” is none of the answers that there can be."),
    "bad-pattern": _("The regular expression is wrong at character %(place)s, “%(near)s”: %(reason)s."),
    "unknown-queue": _("There is no queue “%(what)s” in this project."),
    "unknown-topic": _("There is no topic “%(what)s” in this project."),
    "unknown-mailbox": _("There is no mailbox “%(what)s” in this project."),
    "unknown-project": _("“%(what)s” is not this project."),
    "unknown-language": _("“%(what)s” is no language."),
    "never": _("This can never be true: its parts contradict each other."),
    "always": _("This is true of every message."),
    "part-never": _("This part can never be true: its conditions contradict each other."),
    "latin-boundary": _(
        r"The sign \b knows Latin letters only. Write (^|\W) and (\W|$) around words of other alphabets."
    ),
    "matches-everything": _("This regular expression fits every text."),
}

REASONS = {  # RE2's words
    "missing )": _("a bracket is not closed"),
    "unexpected )": _("a bracket is closed that was not opened"),
    "missing ]": _("a square bracket is not closed"),
    "trailing \\": _("nothing follows the backslash"),
    "invalid escape sequence": _("the backslash has no meaning before this character"),
    "invalid character class": _("there is no such class of characters"),
    "invalid character class range": _("there is no such range of characters"),
    "no argument for repetition operator": _("nothing stands before it that could be repeated"),
    "bad repetition operator": _("it repeats what is repeated already"),
    "invalid repetition size": _("so many repetitions are not possible"),
    "invalid perl operator": _("looking ahead or behind is not possible, nor is this group"),
    "invalid named capture group": _("the name of a group is wrong"),
    "duplicate capture group name": _("two groups have the same name"),
    "invalid UTF-8": _("this is no text"),
    "pattern too large": _("it is too large"),
    "pattern too large - compile failed": _("it is too large"),
    "expression nests too deeply": _("it is nested too deeply"),
    "too-long": _("it is too long"),
}
