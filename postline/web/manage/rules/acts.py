"""The rows of what a filter does and of what a hint says: their words, their inputs, what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from postline.rules.steps import STEPS, Step, Takes
from postline.rules.suggestions import SUGGESTIONS, Suggestion
from postline.web.manage.rules import choices
from postline.web.manage.rules.choices import Offered, Option, ValueView
from postline.web.manage.rules.form import Act, Draft
from postline.web.shared.filters import language_name

SHAPES = {Takes.TAGS: "list", Takes.TEXT: "long", Takes.NOTHING: "none"}  # others: a line, or a choice


@dataclass(frozen=True, slots=True)
class ActView:
    """An act as it is drawn."""

    value: ValueView
    known: bool
    name_label: str = ""
    fault: str = ""


def register(kind: str) -> Mapping[str, Step] | Mapping[str, Suggestion]:
    """All that a rule of this kind can do or say."""
    return STEPS if kind == "filter" else SUGGESTIONS


def offered(kind: str, things: Offered) -> list[Option]:
    """Those that make sense in this project: without a template there is none to answer with."""
    return [
        (slug, _(doing.label))
        for slug, doing in register(kind).items()
        if not doing.references or things.options(doing.references)
    ]


def lists(kind: str) -> dict[str, bool]:
    """For `form.read`: whose value is a list."""
    return {slug: _takes(doing) is Takes.TAGS for slug, doing in register(kind).items()}


def first(kind: str, things: Offered) -> Act:
    """An act as it begins."""
    what = offered(kind, things)[0][0]
    return turned(kind, Act(what), things)


def turned(kind: str, act: Act, things: Offered) -> Act:
    """The act after another kind was chosen: with a value that fits it."""
    doing = register(kind).get(act.what)
    if doing is None:
        return act
    text = act.value if isinstance(act.value, str) else ", ".join(act.value)
    if _takes(doing) is Takes.TAGS:
        return Act(act.what, tuple(filter(None, [text])))
    options = [one for one, _label in _options(doing, things)]
    if _takes(doing) is Takes.NOTHING:
        text = ""
    elif options and text not in options:
        text = options[0]
    return Act(act.what, text, act.name if _name_label(doing) else "")


def views(kind: str, draft: Draft, things: Offered, faults: Mapping[int, str]) -> list[ActView]:
    """For each act what its input offers."""
    found = []
    for at, act in enumerate(draft.acts):
        doing = register(kind).get(act.what)
        if doing is None:
            found.append(ActView(ValueView("text", str(act.value)), False, "", faults.get(at, "")))
            continue
        value = choices.value_of_act(act, SHAPES.get(_takes(doing), "text"), _options(doing, things))
        found.append(ActView(value, True, _name_label(doing), faults.get(at, "")))
    return found


def kept(kind: str, draft: Draft) -> list[dict[str, Any]]:
    """As they are kept: `{"do": "queue", "value": "web"}` or `{"topic": "display"}`."""
    found = []
    for act in draft.acts:
        value: Any = list(act.value) if isinstance(act.value, tuple) else act.value.strip()
        if kind == "hint":
            found.append({act.what: value})
            continue
        step: dict[str, Any] = {"do": act.what}
        doing = STEPS.get(act.what)
        if doing is None or doing.takes is not Takes.NOTHING:
            step["value"] = value
        if act.name:
            step["name"] = act.name
        found.append(step)
    return found


def _options(doing: Step | Suggestion, things: Offered) -> list[Option]:
    if doing.slug == "language":
        return [(code, language_name(code)) for code in choices.LANGUAGES]
    if doing.references:
        return things.options(doing.references)
    return [(value, _(label)) for value, label in doing.choices] if isinstance(doing, Step) else []


def _takes(doing: Step | Suggestion) -> Takes:
    if isinstance(doing, Step):
        return doing.takes
    return Takes.REFERENCE if doing.references else Takes.LINE


def _name_label(doing: Step | Suggestion) -> str:
    return _(doing.name_label) if isinstance(doing, Step) and doing.name_label else ""
