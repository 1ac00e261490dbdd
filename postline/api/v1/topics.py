"""Topics."""

from __future__ import annotations

from ninja import Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.names import listed, projects_named
from postline.api.v1.types import READ, Slugs
from postline.projects.form_fields import read
from postline.projects.models import Topic

router = Router(tags=["Topics"])


class FieldObject(Schema):
    """A field of a topic's form. `kind`: `text`, `long-text`, `choice` (one of `choices`), `date` (2026-03-04),
    `number`, `email`, `phone`, `yes-no` (`yes` or `no`). `label` and `help` are by language."""

    name: str
    kind: str
    label: dict[str, str]
    help: dict[str, str]
    required: bool
    choices: list[str]


class TopicObject(Schema):
    """A kind of problem. `queue` is where the second line works on it, `fields` what a request about it says."""

    slug: str
    name: str
    project: str
    parent: str | None
    queue: str | None
    fields: list[FieldObject]


class TopicList(Schema):
    """All of them, by project and name: `next` is always null."""

    results: list[TopicObject]
    next: None = None


@router.get("/topics", response={200: TopicList, **READ}, operation_id="topics", summary="List topics")
def list_topics(request: Call, project: Slugs | None = None) -> TopicList:
    """The topics of the projects that you may enter, those that can be chosen."""
    mine = request.auth.queues
    projects = projects_named(request.auth, listed(project))
    rows = Topic.objects.filter(project__in=projects, retired_at=None).select_related("project", "parent", "queue")
    return TopicList(
        results=[
            TopicObject(
                slug=topic.slug,
                name=topic.name,
                project=topic.project.slug,
                parent=topic.parent.slug if topic.parent else None,
                queue=topic.queue.slug if topic.queue and topic.queue_id in mine else None,
                fields=[FieldObject(**one.as_json()) for one in read(topic.fields)],
            )
            for topic in rows.order_by("project__slug", "name", "id")
        ]
    )
