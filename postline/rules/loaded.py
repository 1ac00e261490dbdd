"""The rules of a project that are switched on, ready to run; kept in the process until something of it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from postline.kit.sql import rows
from postline.projects.models import Project
from postline.rules.conditions import Compiled, Json, WrongCondition, compile, problems
from postline.rules.conditions.needed import NO_SIEVE, Sieve, sieve
from postline.rules.models import ActsOn, Rule, RuleKind, WhyDisabled
from postline.rules.references import References, references_of
from postline.rules.steps import Ready, WrongSteps, make_ready
from postline.rules.suggestions import problems_of_suggestions


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rule that is ready. A filter has steps, a hint suggestions."""

    id: int
    slug: str
    name: str
    version: int
    looks_at_new: bool
    looks_at_follow_ups: bool
    condition: Compiled
    steps: tuple[Ready, ...] = ()
    suggestions: tuple[dict[str, Json], ...] = ()
    weight: int = 0

    @property
    def label(self) -> str:
        """How it is named in a note: with its version."""
        return f"{self.name} · {self.version}"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A rule that cannot run, and why."""

    rule_id: int
    because: WhyDisabled
    detail: str


@dataclass(frozen=True, slots=True)
class Rules:
    """All of a project. `asks` are the slugs of what any of them asks; `slugs` the short names of ids, by kind.
    `filters_among` and `hints_among` find those that are worth asking."""

    filters: tuple[Loaded, ...] = ()
    hints: tuple[Loaded, ...] = ()
    filters_among: Sieve = NO_SIEVE
    hints_among: Sieve = NO_SIEVE
    unusable: tuple[Unusable, ...] = ()
    asks: frozenset[str] = frozenset()
    slugs: Mapping[tuple[str, int], str] | None = None

    def slug(self, kind: str, key: int | None) -> str:
        """The short name of a queue or topic; "" where there is none."""
        return (self.slugs or {}).get((kind, key or 0), "")


NO_RULES = Rules()
_ready: dict[int, tuple[object, Rules]] = {}  # by project, with what it was made of


def rules_of(projects: Iterable[int]) -> dict[int, Rules]:
    """The rules of these projects as they are now: one query where nothing has changed."""
    wanted = list(projects)
    found = dict.fromkeys(wanted, NO_RULES)
    for project_id, *mark in rows(MARKS, {"projects": wanted}):
        kept = _ready.get(project_id)
        if kept is None or kept[0] != mark:
            kept = _ready[project_id] = (mark, load(Project.objects.get(pk=project_id)))
        found[project_id] = kept[1]
    return found


def load(project: Project) -> Rules:
    """Make them ready, from the database."""
    references = references_of(project)
    filters: list[Loaded] = []
    hints: list[Loaded] = []
    unusable: list[Unusable] = []
    for rule in Rule.objects.filter(project=project, enabled=True, deleted_at=None).order_by("position", "pk"):
        made = make(rule, references)
        if isinstance(made, Unusable):
            unusable.append(made)
        else:
            (filters if rule.kind == RuleKind.FILTER else hints).append(made)
    asks = frozenset(ask for one in (*filters, *hints) for ask in one.condition.asks)
    slugs = {(kind, key): slug for kind in ("queue", "topic") for slug, key in references.ids[kind].items()}
    return Rules(
        filters=tuple(filters),
        hints=tuple(hints),
        filters_among=_among(filters),
        hints_among=_among(hints),
        unusable=tuple(unusable),
        asks=asks,
        slugs=slugs,
    )


def _among(rules: Sequence[Loaded]) -> Sieve:
    return sieve([rule.condition.needed for rule in rules])


def make(rule: Rule, references: References) -> Loaded | Unusable:
    """One rule, ready."""
    wrong = [one for one in problems(rule.condition, known=references.known) if one.is_error]
    if not wrong and rule.kind == RuleKind.HINT:
        wrong = problems_of_suggestions(rule.suggestions, references=references)
    try:
        condition = compile(rule.condition)
        steps = make_ready(rule.steps, references, groups=condition.group_names) if not wrong and rule.steps else []
    except WrongCondition:
        return Unusable(rule.pk, WhyDisabled.BROKEN, wrong[0].code if wrong else "")
    except WrongSteps as error:
        wrong = error.problems
    if wrong:
        is_gone = wrong[0].code.startswith("unknown-") and "what" in wrong[0].words
        because = WhyDisabled.GONE if is_gone else WhyDisabled.BROKEN
        return Unusable(rule.pk, because, wrong[0].words.get("what", wrong[0].code))
    return Loaded(
        id=rule.pk,
        slug=rule.slug,
        name=rule.name,
        version=rule.version,
        looks_at_new=rule.acts_on != ActsOn.FOLLOW_UPS,
        looks_at_follow_ups=rule.acts_on != ActsOn.NEW,
        condition=condition,
        steps=tuple(steps),
        suggestions=tuple(rule.suggestions),
        weight=rule.weight,
    )


# Beside the rules' own version: what they name. A queue may be retired, a person leave, while the rules stay the same.
MARKS = """
SELECT mine.project_id, mine.version,
    (SELECT sum(hash_record_extended(ROW(id, slug, successor_id, retired_at, group_id, position), 0))
        FROM projects_queue WHERE project_id = mine.project_id),
    (SELECT sum(hash_record_extended(ROW(id, slug), 0)) FROM projects_topic WHERE project_id = mine.project_id),
    (SELECT sum(hash_record_extended(ROW(member.person_id, person.is_active), 0))
        FROM projects_membership AS member JOIN projects_person AS person ON person.id = member.person_id
        WHERE member.project_id = mine.project_id)
FROM rules_ruleset AS mine WHERE mine.project_id = ANY(%(projects)s::bigint[])
"""
