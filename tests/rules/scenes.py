"""Rules for the department of tests/scenes.py, set up by its lead."""

from __future__ import annotations

from typing import Any

from postline.rules import filters, hints
from postline.rules.checks import Draft
from postline.rules.conditions import Json
from postline.rules.models import ActsOn, Rule
from tests.scenes import NOW, Department

ALWAYS: dict[str, Json] = {"all": []}


def asks(ask: str, comparison: str, value: Json = "", **more: Json) -> dict[str, Json]:
    """A question as it is kept."""
    return {"ask": ask, "is": comparison, "value": value, **more}


def does(step: str, value: Json = "", **more: Json) -> dict[str, Json]:
    """A step as it is kept."""
    return {"do": step, "value": value, **more}


def filter_that(
    d: Department,
    *steps: dict[str, Json],
    when: Json = ALWAYS,
    slug: str = "",
    project: str = "mail",
    acts_on: ActsOn = ActsOn.NEW,
    on: bool = True,
    **more: Any,
) -> Rule:
    """A filter of the lead's, switched on."""
    it = d.projects[project]
    reach = d.reach("lead" if project == "mail" else "admin")
    slug = slug or f"filter-{Rule.objects.count() + 1}"
    draft = Draft(name=slug.capitalize(), condition=when, steps=list(steps), acts_on=acts_on, **more)
    rule = filters.add(reach, it, slug=slug, draft=draft, now=NOW)
    if on:
        filters.switch(reach, rule_id=rule.pk, enabled=True, now=NOW)
    return Rule.objects.get(pk=rule.pk)


def hint_that(
    d: Department,
    *suggestions: dict[str, Json],
    when: Json = ALWAYS,
    slug: str = "",
    weight: int = 50,
    acts_on: ActsOn = ActsOn.ALL,
) -> Rule:
    """A hint of the lead's, switched on."""
    reach, slug = d.reach("lead"), slug or f"hint-{Rule.objects.count() + 1}"
    draft = Draft(name=slug.capitalize(), condition=when, suggestions=list(suggestions), weight=weight, acts_on=acts_on)
    rule = hints.add(reach, d.projects["mail"], slug=slug, draft=draft, now=NOW)
    hints.switch(reach, rule_id=rule.pk, enabled=True, now=NOW)
    return Rule.objects.get(pk=rule.pk)
