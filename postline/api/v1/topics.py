"""Topics."""

from __future__ import annotations

from ninja import Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.names import listed, projects_named
from postline.api.v1.types import READ, Slugs
from postline.projects.models import Topic

router = Router(tags=["Topics"])


class TopicObject(Schema):
    """A kind of problem. `queue` is where the second line works on it."""

    slug: str
    name: str
    project: str
    parent: str | None
    queue: str | None


class TopicList(Schema):
    """All of them, by project and name: `next` is always null."""

    results: list[TopicObject]
    next: None = None


@router.get("/topics", response={200: TopicList, **READ}, operation_id="topics", summary="List topics")
def list_topics(request: Call, project: Slugs | None = None) -> TopicList:
    """The topics of the projects that you may enter."""
    mine = request.auth.queues
    projects = projects_named(request.auth, listed(project))
    rows = Topic.objects.filter(project__in=projects).select_related("project", "parent", "queue")
    return TopicList(
        results=[
            TopicObject(
                slug=topic.slug,
                name=topic.name,
                project=topic.project.slug,
                parent=topic.parent.slug if topic.parent else None,
                queue=topic.queue.slug if topic.queue and topic.queue_id in mine else None,
            )
            for topic in rows.order_by("project__slug", "name", "id")
        ]
    )
