"""Hints: set up by whoever has the right HINTS. They say something and never act; computed by `running.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.rules import keeping
from postline.rules.checks import Draft
from postline.rules.models import Rule, RuleKind


def add(reach: Reach, project: Project, *, slug: str, draft: Draft, now: datetime) -> Rule:
    """Add one behind the others, switched off. Raises Forbidden, WrongSlug, SlugTaken, TooManyRules, WrongRule."""
    return keeping.add(reach, project, RuleKind.HINT, slug=slug, draft=draft, now=now)


def change(reach: Reach, *, rule_id: int, draft: Draft, seen: int, now: datetime) -> bool:
    """Make it another version; returns whether anything changed. Raises Forbidden, WrongRule, ChangedMeanwhile."""
    return keeping.change(reach, RuleKind.HINT, rule_id=rule_id, draft=draft, seen=seen, now=now)


def switch(reach: Reach, *, rule_id: int, enabled: bool, now: datetime) -> bool:
    """Switch it on or off; returns whether anything changed. Raises Forbidden, WrongRule."""
    return keeping.switch(reach, RuleKind.HINT, rule_id=rule_id, enabled=enabled, now=now)


def reorder(reach: Reach, project: Project, *, order: Sequence[int], seen: int | None = None, now: datetime) -> None:
    """Put all of them in this order. Raises Forbidden, WrongOrder, ChangedMeanwhile."""
    keeping.reorder(reach, project, RuleKind.HINT, order=order, seen=seen, now=now)


def delete(reach: Reach, *, rule_id: int, now: datetime) -> None:
    """Take it away; the history of tickets goes on naming it. Raises Forbidden."""
    keeping.delete(reach, RuleKind.HINT, rule_id=rule_id, now=now)
