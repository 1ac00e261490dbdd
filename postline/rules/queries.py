"""Reads rules for a person, with what they do and cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from postline.projects import managed
from postline.projects.managed import NothingThere, project_for
from postline.projects.models import Project
from postline.projects.rights import ProjectRight, Reach
from postline.rules.keeping import RIGHTS, rules_in
from postline.rules.models import Rule, RuleDay, RuleKind, RuleVersion, Template

WEEK = timedelta(days=6)  # before today


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a rule held today and within seven days; how long it takes for a message, in microseconds."""

    today: int = 0
    week: int = 0
    messages: int = 0  # that it looked at within seven days
    micros: float = 0.0


def rules_of(reach: Reach, project: Project, kind: RuleKind) -> QuerySet[Rule]:
    """The filters or hints of a project in their order, for whoever may set them up. Raises Forbidden."""
    reach.require_in_project(RIGHTS[kind], project.pk)
    return rules_in(project, kind).select_related("project", "changed_by")


def rule_for(reach: Reach, project: str, kind: RuleKind, slug: str) -> Rule:
    """One of them, by the short names of project and rule. Raises NothingThere."""
    it = project_for(reach, project, RIGHTS[kind])
    rule = rules_in(it, kind).select_related("project", "changed_by").filter(slug=slug).first()
    if rule is None:
        raise NothingThere
    return rule


def counted(rules: Iterable[Rule], *, now: datetime) -> dict[int, Counted]:
    """The counters of each of these rules by its id, in one query."""
    today = now.date()
    days = RuleDay.objects.filter(rule__in=[rule.pk for rule in rules], day__gte=today - WEEK)
    found = days.values("rule").annotate(
        today=Sum("hits", filter=Q(day=today), default=0),
        week=Sum("hits"),
        seen=Sum("messages"),
        spent=Sum("micros"),
    )
    return {
        one["rule"]: Counted(one["today"], one["week"], one["seen"], one["spent"] / one["seen"] if one["seen"] else 0.0)
        for one in found
    }


def names_of(versions: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """What these versions of rules, as (rule, version), were called: for histories. In one query."""
    wanted = set(versions)
    rows = RuleVersion.objects.filter(rule__in={rule for rule, _version in wanted}).values_list(
        "rule", "version", "name"
    )
    return {(rule, version): name for rule, version, name in rows if (rule, version) in wanted}


def search(reach: Reach, words: str, *, kind: str, after: int = 0, size: int = managed.PAGE) -> list[managed.Found]:
    """As `managed.search`, for the kinds `filter`, `hint` and `template`."""
    words = words.strip()
    if not words or kind not in SEARCHED:
        return []
    rows: QuerySet[Any] = Template.objects.all()
    if kind != "template":
        rows = Rule.objects.filter(kind=kind, deleted_at=None)
    rows = rows.filter(
        Q(name__icontains=words) | Q(slug__icontains=words), project_id__in=reach.projects_with(SEARCHED[kind])
    )
    found = rows.values_list("pk", "name", "slug", "project__slug", "project__name")
    return [managed.Found(kind, *row) for row in found.filter(pk__gt=after).order_by("pk")[: size + 1]]


SEARCHED = {"filter": ProjectRight.FILTERS, "hint": ProjectRight.HINTS, "template": ProjectRight.TEMPLATES}
