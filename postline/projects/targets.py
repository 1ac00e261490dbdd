"""Targets and their escalation: set up by leads. How tickets are measured by them: `tickets/clocks/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from postline.projects import audit, changes
from postline.projects.models import Act, EscalationStep, Line, Metric, Project, Queue, Target, Topic
from postline.projects.rights import ProjectRight, Reach
from postline.projects.working_rules import changed

LONGEST = 366 * 24 * 60  # minutes
MOST_STEPS = 10
PRIORITIES = (1, 2, 3, 4)
PLACE = ("topic__name", "queue__position", "priority")


class WrongTarget(Exception):
    """A setting that does not fit: `field` is its name, a step's with its number (`step-2`), `reason` a code."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An escalation step; `id` of one that is there already."""

    after_minutes: int
    act: str
    queue: Queue | None = None
    priority: int | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """What a target measures, where it holds, and what follows when it is missed."""

    metric: str
    minutes: int
    warn_minutes: int = 0
    queue: Queue | None = None
    topic: Topic | None = None
    priority: int | None = None
    steps: Sequence[Step] = ()


def targets_of(project: Project) -> QuerySet[Target]:
    """The targets of a project with their steps: by what they measure, the general ones first."""
    return (
        Target.objects.filter(project=project)
        .select_related("queue", "topic")
        .prefetch_related("steps__queue")
        .order_by("metric", *(F(name).asc(nulls_first=True) for name in PLACE), "pk")
    )


def target(project: Project, target_id: int) -> str:
    """How the audit log names a target."""
    return f"target:{project.slug}/{target_id}"


@transaction.atomic
def add_target(reach: Reach, *, project: Project, settings: TargetSettings, now: datetime) -> Target:
    """Make a target. Raises Forbidden, WrongTarget."""
    reach.require_in_project(ProjectRight.WORKING_TIME, project.pk)
    _require_fitting(project, settings, besides=None)
    made = Target.objects.create(project=project, **_values(settings))
    _keep_steps(made, settings.steps)
    _record(reach, project, made.pk, "target.created", {}, shown(made), now=now)
    changed(project.pk, now=now)
    return made


@transaction.atomic
def change_target(
    reach: Reach, *, project: Project, target_id: int, settings: TargetSettings, seen: int, now: datetime
) -> bool:
    """Change a target; whether anything was different. Open tickets follow in the background.

    Raises Forbidden, WrongTarget, ChangedMeanwhile, Target.DoesNotExist.
    """
    reach.require_in_project(ProjectRight.WORKING_TIME, project.pk)
    it = Target.objects.select_for_update().get(pk=target_id, project=project)
    changes.require_unchanged(reach, target(project, it.pk), seen=seen, project_id=project.pk)
    _require_fitting(project, settings, besides=it)
    before = shown(it)
    for name, value in _values(settings).items():
        setattr(it, name, value)
    it.save()
    _keep_steps(it, settings.steps)
    after = shown(it)
    if before == after:
        return False
    differing = [name for name in after if before[name] != after[name]]
    _record(
        reach,
        project,
        it.pk,
        "target.changed",
        *({name: one[name] for name in differing} for one in (before, after)),
        now=now,
    )
    changed(project.pk, now=now)
    return True


@transaction.atomic
def delete_target(reach: Reach, *, project: Project, target_id: int, now: datetime) -> None:
    """Delete a target: its clocks stop, or run for the next that fits. Raises Forbidden, Target.DoesNotExist."""
    reach.require_in_project(ProjectRight.WORKING_TIME, project.pk)
    it = Target.objects.select_for_update().get(pk=target_id, project=project)
    _record(reach, project, it.pk, "target.deleted", shown(it), {}, now=now)
    it.delete()
    changed(project.pk, now=now)


def shown(it: Target) -> dict[str, Any]:
    """A target as the audit log and files have it: other things by their short name."""
    steps = it.steps.select_related("queue").order_by("after_minutes", "pk")
    return {
        "metric": str(it.metric),
        "queue": it.queue.slug if it.queue else "",
        "topic": it.topic.slug if it.topic else "",
        "priority": it.priority,
        "minutes": it.minutes,
        "warn_minutes": it.warn_minutes,
        "steps": [
            {"after_minutes": one.after_minutes, "act": str(one.act)}
            | ({"queue": one.queue.slug} if one.queue else {})
            | ({"priority": one.priority} if one.priority else {})
            for one in steps
        ],
    }


def export(project: Project) -> list[dict[str, Any]]:
    """The targets of a project for a file; queues and topics by their short names."""
    return [shown(one) for one in targets_of(project)]


@transaction.atomic
def import_(reach: Reach, project: Project, given: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Make the targets of a file, and change those that measure the same at the same place. Queues and topics are
    there already. Raises Forbidden, WrongTarget; KeyError for a target without metric or minutes."""
    queues = {one.slug: one for one in project.queues.all()}
    topics = {one.slug: one for one in project.topics.all()}

    def named(table: Mapping[str, Any], slug: str, field: str) -> Any:
        if slug and slug not in table:
            raise WrongTarget(field, "unknown")
        return table[slug] if slug else None

    for one in given:
        settings = TargetSettings(
            metric=one["metric"],
            minutes=one["minutes"],
            warn_minutes=one.get("warn_minutes", 0),
            queue=named(queues, one.get("queue", ""), "queue"),
            topic=named(topics, one.get("topic", ""), "topic"),
            priority=one.get("priority"),
            steps=[
                Step(
                    after_minutes=step.get("after_minutes", 0),
                    act=step["act"],
                    queue=named(queues, step.get("queue", ""), "queue"),
                    priority=step.get("priority"),
                )
                for step in one.get("steps", ())
            ],
        )
        same = _same_place(project, settings).first()
        if same is None:
            add_target(reach, project=project, settings=settings, now=now)
        elif shown(same) != {**shown(same), **one}:
            seen = changes.last_change(target(project, same.pk))
            change_target(reach, project=project, target_id=same.pk, settings=settings, seen=seen, now=now)


def _values(settings: TargetSettings) -> dict[str, Any]:
    return {
        "metric": settings.metric,
        "queue": settings.queue,
        "topic": settings.topic,
        "priority": settings.priority,
        "minutes": settings.minutes,
        "warn_minutes": settings.warn_minutes,
    }


def _keep_steps(it: Target, steps: Sequence[Step]) -> None:
    """Those that stay keep their id: a ticket remembers by it which were taken."""
    old = {one.pk: one for one in it.steps.all()}
    kept = set()
    for step in steps:
        values = {"after_minutes": step.after_minutes, "act": step.act, "queue": step.queue, "priority": step.priority}
        if step.id in old:
            row = old[step.id]
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
        else:
            row = EscalationStep.objects.create(target=it, **values)
        kept.add(row.pk)
    it.steps.exclude(pk__in=kept).delete()


def _same_place(project: Project, settings: TargetSettings) -> QuerySet[Target]:
    return Target.objects.filter(
        project=project,
        metric=settings.metric,
        queue=settings.queue,
        topic=settings.topic,
        priority=settings.priority,
    )


def _require_fitting(project: Project, settings: TargetSettings, *, besides: Target | None) -> None:
    """Raises WrongTarget for the first setting that does not fit."""
    if settings.metric not in Metric.values:
        raise WrongTarget("metric", "unknown")
    for field, one in (("queue", settings.queue), ("topic", settings.topic)):
        if one is not None and one.project_id != project.pk:
            raise WrongTarget(field, "other-project")
    if settings.queue is not None and settings.metric == Metric.FIRST_LINE_WAIT and settings.queue.line != Line.FIRST:
        raise WrongTarget("queue", "second-line")
    if settings.priority not in (None, *PRIORITIES):
        raise WrongTarget("priority", "unknown")
    if not 1 <= settings.minutes <= LONGEST:
        raise WrongTarget("minutes", "out-of-range")
    if not 0 <= settings.warn_minutes < settings.minutes:
        raise WrongTarget("warn_minutes", "out-of-range")
    if _same_place(project, settings).exclude(pk=besides.pk if besides else 0).exists():
        raise WrongTarget("metric", "taken")
    if len(settings.steps) > MOST_STEPS:
        raise WrongTarget("steps", "many")
    for number, step in enumerate(settings.steps, start=1):
        _require_fitting_step(project, settings, step, f"step-{number}")


def _require_fitting_step(project: Project, settings: TargetSettings, step: Step, field: str) -> None:
    if step.act not in Act.values:
        raise WrongTarget(field, "unknown")
    if not 0 <= step.after_minutes <= LONGEST:
        raise WrongTarget(field, "out-of-range")
    if (step.queue is not None) != (step.act == Act.MOVE):
        raise WrongTarget(field, "queue")
    if (step.priority in PRIORITIES) != (step.act == Act.RAISE):
        raise WrongTarget(field, "priority")
    if step.queue is not None:
        if step.queue.project_id != project.pk or not step.queue.is_in_use:
            raise WrongTarget(field, "queue")
        if settings.metric == Metric.FIRST_LINE_WAIT and step.queue.line == Line.FIRST:
            raise WrongTarget(field, "begins-anew")  # two queues could throw a ticket to and fro for ever


def _record(
    reach: Reach,
    project: Project,
    key: int,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    detail = {"project": project.pk, "before": dict(before), "after": dict(after)}
    audit.record(actor=reach.person.login, action=action, target=target(project, key), detail=detail, now=now)
