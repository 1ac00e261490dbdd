"""A queue is retired: filters, hints and templates that name it name the one that takes over. Imported at start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet

from postline.projects.changes import last_change
from postline.projects.models import Queue
from postline.projects.rights import Reach
from postline.rules import keeping
from postline.rules.conditions import Json
from postline.rules.models import Rule, RuleKind, Template
from postline.rules.templates.change import move_to_queue
from postline.tickets.actions.retire_queue import POINTING


class _Rules:
    """Rules of a kind, those that are switched off too: somebody may switch them on again."""

    def __init__(self, kind: RuleKind) -> None:
        self.kind = kind

    def named(self, queue: Queue) -> Sequence[str]:
        return [rule.name for rule in self._naming(queue, keeping.rules_in(queue.project, self.kind))]

    def redirect(self, reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        group = _group_without_another(queue)
        locked = keeping.rules_in(queue.project, self.kind).select_for_update(of=("self",), no_key=True)
        for rule in self._naming(queue, locked):
            values = {
                "condition": _asked(rule.condition, queue.slug, successor.slug),
                "steps": [_done(step, queue.slug, group, successor.slug) for step in rule.steps],
            }
            keeping.keep_changed(reach, rule, values, seen=last_change(keeping.target(rule)), now=now)

    def _naming(self, queue: Queue, rules: QuerySet[Rule]) -> Iterator[Rule]:
        group = _group_without_another(queue)
        for rule in rules.select_related("project"):
            steps = [_done(step, queue.slug, group, "") for step in rule.steps]
            if steps != rule.steps or _asked(rule.condition, queue.slug, "") != rule.condition:
                yield rule


class _Templates:
    """Templates for the tickets of the queue."""

    def named(self, queue: Queue) -> Sequence[str]:
        return list(Template.objects.filter(queue=queue).order_by("name", "pk").values_list("name", flat=True))

    def redirect(self, reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        for template_id in Template.objects.filter(queue=queue).order_by("pk").values_list("pk", flat=True):
            move_to_queue(reach, template_id=template_id, queue=successor, now=now)


def _group_without_another(queue: Queue) -> str | None:
    """The group of the queue where it is the last queue in use that the group has: a filter that hands something to
    the group means this queue."""
    others = Queue.objects.filter(group=queue.group_id, retired_at=None, successor=None).exclude(pk=queue.pk)
    return queue.group.slug if queue.group and not others.exists() else None


def _asked(condition: Json, slug: str, other: str) -> Json:
    """The condition, asking for the other queue instead."""
    if not isinstance(condition, dict):
        return condition
    if condition.get("ask") == "queue":
        value = condition.get("value")
        if isinstance(value, list):
            return {**condition, "value": list(dict.fromkeys(other if one == slug else one for one in value))}
        return {**condition, "value": other} if value == slug else condition
    return {
        key: [_asked(one, slug, other) for one in of] if isinstance(of, list) else _asked(of, slug, other)
        for key, of in condition.items()
    }


def _done(step: Json, slug: str, group: str | None, other: str) -> Json:
    """The step, with the other queue instead."""
    is_meant = [step.get("do"), step.get("value")] in (["queue", slug], ["group", group])
    return {"do": "queue", "value": other} if is_meant else step


POINTING["filters"] = _Rules(RuleKind.FILTER)
POINTING["hints"] = _Rules(RuleKind.HINT)
POINTING["templates"] = _Templates()
