"""The register of what a filter can do with what arrives: JSON such as `{"do": "queue", "value": "passwords"}`.

A step is read once into an effect on a `Plan`; what has the plan carried out stands with whoever takes the message in.
Other packages register theirs at start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from postline.kit.text import one_line, readable, storable
from postline.rules.conditions import Json, Problem
from postline.rules.conditions.problems import SENTENCES
from postline.rules.conditions.words import marked as _
from postline.rules.references import References
from postline.tickets.actions.change import TAG_LENGTH, TAGS_MOST
from postline.tickets.models import Priority

MOST_STEPS = 20
LONGEST_NOTE = 4_000
LONGEST_FIELD = 1_000
LONGEST_NAME = 100
PRIORITIES = {str(Priority(value).name).lower(): value for value in Priority.values}
_PLACE = re.compile(r"\{([A-Za-z_]\w{0,63})\}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(slots=True)
class Plan:
    """What filters want done with a message, as it grows from step to step. None: as it is."""

    queue_id: int | None = None
    topic_id: int | None = None
    priority: int | None = None
    owner_id: int | None = None
    language: str | None = None
    tags: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    answer_id: int | None = None  # of the template that is sent in place of the automatic answer
    aside: str = ""  # the reason for which it goes to quarantine
    stopped: bool = False

    def copy(self) -> Plan:
        """Another one to go on with, while this one stays."""
        return replace(self, tags=[*self.tags], fields={**self.fields}, notes=[*self.notes])


Groups = Mapping[str, str]  # what the named groups of the condition have found
Effect = Callable[[Plan, Groups], None]


class Takes(StrEnum):
    """What the value of a step is."""

    REFERENCE = "reference"  # the short name of something of the project
    CHOICE = "choice"
    TAGS = "tags"  # a list of texts
    LINE = "line"
    TEXT = "text"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do. `label` names it in the editor; `words` goes on after the filter's name: “moves it to…”.

    `effect` makes what is to be done of the value, which has been checked, or of the id that it refers to. Texts may
    hold `{name}` for what a named group of the condition has found.
    """

    slug: str
    label: str
    words: str
    takes: Takes
    effect: Callable[[str, Json], Effect]  # of its name and its value
    references: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    name_label: str = ""  # what its name is called, where it needs one


STEPS: dict[str, Step] = {}


def register(*steps: Step) -> None:
    """Let filters do these. Each slug once."""
    for step in steps:
        if step.slug in STEPS:
            raise ValueError(f"{step.slug} is registered already")
        STEPS[step.slug] = step


@dataclass(frozen=True, slots=True)
class Ready:
    """A step that is ready: its slug, for the history, and what it does."""

    slug: str
    effect: Effect


class WrongSteps(Exception):
    """They cannot be used; `problems` says why, with the places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].code)
        self.problems = problems


def make_ready(steps: Json, references: References, *, groups: frozenset[str]) -> list[Ready]:
    """Raises WrongSteps. `groups` are the names that the condition can find."""
    wrong = problems_of_steps(steps, references=references, groups=groups)
    if wrong:
        raise WrongSteps(wrong)
    ready = []
    for said in steps:
        step = STEPS[said["do"]]
        value = said.get("value", "")
        if step.references:
            value = references.find(step.references, value)
        ready.append(Ready(step.slug, step.effect(said.get("name", ""), value)))
    return ready


def problems_of_steps(steps: Json, *, references: References, groups: frozenset[str]) -> list[Problem]:
    """Everything that is wrong with them. Takes whatever JSON can hold."""
    if not isinstance(steps, list) or not steps:
        return [Problem((), "no-steps")]
    if len(steps) > MOST_STEPS:
        return [Problem((MOST_STEPS,), "too-many-steps")]
    return [
        problem
        for place, said in enumerate(steps)
        if (problem := _problem_of(said, place, references=references, groups=groups))
    ]


def _problem_of(said: Json, place: int, *, references: References, groups: frozenset[str]) -> Problem | None:
    step = STEPS.get(said["do"]) if isinstance(said, dict) and isinstance(said.get("do"), str) else None
    if step is None:
        return Problem((place, "do"), "unknown-step", words={"what": _shown(said)})
    foreign = sorted(set(said) - {"do", "value", "name"})
    if foreign:
        return Problem((place,), "unknown-key", words={"what": str(foreign[0])[:LONGEST_NAME]})
    name = said.get("name", "")
    if any(isinstance(one, str) and storable(one) != one for one in (name, *_texts(said.get("value", "")))):
        return Problem((place,), "no-text")
    if not isinstance(name, str) or bool(step.name_label) != bool(name.strip()) or len(name) > LONGEST_NAME:
        return Problem((place, "name"), "needs-name" if step.name_label else "needs-no-name")
    return _problem_of_value(step, said.get("value", ""), place, references=references, groups=groups)


def _problem_of_value(
    step: Step, value: Json, place: int, *, references: References, groups: frozenset[str]
) -> Problem | None:
    at = (place, "value")
    if step.takes is Takes.NOTHING:
        return None if value in ("", None) else Problem(at, "needs-no-value")
    texts = _texts(value) if step.takes is Takes.TAGS else [value]
    if not texts or not all(isinstance(one, str) and one.strip() for one in texts):
        return Problem(at, "empty-value")
    longest = {Takes.TAGS: TAG_LENGTH, Takes.LINE: LONGEST_FIELD, Takes.TEXT: LONGEST_NOTE}.get(step.takes)
    if longest and (max(map(len, texts)) > longest or len(texts) > TAGS_MOST):
        return Problem(at, "value-too-long", words={"most": str(longest)})
    if step.references and references.find(step.references, value) is None:
        return Problem(at, f"unknown-{step.references}", words={"what": value[:LONGEST_NAME]})
    if step.choices and value not in {choice for choice, _label in step.choices}:
        return Problem(at, "unknown-choice", words={"what": value[:LONGEST_NAME]})
    if step.slug == "language" and not _LANGUAGE.fullmatch(value):
        return Problem(at, "unknown-language", words={"what": value[:LONGEST_NAME]})
    for text in texts if longest else ():
        for named in _PLACE.findall(text):
            if named not in groups:
                return Problem(at, "unknown-group-name", words={"what": named})
    return None


def _texts(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def filled(text: str, groups: Groups) -> str:
    """The text with what named groups have found in place of `{name}`; of an empty one nothing."""
    if "{" not in text:
        return text
    return _PLACE.sub(lambda place: groups.get(place[1], ""), text)


def _shown(said: Json) -> str:
    what = said.get("do", "") if isinstance(said, dict) else said
    return str(what)[:LONGEST_NAME] if isinstance(what, str | int | float) else type(what).__name__


def _set(attribute: str) -> Callable[[str, Json], Effect]:
    """Sets a field of the plan; of two filters the later one wins."""

    def effect(_name: str, value: Json) -> Effect:
        return lambda plan, _groups: setattr(plan, attribute, value)

    return effect


def _priority(_name: str, value: Json) -> Effect:
    priority = PRIORITIES[value]
    return lambda plan, _groups: setattr(plan, "priority", priority)


def _tags(_name: str, value: Json) -> Effect:
    def effect(plan: Plan, groups: Groups) -> None:
        for text in value if isinstance(value, list) else [value]:
            tag = " ".join(one_line(filled(text, groups)).split())[:TAG_LENGTH].strip()
            if tag and tag not in plan.tags and len(plan.tags) < TAGS_MOST:
                plan.tags.append(tag)

    return effect


def _field(name: str, value: Json) -> Effect:
    def effect(plan: Plan, groups: Groups) -> None:
        if said := one_line(filled(value, groups))[:LONGEST_FIELD]:
            plan.fields[name.strip()] = said

    return effect


def _note(_name: str, value: Json) -> Effect:
    def effect(plan: Plan, groups: Groups) -> None:
        if said := readable(filled(value, groups)).strip():
            plan.notes.append(said[: 2 * LONGEST_NOTE])

    return effect


def _stop(_name: str, _value: Json) -> Effect:
    return lambda plan, _groups: setattr(plan, "stopped", True)


SENTENCES.update(
    {
        "no-steps": _("Say what is to be done."),
        "too-many-steps": _("These are too many steps: at most 20."),
        "unknown-step": _("“%(what)s” is nothing that can be done."),
        "value-too-long": _("This is too long: at most %(most)s characters."),
        "unknown-group": _("There is no group “%(what)s” with a queue in this project."),
        "unknown-person": _("“%(what)s” does not work in this project."),
        "unknown-template": _("There is no template “%(what)s” that may be sent automatically."),
        "unknown-group-name": _("No named group of the condition is called “%(what)s”."),
    }
)

register(
    Step(
        slug="queue",
        label=_("Put it into a queue"),
        words=_("put it into the queue %(value)s"),
        takes=Takes.REFERENCE,
        references="queue",
        effect=_set("queue_id"),
    ),
    Step(
        slug="group",
        label=_("Hand it to a group"),
        words=_("hand it to the group %(value)s"),
        takes=Takes.REFERENCE,
        references="group",
        effect=_set("queue_id"),
    ),
    Step(
        slug="topic",
        label=_("Set the topic"),
        words=_("set the topic to %(value)s"),
        takes=Takes.REFERENCE,
        references="topic",
        effect=_set("topic_id"),
    ),
    Step(
        slug="priority",
        label=_("Set the priority"),
        words=_("set the priority to %(value)s"),
        takes=Takes.CHOICE,
        choices=tuple((slug, slug.capitalize()) for slug in PRIORITIES),
        effect=_priority,
    ),
    Step(
        slug="tags",
        label=_("Add tags"),
        words=_("add the tags %(value)s"),
        takes=Takes.TAGS,
        effect=_tags,
    ),
    Step(
        slug="field",
        label=_("Fill in a field"),
        words=_("set the field %(name)s to %(value)s"),
        takes=Takes.LINE,
        name_label=_("Name of the field"),
        effect=_field,
    ),
    Step(
        slug="owner",
        label=_("Give it to a person"),
        words=_("give it to %(value)s"),
        takes=Takes.REFERENCE,
        references="person",
        effect=_set("owner_id"),
    ),
    Step(
        slug="language",
        label=_("Set the language"),
        words=_("set the language to %(value)s"),
        takes=Takes.LINE,
        effect=_set("language"),
    ),
    Step(
        slug="note",
        label=_("Write a note"),
        words=_("write the note %(value)s"),
        takes=Takes.TEXT,
        effect=_note,
    ),
    Step(
        slug="stop",
        label=_("Stop: no further filters"),
        words=_("stop"),
        takes=Takes.NOTHING,
        effect=_stop,
    ),
)
