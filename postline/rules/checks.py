"""What is wrong with a whole rule: its condition, its steps or suggestions, and how it goes with the other filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from postline.kit.text import storable
from postline.projects.models import Project
from postline.rules.conditions import Json, Level, Problem, WrongCondition, compile, problems
from postline.rules.conditions.problems import SENTENCES
from postline.rules.conditions.tree import All, Leaf, Node, read
from postline.rules.conditions.words import marked as _
from postline.rules.models import ActsOn, Rule, RuleKind
from postline.rules.references import References
from postline.rules.steps import problems_of_steps
from postline.rules.suggestions import problems_of_suggestions
from postline.tickets.arrival import ROBOTS

LONGEST_NAME = 100
HEAVIEST = 100


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody wants a rule to be. `steps` are a filter's, `suggestions` and `weight` a hint's."""

    name: str
    condition: Json
    steps: Json = field(default_factory=list)
    suggestions: Json = field(default_factory=list)
    weight: int = 50
    acts_on: str = ActsOn.NEW


class WrongRule(Exception):
    """It cannot be kept; `problems` says why, with the places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].code)
        self.problems = problems


def problems_of_rule(
    project: Project, kind: str, draft: Draft, references: References, *, others: Sequence[Rule] = ()
) -> list[Problem]:
    """Everything that is wrong, each path beginning with `name`, `condition`, `steps`, `suggestions`, `weight` or
    `acts_on`. `others` are the filters beside it, for what they do to each other."""
    found = list(_of_fields(draft))
    condition = _within("condition", problems(draft.condition, known=references.known))
    found += condition
    if kind == RuleKind.FILTER:
        try:
            groups = compile(draft.condition).group_names
        except WrongCondition:
            groups = None
        if groups is not None:
            found += _within("steps", problems_of_steps(draft.steps, references=references, groups=groups))
    else:
        found += _within("suggestions", problems_of_suggestions(draft.suggestions, references=references))
    if not any(one.is_error for one in found):
        if not condition:
            found += _around(project, draft)
        if kind == RuleKind.FILTER:
            found += _loops(draft, others)
    return found


def require_right(found: list[Problem]) -> None:
    """Raises WrongRule where there is an error among them; warnings only point something out."""
    errors = [one for one in found if one.is_error]
    if errors:
        raise WrongRule(errors)


def _of_fields(draft: Draft) -> Iterator[Problem]:
    if not draft.name.strip() or len(draft.name) > LONGEST_NAME or storable(draft.name) != draft.name:
        yield Problem(("name",), "wrong-name")
    if not 1 <= draft.weight <= HEAVIEST:
        yield Problem(("weight",), "wrong-weight")
    if draft.acts_on not in ActsOn.values:
        yield Problem(("acts_on",), "wrong-acts-on")


def _within(part: str, found: Sequence[Problem]) -> list[Problem]:
    return [replace(one, path=(part, *one.path)) for one in found]


def _around(project: Project, draft: Draft) -> Iterator[Problem]:
    """Whether it can hold of the messages that the rule looks at, in this project."""
    around: list[Json] = [{"ask": "project", "is": "is", "value": project.slug}]
    if draft.acts_on != ActsOn.ALL:
        is_wanted = "yes" if draft.acts_on == ActsOn.FOLLOW_UPS else "no"
        around.append({"ask": "is-follow-up", "is": "is", "value": is_wanted})
    for one in problems({"all": [draft.condition, *around]}):
        if one.code == "never":
            yield Problem(("condition",), "never-here", Level.WARNING)


def _loops(draft: Draft, others: Sequence[Rule]) -> Iterator[Problem]:
    """Where follow-ups go to and fro between queues, and where a robot would be answered."""
    moves = {to for to in (_target(draft.steps),) if to}
    if draft.acts_on != ActsOn.NEW and moves:
        ways = {
            (source, to)
            for rule in others
            if rule.enabled and rule.acts_on != ActsOn.NEW and (to := _target(rule.steps))
            for source in _required(rule.condition, "queue")
        }
        for source in _required(draft.condition, "queue"):
            for to in moves:
                if to != source and source in _reached(to, ways):
                    yield Problem(("steps",), "loop", Level.WARNING, words={"one": source, "other": to})
    if _does(draft.steps, "answer") and set(_required(draft.condition, "kind")) & set(ROBOTS):
        yield Problem(("steps",), "answers-robots", Level.WARNING)


def _reached(start: str, ways: set[tuple[str, str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for source, to in ways:
            if source == here and to not in found:
                found.add(to)
                waiting.append(to)
    return found


def _target(steps: Json) -> str:
    """The queue that the steps put it into at the end."""
    return next((said.get("value", "") for said in reversed(steps) if said.get("do") == "queue"), "")


def _does(steps: Json, what: str) -> bool:
    return any(said.get("do") == what for said in steps)


def _required(condition: Json, ask: str) -> tuple[str, ...]:
    """The answers of which one must be given, as far as the condition says so at its top."""
    node, _wrong = read(condition)
    for leaf in _at_top(node):
        if leaf.ask.slug == ask and leaf.texts:
            return leaf.texts
    return ()


def _at_top(node: Node | None) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case All():
            for one in node.of:
                yield from _at_top(one)


SENTENCES.update(
    {
        "wrong-name": _("Give it a name of at most 100 characters."),
        "wrong-weight": _("The weight is a number from 1 to 100."),
        "wrong-acts-on": _("Say whether it looks at new requests, follow-ups or both."),
        "never-here": _("This can never be true of the messages that the rule looks at in this project."),
        "loop": _("Follow-ups would go to and fro: from “%(one)s” to “%(other)s”, and another filter puts them back."),
        "answers-robots": _("Robots get no automatic answer: this step does nothing."),
    }
)
