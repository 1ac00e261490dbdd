"""The register of what a condition may ask. A package that knows more registers it at start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from postline.rules.conditions.facts import Facts
from postline.rules.conditions.words import as_searched, fold
from postline.rules.conditions.words import marked as _

LONGEST_FACT = 50_000  # characters of one text that are looked at
MOST_FACTS = 1_000  # addresses, files, headers of one name


class Comparison(StrEnum):
    """How an answer is compared with the value of the condition."""

    CONTAINS = "contains"
    IS = "is"
    STARTS = "starts"
    MATCHES = "matches"  # a regular expression as RE2 understands it
    IN_LIST = "in-list"
    GREATER = "greater"
    LESS = "less"
    EXISTS = "exists"


class Kind(StrEnum):
    """What an answer is, and so how it may be compared."""

    TEXT = "text"
    VALUE = "value"  # a text that may be a number: headers, fields, tags in the body
    ADDRESS = "address"  # an e-mail address, or a domain with all below it
    NUMBER = "number"
    CHOICE = "choice"  # one of `choices`
    REFERENCE = "reference"  # something of the project, by its slug
    YES_NO = "yes/no"


C = Comparison
COMPARISONS: dict[Kind, tuple[Comparison, ...]] = {
    Kind.TEXT: (C.CONTAINS, C.IS, C.STARTS, C.MATCHES, C.IN_LIST, C.EXISTS),
    Kind.VALUE: (C.IS, C.CONTAINS, C.STARTS, C.MATCHES, C.IN_LIST, C.GREATER, C.LESS, C.EXISTS),
    Kind.ADDRESS: (C.IS, C.IN_LIST, C.CONTAINS, C.STARTS, C.MATCHES, C.EXISTS),
    Kind.NUMBER: (C.GREATER, C.LESS, C.IS, C.IN_LIST),
    Kind.CHOICE: (C.IS, C.IN_LIST),
    Kind.REFERENCE: (C.IS, C.IN_LIST, C.EXISTS),
    Kind.YES_NO: (C.IS,),
}


Answers = Callable[[Facts], tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One thing that can be asked. `label` is an English msgid that goes on with a verb: “the subject”, “contains…”.

    `read` gives the answers as texts (a message has several recipients), of numbers and yes/no the only one; `exact`
    what `is` and `in-list` compare, where that is something else. `cost`: cheap ones are asked first. `single`: there
    is never more than one answer. `references`: what the values name, such as "queue". `bounds` of numbers, None: any.
    """

    slug: str
    label: str
    kind: Kind
    group: str
    read: Callable[[Facts, str], Iterable[Any]]
    exact: Callable[[Facts, str], Iterable[str]] | None = None
    name_label: str = ""  # what its name is called, where it needs one
    choices: tuple[tuple[str, str], ...] = ()
    references: str = ""
    bounds: tuple[int, int | None] = (0, None)
    cost: int = 1
    single: bool = True

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """How it may be compared, the most usual first."""
        return COMPARISONS[self.kind]

    def folded(self, name: str) -> Answers:
        """Gives the answers in the form that is compared, made once for each message."""
        return self._kept("folded", name, lambda facts: map(_folded, self._texts(facts, name)))

    def folded_exact(self, name: str) -> Answers:
        """Gives what `is` compares."""
        if self.exact is None:
            return self.folded(name)
        read = self.exact
        return self._kept("exact", name, lambda facts: map(fold, read(facts, name)))

    def encoded(self, name: str) -> Answers:
        """Gives the answers as regular expressions look at them."""
        return self._kept("encoded", name, lambda facts: map(as_searched, self._texts(facts, name)))

    def only(self) -> Answers:
        """Gives the answer of a number or of yes/no, alone."""
        return self._kept("only", "", lambda facts: self.read(facts, ""))

    def _texts(self, facts: Facts, name: str) -> Iterator[str]:
        return (one[:LONGEST_FACT] for one in islice(self.read(facts, name), MOST_FACTS) if one)

    def _kept(self, form: str, name: str, make: Callable[[Facts], Iterable[Any]]) -> Answers:
        key = (form, self.slug, name)

        def answers(facts: Facts) -> tuple[Any, ...]:
            found = facts.kept.get(key)
            if found is None:
                found = facts.kept[key] = tuple(make(facts))
            return found

        return answers


def _folded(text: str) -> str:
    return fold(text)[:LONGEST_FACT]  # one sign may become eighteen


ASKS: dict[str, Ask] = {}
GROUPS = {  # for the editor, in its order
    "people": _("Who wrote to whom"),
    "words": _("What it says"),
    "files": _("Attachments"),
    "message": _("The message"),
    "desk": _("Where it arrived"),
    "requester": _("The requester so far"),
    "time": _("When it arrived"),
}


def register(*asks: Ask) -> None:
    """Make these askable. Each slug once."""
    for ask in asks:
        if ask.slug in ASKS:
            raise ValueError(f"{ask.slug} can be asked already")
        ASKS[ask.slug] = ask
