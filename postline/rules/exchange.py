"""Rules as a file: written out with short names alone, read into another project or installation. All or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from postline.projects.changes import last_change
from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.projects.slugs import WrongSlug, require_slug
from postline.rules import keeping
from postline.rules.checks import Draft, problems_of_rule
from postline.rules.conditions import Json, Problem
from postline.rules.conditions.problems import SENTENCES
from postline.rules.conditions.words import marked as _
from postline.rules.models import ActsOn, Rule, RuleKind
from postline.rules.references import References, references_of

FIELDS: Mapping[
    RuleKind, Mapping[str, Json]
] = {  # of each kind, in the order of the file, with what is meant where one is missing
    RuleKind.FILTER: {"name": None, "enabled": False, "acts_on": str(ActsOn.NEW), "condition": None, "steps": None},
    RuleKind.HINT: {
        "name": None,
        "enabled": False,
        "acts_on": str(ActsOn.ALL),
        "weight": 50,
        "condition": None,
        "suggestions": None,
    },
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that is wrong: in which rule (by its short name, else its place), and what."""

    rule: str
    problem: Problem


class WrongFile(Exception):
    """Nothing was read in; `faults` says why."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{faults[0].rule}: {faults[0].problem.code}")
        self.faults = faults


@dataclass(slots=True)
class Report:
    """What became of the rules of the file, by kind and short name, and how many warnings there are."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def export(project: Project) -> list[dict[str, Json]]:
    """All filters and hints in their order. The caller has seen to the rights."""
    return [
        {"kind": str(kind), "slug": rule.slug, **{name: getattr(rule, name) for name in FIELDS[kind]}}
        for kind in RuleKind
        for rule in keeping.rules_in(project, kind)
    ]


@transaction.atomic
def import_(reach: Reach, project: Project, data: Json, *, replace: bool = False, now: datetime) -> Report:
    """Read rules in: those of the same kind and short name become what the file says, others are added behind them.

    With `replace` those that the file does not name are deleted, and the order is that of the file. Nothing is
    done where anything is wrong. Raises Forbidden, WrongFile.
    """
    references = references_of(project)
    wanted, faults = _read(project, data, references)
    for kind in {kind for kind, _slug in wanted} | (set(RuleKind) if replace else set()):
        reach.require_in_project(keeping.RIGHTS[kind], project.pk)
    if faults:
        raise WrongFile(faults)
    report = Report()
    there = {(RuleKind(rule.kind), rule.slug): rule for kind in RuleKind for rule in keeping.rules_in(project, kind)}
    for (kind, slug), (draft, enabled) in wanted.items():
        _keep(reach, project, kind, slug, draft, enabled, there.get((kind, slug)), report, now=now)
        warnings = [one for one in problems_of_rule(project, kind, draft, references) if not one.is_error]
        report.warnings += [Fault(f"{kind} {slug}", one) for one in warnings]
    if replace:
        for (kind, slug), rule in there.items():
            if (kind, slug) not in wanted:
                keeping.delete(reach, kind, rule_id=rule.pk, now=now)
                report.deleted.append(f"{kind} {slug}")
        for kind in RuleKind:
            _put_in_order(reach, project, kind, [slug for one, slug in wanted if one == kind], now=now)
    return report


Wanted = dict[tuple[RuleKind, str], tuple[Draft, bool]]


def _read(project: Project, data: Json, references: References) -> tuple[Wanted, list[Fault]]:
    if not isinstance(data, list) or len(data) > 2 * keeping.MOST_RULES:
        return {}, [Fault("", Problem((), "no-rules"))]
    wanted: Wanted = {}
    faults: list[Fault] = []
    for place, said in enumerate(data):
        problem = _problem_of_frame(said, wanted)
        if problem is not None:
            slug = said.get("slug") if isinstance(said, dict) else None
            faults.append(Fault(slug if isinstance(slug, str) and slug else f"#{place + 1}", problem))
            continue
        kind, slug = RuleKind(said["kind"]), said["slug"]
        values = {name: said.get(name, usual) for name, usual in FIELDS[kind].items() if name != "enabled"}
        draft = Draft(**values)
        wrong = [one for one in problems_of_rule(project, kind, draft, references) if one.is_error]
        faults += [Fault(f"{kind} {slug}", one) for one in wrong]
        wanted[kind, slug] = (draft, said.get("enabled", False))
    return wanted, faults


def _problem_of_frame(said: Json, wanted: Wanted) -> Problem | None:
    """What is wrong with an entry before its condition and steps are looked at."""
    if not isinstance(said, dict) or said.get("kind") not in RuleKind.values:
        return Problem(("kind",), "no-rule")
    fields = FIELDS[RuleKind(said["kind"])]
    for name in said:
        if name not in {"kind", "slug", *fields}:
            return Problem((), "unknown-key", words={"what": str(name)[:100]})
    try:
        require_slug(said["slug"] if isinstance(said.get("slug"), str) else "")
    except WrongSlug:
        return Problem(("slug",), "wrong-slug")
    if (RuleKind(said["kind"]), said["slug"]) in wanted:
        return Problem(("slug",), "twice")
    kinds: dict[str, type] = {"name": str, "enabled": bool, "acts_on": str, "weight": int}
    for name, expected in kinds.items():
        if name in fields and type(said.get(name, fields[name])) is not expected:
            return Problem((name,), "wrong-value")
    return None


def _keep(
    reach: Reach,
    project: Project,
    kind: RuleKind,
    slug: str,
    draft: Draft,
    enabled: bool,
    rule: Rule | None,
    report: Report,
    *,
    now: datetime,
) -> None:
    name = f"{kind} {slug}"
    if rule is None:
        rule = keeping.add(reach, project, kind, slug=slug, draft=draft, now=now)
        report.added.append(name)
        is_changed = True
    else:
        seen = last_change(keeping.target(rule))
        is_changed = keeping.change(reach, kind, rule_id=rule.pk, draft=draft, seen=seen, now=now)
    switched = keeping.switch(reach, kind, rule_id=rule.pk, enabled=enabled, now=now)
    if name not in report.added:
        (report.changed if is_changed or switched else report.same).append(name)


def _put_in_order(reach: Reach, project: Project, kind: RuleKind, slugs: Sequence[str], *, now: datetime) -> None:
    keys = {rule.slug: rule.pk for rule in keeping.rules_in(project, kind)}
    keeping.reorder(reach, project, kind, order=[keys[slug] for slug in slugs], now=now)


SENTENCES.update(
    {
        "no-rules": _("This is no list of rules, or it is too long."),
        "no-rule": _("This is neither a filter nor a hint."),
        "wrong-slug": _("A short name has 1 to 50 letters of a to z, digits and hyphens."),
        "twice": _("There are two of this short name."),
        "wrong-value": _("Something else belongs here."),
    }
)
