"""Topics: made, changed, put in order, what their forms ask. How one is retired stands in
tickets/actions/retire_topic.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from postline.projects import audit, changes
from postline.projects.form_fields import MOST_FIELDS, Field, WrongField, read
from postline.projects.managed import NothingThere, project_for
from postline.projects.models import Project, Queue, Topic
from postline.projects.rights import ProjectRight, Reach
from postline.projects.slugs import SlugTaken, require_slug

DEEPEST = 8  # levels of the tree


class WrongTopicSetting(Exception):
    """A setting that does not fit: `field` is its name, `reason` a code."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class Retired(Exception):
    """The topic is chosen no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSettings:
    """What may be changed of a topic. `queue`: where the second line works on it."""

    name: str
    parent: Topic | None = None
    queue: Queue | None = None


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in its tree; `path` has the names above it."""

    topic: Topic
    depth: int
    path: tuple[str, ...]


def target(topic: Topic) -> str:
    """How the audit log names a topic."""
    return f"topic:{topic.project.slug}/{topic.slug}"


def topics_of(project: Project, *, words: str = "") -> list[TopicRow]:
    """The topics that can be chosen, as a tree read from top to bottom; with `words`, those that bear them in their
    names. Two queries, however many there are."""
    rows = Topic.objects.select_related("queue").filter(project=project, retired_at=None)
    ordered = tree(list(rows.order_by("position", "name", "pk")))
    wanted = words.strip().casefold()
    return [row for row in ordered if wanted in row.topic.name.casefold() or wanted in row.topic.slug]


def tree(topics: Sequence[Topic]) -> list[TopicRow]:
    """Children behind their parents."""
    here = {topic.pk for topic in topics}
    below: dict[int | None, list[Topic]] = {}
    for topic in topics:
        below.setdefault(topic.parent_id if topic.parent_id in here else None, []).append(topic)
    ordered: list[TopicRow] = []

    def visit(parent: int | None, path: tuple[str, ...]) -> None:
        for topic in below.get(parent, []):
            ordered.append(TopicRow(topic, len(path), path))
            visit(topic.pk, (*path, topic.name))

    visit(None, ())
    return ordered


def topic_for(reach: Reach, project: str, slug: str) -> Topic:
    """A topic that can be chosen, where the person sets topics up. Raises NothingThere."""
    its = project_for(reach, project, ProjectRight.TOPICS)
    found: QuerySet[Topic] = Topic.objects.select_related("project", "parent", "queue").filter(project=its, slug=slug)
    topic = found.filter(retired_at=None).first()
    if topic is None:
        raise NothingThere
    return topic


@transaction.atomic
def create_topic(reach: Reach, *, project: Project, slug: str, settings: TopicSettings, now: datetime) -> Topic:
    """Make a topic, below its last sister. Raises Forbidden, WrongSlug, SlugTaken, WrongTopicSetting."""
    reach.require_in_project(ProjectRight.TOPICS, project.pk)
    require_slug(slug)
    if project.topics.filter(slug=slug).exists():
        raise SlugTaken(slug)
    last = project.topics.filter(parent=settings.parent).aggregate(last=Max("position"))["last"]
    topic = Topic(project=project, slug=slug, position=0 if last is None else last + 1)
    _require_fitting(topic, settings)
    for name, value in _values(settings).items():
        setattr(topic, name, value)
    topic.save()
    after = {name: changes.shown(value) for name, value in _values(settings).items()}
    detail = {"project": project.pk, "before": {}, "after": after}
    audit.record(actor=reach.person.login, action="topic.created", target=target(topic), detail=detail, now=now)
    return topic


@transaction.atomic
def change_topic(reach: Reach, *, topic_id: int, settings: TopicSettings, seen: int, now: datetime) -> bool:
    """Change a topic; returns whether anything changed. Raises Forbidden, Retired, WrongTopicSetting,
    ChangedMeanwhile."""
    topic = locked(reach, topic_id)
    _require_fitting(topic, settings)
    return _keep(reach, topic, _values(settings), seen=seen, now=now)


@transaction.atomic
def change_fields(reach: Reach, *, topic_id: int, fields: Sequence[Any], seen: int, now: datetime) -> bool:
    """Set what its form asks (`form_fields`); returns whether anything changed. What was answered before stays as it
    is. Raises Forbidden, Retired, WrongField, ChangedMeanwhile."""
    topic = locked(reach, topic_id)
    checked = read([one.as_json() if isinstance(one, Field) else one for one in fields])
    return _keep(reach, topic, {"fields": [one.as_json() for one in checked]}, seen=seen, now=now)


def with_field(fields: Sequence[Field], given: Field, *, instead_of: str | None = None) -> list[Field]:
    """The fields with one more, or with one changed in its place. Raises WrongField."""
    if any(one.name == given.name and one.name != instead_of for one in fields):
        raise WrongField("taken")
    if instead_of is None:
        if len(fields) >= MOST_FIELDS:
            raise WrongField("too-many")
        return [*fields, given]
    return [given if one.name == instead_of else one for one in fields]


@transaction.atomic
def place_topic(
    reach: Reach, *, topic_id: int, up: bool | None = None, before: int | None = None, now: datetime
) -> None:
    """Change places with the sister above or below (`up`), or stand before the sister of the id `before` (0: behind
    the last one). Where there is no such place nothing happens. Raises Forbidden, Retired."""
    topic = locked(reach, topic_id)
    sisters = list(
        Topic.objects.select_for_update()
        .filter(project=topic.project_id, parent=topic.parent_id, retired_at=None)
        .order_by("position", "name", "pk")
    )
    here = next(place for place, sister in enumerate(sisters) if sister.pk == topic.pk)
    there = _place(sisters, here, up=up, before=before)
    if there is None or there == here:
        return
    sisters.insert(there, sisters.pop(here))
    for position, sister in enumerate(sisters):
        sister.position = position
    Topic.objects.bulk_update(sisters, ["position"], batch_size=500)
    detail = {"project": topic.project_id, "from": here, "to": there}
    audit.record(actor=reach.person.login, action="topic.shifted", target=target(topic), detail=detail, now=now)


def locked(reach: Reach, topic_id: int) -> Topic:
    """The topic, whose row is locked. Raises Forbidden, Retired."""
    related = ("project", "parent", "queue")
    topic = Topic.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=topic_id)
    reach.require_in_project(ProjectRight.TOPICS, topic.project_id)
    if topic.retired_at is not None:
        raise Retired(topic.slug)
    return topic


def _place(sisters: Sequence[Topic], here: int, *, up: bool | None, before: int | None) -> int | None:
    if up is not None:
        there = here - 1 if up else here + 1
        return there if 0 <= there < len(sisters) else None
    if before == 0:
        return len(sisters) - 1
    place = next((place for place, sister in enumerate(sisters) if sister.pk == before), None)
    return None if place is None else place - (1 if place > here else 0)


def _keep(reach: Reach, topic: Topic, values: dict[str, Any], *, seen: int, now: datetime) -> bool:
    return changes.keep(
        reach,
        topic,
        values,
        target=target(topic),
        action="topic.changed",
        project_id=topic.project_id,
        seen=seen,
        now=now,
    )


def _values(settings: TopicSettings) -> dict[str, Any]:
    return {"name": settings.name, "parent": settings.parent, "queue": settings.queue}


def _require_fitting(topic: Topic, settings: TopicSettings) -> None:
    """Raises WrongTopicSetting for the first setting that does not fit."""
    queue = settings.queue
    if queue is not None and (queue.project_id != topic.project_id or not queue.is_in_use):
        raise WrongTopicSetting("queue", "other-project")
    parent = settings.parent
    if parent is None:
        return
    # one at a time in a project: two topics that are put below each other at the same moment would be a ring
    Project.objects.select_for_update(no_key=True).get(pk=topic.project_id)
    if parent.project_id != topic.project_id or parent.retired_at is not None:
        raise WrongTopicSetting("parent", "other-project")
    above = dict(Topic.objects.filter(project=topic.project_id).values_list("pk", "parent_id"))
    ancestor: int | None = parent.pk
    depth = 1
    while ancestor is not None:
        if ancestor == topic.pk:
            raise WrongTopicSetting("parent", "below-itself")
        ancestor, depth = above[ancestor], depth + 1
    if depth > DEEPEST:
        raise WrongTopicSetting("parent", "too-deep")
