"""Tries a rule on what has arrived already: what it would have changed, beside what really became of it. Changes
nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import get_language

from postline.projects.models import Project
from postline.projects.rights import Reach, Right
from postline.rules.checks import Draft, problems_of_rule, require_right
from postline.rules.conditions import Json, Match, compile
from postline.rules.conditions.words import translated
from postline.rules.keeping import RIGHTS
from postline.rules.models import ActsOn, RuleKind
from postline.rules.past import CHUNK, Past, newest, read_past
from postline.rules.references import References, references_of
from postline.rules.steps import PRIORITIES, STEPS, Plan, make_ready
from postline.tickets.models import Ticket

USUAL, MOST = 500, 5_000  # messages
Progress = Callable[[int, int], None]  # how many of how many have been looked at


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the rule would have done: the slug of the step or suggestion, what it would have set, and what
    really stands there now ("" where there is nothing to compare with)."""

    slug: str
    would: str
    really: str = ""

    @property
    def is_so_already(self) -> bool:
        """Whether somebody, or another rule, has done the same."""
        return bool(self.really) and self.would == self.really


@dataclass(frozen=True, slots=True)
class Row:
    """A message that the rule fits. `because` are the questions that made it fit."""

    ticket: Ticket
    message_id: int
    at: datetime
    subject: str
    sender: str
    is_follow_up: bool
    changes: Sequence[Change]
    because: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Trial:
    """`looked_at` messages, the oldest of them of `since`; `rows` are those that it fits, the newest first.
    `micros`: what one message costs."""

    looked_at: int = 0
    since: datetime | None = None
    rows: Sequence[Row] = field(default=())
    micros: float = 0.0

    @property
    def differing(self) -> int:
        """How many of them would stand elsewhere than they do."""
        return sum(any(not change.is_so_already for change in row.changes) for row in self.rows)


def try_on_past(
    reach: Reach,
    project: Project,
    condition: Json,
    steps: Json = (),
    *,
    suggestions: Json = (),
    acts_on: str = ActsOn.ALL,
    last: int = USUAL,
    progress: Progress | None = None,
) -> Trial:
    """Ask it of the last messages in the queues where the person sees addresses and numbers (`Right.PERSONAL`, which
    nobody has where they see nothing); a hint has suggestions, a filter steps.

    Raises Forbidden, WrongRule.
    """
    trial = Trial()
    for trial in trying(reach, project, condition, steps, suggestions=suggestions, acts_on=acts_on, last=last):
        if progress is not None:
            progress(trial.looked_at, min(last, MOST))
    return trial


def trying(
    reach: Reach,
    project: Project,
    condition: Json,
    steps: Json = (),
    *,
    suggestions: Json = (),
    acts_on: str = ActsOn.ALL,
    last: int = USUAL,
) -> Iterator[Trial]:
    """The same bit by bit, for a page that shows how far it is. Raises Forbidden, WrongRule."""
    kind = RuleKind.HINT if suggestions else RuleKind.FILTER
    reach.require_in_project(RIGHTS[kind], project.pk)
    references = references_of(project)
    draft = Draft(name="-", condition=condition, steps=steps, suggestions=suggestions, acts_on=acts_on)
    require_right(problems_of_rule(project, kind, draft, references))
    ready = compile(condition)
    doing = make_ready(steps, references, groups=ready.group_names) if kind is RuleKind.FILTER else []
    queues = reach.queues_with(Right.PERSONAL)  # elsewhere, what a condition finds would tell what is hidden
    keys = newest(project, queues=queues, last=max(1, min(last, MOST)))
    rows, spent, looked_at, since = list[Row](), 0.0, 0, None
    for past in read_past(project, keys, ready.asks):
        looked_at, since = looked_at + 1, past.message.created_at
        is_wanted = acts_on == ActsOn.ALL or (acts_on == ActsOn.FOLLOW_UPS) is past.facts.is_follow_up
        started = time.perf_counter()
        match = ready.holds(past.facts) if is_wanted else None
        spent += time.perf_counter() - started
        if match is not None:
            plan = Plan()
            for step in doing:
                step.effect(plan, match.groups)
            changes = _changes(steps, plan, past.ticket, references) or _suggested(suggestions, past.ticket, references)
            rows.append(_row(past, changes, match))
        if looked_at % CHUNK == 0 or looked_at == len(keys):
            yield Trial(looked_at, since, tuple(rows), spent / looked_at * 1_000_000)
    if not looked_at:
        yield Trial()


def _row(past: Past, changes: Sequence[Change], match: Match) -> Row:
    message = past.message
    return Row(
        past.ticket,
        message.pk,
        message.created_at,
        message.subject,
        message.sender_address,
        past.facts.is_follow_up,
        changes,
        match.because,
    )


def _changes(steps: Sequence[Json], plan: Plan, ticket: Ticket, references: References) -> list[Change]:
    """Each step with what it would have set and what is there now."""
    found = []
    for said in steps:
        slug, value = said["do"], said.get("value", "")
        name = "" if isinstance(value, list) else references.names.get((STEPS[slug].references, value), value)
        match slug:
            case "queue" | "group":
                found.append(Change(slug, _name_of("queue", plan.queue_id, references), ticket.queue.name))
            case "topic":
                found.append(Change(slug, name, ticket.topic.name if ticket.topic else "-"))
            case "priority":
                found.append(Change(slug, _priority(PRIORITIES[value]), _priority(ticket.priority)))
            case "tags":
                there = [tag for tag in plan.tags if tag in ticket.tags]
                found.append(Change(slug, ", ".join(plan.tags), ", ".join(there) or "-"))
            case "owner":
                found.append(Change(slug, name, ticket.owner.shown_name if ticket.owner else "-"))
            case "language":
                found.append(Change(slug, value, ticket.language or "-"))
            case "field":
                key = said.get("name", "").strip()
                found.append(Change(slug, f"{key}: {plan.fields.get(key, '')}", f"{key}: {ticket.fields.get(key, '')}"))
            case "note":
                found.append(Change(slug, plan.notes[0] if plan.notes else ""))
            case _:
                found.append(Change(slug, name))
    return found


def _suggested(suggestions: Sequence[Json], ticket: Ticket, references: References) -> list[Change]:
    found = []
    for said in suggestions:
        slug, value = next(iter(said.items()))
        if slug == "topic":
            name = references.names.get(("topic", value), value)
            found.append(Change(slug, name, ticket.topic.name if ticket.topic else "-"))
        else:
            found.append(Change(slug, value))
    return found


def _name_of(kind: str, key: int | None, references: References) -> str:
    slugs = (slug for slug, one in references.ids.get(kind, {}).items() if one == key)
    return next((references.names[kind, slug] for slug in slugs), "")


def _priority(value: int) -> str:
    names = {number: slug.capitalize() for slug, number in PRIORITIES.items()}
    return translated(names.get(value, str(value)), get_language() or "en")
