"""Queues."""

from __future__ import annotations

from ninja import Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.names import listed, projects_named
from postline.api.v1.types import READ, Slugs
from postline.projects.models import Queue

router = Router(tags=["Queues"])


class QueueObject(Schema):
    """Where tickets of one kind wait. `rights`: what the caller may do with the tickets in it."""

    slug: str
    name: str
    project: str
    line: int
    group: str | None
    parent: str | None
    private: bool
    rights: list[str]


class QueueList(Schema):
    """All of them, by project and position: `next` is always null."""

    results: list[QueueObject]
    next: None = None


@router.get("/queues", response={200: QueueList, **READ}, operation_id="queues", summary="List queues")
def list_queues(request: Call, project: Slugs | None = None) -> QueueList:
    """The queues in which you have any right, if only to move tickets into them."""
    mine = request.auth.queues
    projects = projects_named(request.auth, listed(project))
    rows = Queue.objects.filter(pk__in=mine, project__in=projects).select_related("project", "group", "parent")
    return QueueList(
        results=[
            QueueObject(
                slug=queue.slug,
                name=queue.name,
                project=queue.project.slug,
                line=queue.line,
                group=queue.group.slug if queue.group else None,
                parent=queue.parent.slug if queue.parent and queue.parent_id in mine else None,
                private=queue.private,
                rights=sorted(mine[queue.pk]),
            )
            for queue in rows.order_by("project__slug", "line", "position", "id")
        ]
    )
