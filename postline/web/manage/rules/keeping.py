"""Keeps what was typed: as a new rule or as another version, once however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from django.utils.text import slugify

from postline.projects import changes
from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.projects.slugs import RESERVED, SlugTaken
from postline.rules import checks, filters, hints
from postline.rules.keeping import rules_in, values_of
from postline.rules.models import Rule, RuleKind
from postline.web.manage.rules import acts
from postline.web.manage.rules.form import Draft
from postline.web.manage.rules.sort import Sort

TWICE = timedelta(minutes=1)  # the same once more within this time was sent twice
OURS = frozenset({"file", "order"})  # pages of ours stand at these addresses


@dataclass(frozen=True, slots=True)
class Kept:
    """The rule that was kept, and whether it is new or another one now."""

    rule: Rule
    is_new: bool
    is_changed: bool


def meant(kind: str, draft: Draft) -> checks.Draft:
    """What the form says, for the acts."""
    doing, is_filter = acts.kept(kind, draft), kind == RuleKind.FILTER
    return checks.Draft(
        name=draft.name.strip(),
        condition=draft.condition,
        steps=doing if is_filter else [],
        suggestions=[] if is_filter else doing,
        weight=50 if is_filter else _number(draft.weight),
        acts_on=draft.acts_on,
    )


def _number(text: str) -> int:
    """0 where it is none: that is no weight."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def keep(
    reach: Reach, sort: Sort, project: Project, rule: Rule | None, draft: Draft, *, seen: int, now: datetime
) -> Kept:
    """Add it, or change `rule`. Raises Forbidden, TooManyRules, WrongRule, ChangedMeanwhile."""
    wanted = meant(sort.kind, draft)
    if rule is None:
        return _add(reach, sort, project, wanted, now=now)
    doing = filters if sort.kind == "filter" else hints
    try:
        is_changed = doing.change(reach, rule_id=rule.pk, draft=wanted, seen=seen, now=now)
    except changes.ChangedMeanwhile:
        rule.refresh_from_db()
        if not _is(rule, wanted):
            raise
        is_changed = False  # sent twice: it is kept already
    return Kept(rule, False, is_changed)


def _add(reach: Reach, sort: Sort, project: Project, wanted: checks.Draft, *, now: datetime) -> Kept:
    doing = filters if sort.kind == "filter" else hints
    while True:
        mine = rules_in(project, sort.kind).filter(
            name=wanted.name, version=1, changed_by=reach.person, changed_at__gt=now - TWICE
        )
        for one in mine:
            if _is(one, wanted):
                return Kept(one, True, False)
        try:
            made = doing.add(reach, project, slug=_free_slug(project, sort.kind, wanted.name), draft=wanted, now=now)
        except SlugTaken:
            continue  # at the same moment; perhaps by the same press
        return Kept(made, True, True)


def _is(rule: Rule, wanted: checks.Draft) -> bool:
    return all(getattr(rule, name) == value for name, value in values_of(rule.kind, wanted).items())


def _free_slug(project: Project, kind: str, name: str) -> str:
    """Made from the name; with a number where another rule has it, or the name has no Latin letter."""
    taken = {*rules_in(project, kind).values_list("slug", flat=True), *RESERVED, *OURS}
    base = slugify(name)[:40].strip("-")
    if base and base not in taken:
        return base
    return next(slug for number in count(2 if base else 1) if (slug := f"{base or kind}-{number}") not in taken)
