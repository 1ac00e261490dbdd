"""What a filter does, read out as a sentence."""

from __future__ import annotations

from postline.rules.conditions import Json, Names
from postline.rules.conditions.sentence import AND, QUOTED
from postline.rules.conditions.words import translated
from postline.rules.steps import STEPS, Step, Takes


def steps_told(steps: Json, language: str, *, names: Names | None = None) -> str:
    """“put it into the queue “Passwords” and add the tags “refund””; what cannot be read is left out.

    `names` gives the names of queues, people… by kind and short name.
    """
    found = [_told(said, language, names or {}) for said in steps] if isinstance(steps, list) else []
    told = [one for one in found if one]
    if len(told) < 2:
        return "".join(told)
    return ", ".join(told[:-1]) + translated(AND, language) + told[-1]


def _told(said: Json, language: str, names: Names) -> str:
    step = STEPS.get(said["do"]) if isinstance(said, dict) and isinstance(said.get("do"), str) else None
    if step is None:
        return ""
    value, name = said.get("value", ""), str(said.get("name", ""))
    values = value if isinstance(value, list) else [value]
    shown = ", ".join(_shown(step, str(one), language, names) for one in values)
    return translated(step.words, language) % {"value": shown, "name": _quoted(name, language)}


def _shown(step: Step, value: str, language: str, names: Names) -> str:
    if step.takes is Takes.CHOICE:
        return translated(dict(step.choices).get(value, value), language)
    return _quoted(names.get((step.references, value), value), language)


def _quoted(text: str, language: str) -> str:
    return translated(QUOTED, language) % {"text": text}
