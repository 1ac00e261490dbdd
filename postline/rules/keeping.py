"""Rules are added, changed, switched, put in order and deleted: what filters and hints have in common.

Each change of what a rule is or does makes a version; the audit log names the fields, the version has the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from postline.projects import audit, changes
from postline.projects.alarms import end_alarm
from postline.projects.models import Person, Project
from postline.projects.rights import ProjectRight, Reach
from postline.projects.slugs import SlugTaken, require_slug
from postline.rules.checks import Draft, problems_of_rule, require_right
from postline.rules.models import Rule, RuleKind, RuleVersion
from postline.rules.references import references_of

MOST_RULES = 500  # of one kind in a project
VERSIONED = ("name", "condition", "steps", "suggestions", "weight", "acts_on")
WORDS = ("condition", "steps", "suggestions")  # may hold an address: the audit log says only that they changed
ALARM = "rule-disabled"  # raised by `faults`, over when somebody has seen to the rule
RIGHTS = {RuleKind.FILTER: ProjectRight.FILTERS, RuleKind.HINT: ProjectRight.HINTS}


class TooManyRules(Exception):
    """A project has at most so many of a kind."""


class WrongOrder(Exception):
    """The order does not name each of the rules once: somebody else has added or deleted one."""


def target(rule: Rule) -> str:
    """How the audit log names a rule."""
    return f"{rule.kind}:{rule.project.slug}/{rule.slug}"


def order_target(project: Project, kind: str) -> str:
    """How the audit log names the order of a project's rules."""
    return f"{kind}-order:{project.slug}"


@transaction.atomic
def add(reach: Reach, project: Project, kind: RuleKind, *, slug: str, draft: Draft, now: datetime) -> Rule:
    """Add a rule behind the others, switched off. Raises Forbidden, WrongSlug, SlugTaken, TooManyRules, WrongRule."""
    reach.require_in_project(RIGHTS[kind], project.pk)
    require_slug(slug)
    _lock(project)
    others = list(rules_in(project, kind))
    if any(other.slug == slug for other in others):
        raise SlugTaken(slug)
    if len(others) >= MOST_RULES:
        raise TooManyRules
    require_right(problems_of_rule(project, kind, draft, references_of(project), others=others))
    last = rules_in(project, kind).aggregate(last=Max("position"))["last"]
    rule = Rule.objects.create(
        project=project,
        kind=kind,
        slug=slug,
        position=0 if last is None else last + 1,
        changed_at=now,
        changed_by=reach.person,
        **values_of(kind, draft),
    )
    keep_version(rule, reach.person, now=now)
    detail = {"project": project.pk, "before": {}, "after": {"name": rule.name, "version": 1}}
    audit.record(actor=reach.person.login, action=f"{kind}.created", target=target(rule), detail=detail, now=now)
    return rule


@transaction.atomic
def change(reach: Reach, kind: RuleKind, *, rule_id: int, draft: Draft, seen: int, now: datetime) -> bool:
    """Make it another version; returns whether anything changed. Raises Forbidden, WrongRule, ChangedMeanwhile."""
    rule = _locked(reach, kind, rule_id)
    others = [other for other in rules_in(rule.project, kind) if other.pk != rule.pk]
    require_right(problems_of_rule(rule.project, kind, draft, references_of(rule.project), others=others))
    return keep_changed(reach, rule, values_of(kind, draft), seen=seen, now=now)


def keep_changed(reach: Reach, rule: Rule, values: dict[str, Any], *, seen: int, now: datetime) -> bool:
    """Write what differs on the locked rule, as a new version; values have been checked. Raises ChangedMeanwhile."""
    changes.require_unchanged(reach, target(rule), seen=seen, project_id=rule.project_id)
    if all(getattr(rule, name) == value for name, value in values.items()):
        return False
    also = {"version": rule.version + 1, "disabled_because": "", "disabled_detail": ""}
    changes.keep(
        reach,
        rule,
        {**values, **also},
        target=target(rule),
        action=f"{rule.kind}.changed",
        project_id=rule.project_id,
        seen=seen,
        private=WORDS,
        now=now,
    )
    rule.changed_at, rule.changed_by = now, reach.person
    rule.save(update_fields=["changed_at", "changed_by"])
    keep_version(rule, reach.person, now=now)
    end_alarm(ALARM, subject=target(rule), now=now)
    anew(rule.project_id)
    return True


@transaction.atomic
def switch(reach: Reach, kind: RuleKind, *, rule_id: int, enabled: bool, now: datetime) -> bool:
    """Switch it on or off; returns whether anything changed. One that names what is gone, or cannot be understood, is
    not switched on. Raises Forbidden, WrongRule."""
    rule = _locked(reach, kind, rule_id)
    if rule.enabled == enabled:
        return False
    if enabled:
        require_right(problems_of_rule(rule.project, kind, draft_of(rule), references_of(rule.project)))
    name = target(rule)
    values = {"enabled": enabled, "disabled_because": "", "disabled_detail": ""}
    changes.keep(
        reach,
        rule,
        values,
        target=name,
        action=f"{kind}.{'enabled' if enabled else 'disabled'}",
        project_id=rule.project_id,
        seen=changes.last_change(name),
        now=now,
    )
    end_alarm(ALARM, subject=name, now=now)
    anew(rule.project_id)
    return True


@transaction.atomic
def reorder(
    reach: Reach, project: Project, kind: RuleKind, *, order: Sequence[int], seen: int | None = None, now: datetime
) -> None:
    """Put all of them in this order, by their ids. `seen` is the last change of the order that the person knew of;
    None: whatever it was. Raises Forbidden, WrongOrder, ChangedMeanwhile."""
    reach.require_in_project(RIGHTS[kind], project.pk)
    _lock(project)
    name = order_target(project, kind)
    if seen is not None:
        changes.require_unchanged(reach, name, seen=seen, project_id=project.pk)
    rules = {rule.pk: rule for rule in rules_in(project, kind)}
    if sorted(order) != sorted(rules):
        raise WrongOrder
    before = list(rules)
    if before == list(order):
        return
    for position, key in enumerate(order):
        rules[key].position = position
    Rule.objects.bulk_update(rules.values(), ["position"])
    detail = {
        "project": project.pk,
        "before": {"order": ", ".join(rules[key].slug for key in before)},
        "after": {"order": ", ".join(rules[key].slug for key in order)},
    }
    audit.record(actor=reach.person.login, action=f"{kind}.reordered", target=name, detail=detail, now=now)
    anew(project.pk)


@transaction.atomic
def delete(reach: Reach, kind: RuleKind, *, rule_id: int, now: datetime) -> None:
    """Take it away; the history of tickets goes on naming it. Raises Forbidden."""
    rule = _locked(reach, kind, rule_id)
    detail = {"project": rule.project_id, "before": {"name": rule.name}, "after": {}}
    audit.record(actor=reach.person.login, action=f"{kind}.deleted", target=target(rule), detail=detail, now=now)
    rule.deleted_at, rule.enabled = now, False
    rule.save(update_fields=["deleted_at", "enabled"])
    end_alarm(ALARM, subject=target(rule), now=now)
    anew(rule.project_id)


def rules_in(project: Project, kind: str) -> QuerySet[Rule]:
    """All of a kind in their order, deleted ones aside. The caller has seen to the rights."""
    return Rule.objects.filter(project=project, kind=kind, deleted_at=None).order_by("position", "pk")


def draft_of(rule: Rule | RuleVersion) -> Draft:
    """What it is now, or was."""
    return Draft(**{name: getattr(rule, name) for name in VERSIONED})


def values_of(kind: str, draft: Draft) -> dict[str, Any]:
    """What of a draft is kept: a filter suggests nothing, a hint does nothing."""
    is_filter = kind == RuleKind.FILTER
    return {
        "name": draft.name.strip(),
        "condition": draft.condition,
        "steps": draft.steps if is_filter else [],
        "suggestions": [] if is_filter else draft.suggestions,
        "weight": draft.weight,
        "acts_on": str(draft.acts_on),
    }


def keep_version(rule: Rule, person: Person | None, *, now: datetime) -> None:
    """Remember what it is now."""
    values = {name: getattr(rule, name) for name in VERSIONED}
    RuleVersion.objects.create(rule=rule, version=rule.version, at=now, person=person, **values)


def anew(project_id: int) -> None:
    """Whoever has the project's rules ready gets them ready again."""
    with connection.cursor() as cursor:
        cursor.execute(ANEW, [project_id])


def _lock(project: Project) -> None:
    """One at a time in a project, so that places and short names are given once."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def _locked(reach: Reach, kind: str, rule_id: int) -> Rule:
    rules = Rule.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    rule = rules.get(pk=rule_id, kind=kind, deleted_at=None)
    reach.require_in_project(RIGHTS[RuleKind(kind)], rule.project_id)
    return rule


# Drawn, not counted: a number that was rolled back would come again, and whoever saw it would go by what it meant then.
ANEW = """
INSERT INTO rules_ruleset AS mine (project_id, version) VALUES (%s, 1 + floor(random() * 2147483646)::int)
ON CONFLICT (project_id) DO UPDATE SET version = excluded.version
"""
