"""What a filter can do with a message before it reaches the desk."""

from __future__ import annotations

from postline.rules.conditions import Json
from postline.rules.conditions.words import marked as _
from postline.rules.steps import Effect, Step, Takes, register

FILTERED = "filter"  # the reason for which it lies in quarantine


def _aside(_name: str, _value: Json) -> Effect:
    return lambda plan, _groups: setattr(plan, "aside", FILTERED)


register(
    Step(
        slug="quarantine",
        label=_("Put it aside as spam"),
        words=_("put it aside into quarantine"),
        takes=Takes.NOTHING,
        effect=_aside,
    )
)
