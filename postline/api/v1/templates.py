"""Answer templates."""

from __future__ import annotations

from django.db.models import Prefetch
from ninja import Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.names import listed, projects_named
from postline.api.v1.paging import read_cursor, write_cursor
from postline.api.v1.types import READ, Cursor, Limit, Moment, Slugs
from postline.rules.models import TemplateText
from postline.rules.templates.queries import visible

router = Router(tags=["Templates"])
ORDER = "templates"


class TemplateTextObject(Schema):
    """The words in one language. What stands in double braces is filled in when a person answers with it."""

    language: str
    subject: str
    text: str


class TemplateObject(Schema):
    """An answer that stands ready. `queue`: it is offered there and below; null: in all queues of its project.
    `automatic`: filters may send it. `used`: how many answers were written with it."""

    slug: str
    name: str
    project: str
    queue: str | None
    topic: str | None
    automatic: bool
    texts: list[TemplateTextObject]
    used: int
    last_used_at: Moment | None


class TemplateList(Schema):
    """Templates, the oldest first."""

    results: list[TemplateObject]
    next: str | None


@router.get("/templates", response={200: TemplateList, **READ}, operation_id="templates", summary="List templates")
def list_templates(
    request: Call, project: Slugs | None = None, limit: Limit = 50, cursor: Cursor | None = None
) -> TemplateList:
    """The templates in use of the projects that you may enter, but for those of queues that you do not see."""
    projects = projects_named(request.auth, listed(project))
    texts = Prefetch("texts", queryset=TemplateText.objects.order_by("language"))
    rows = visible(request.auth, projects).select_related("project", "queue", "topic").prefetch_related(texts)
    if cursor is not None:
        rows = rows.filter(pk__gt=read_cursor(cursor, order=ORDER)[1])
    found = list(rows.order_by("pk")[: limit + 1])
    shown = found[:limit]
    return TemplateList(
        results=[
            TemplateObject(
                slug=one.slug,
                name=one.name,
                project=one.project.slug,
                queue=one.queue.slug if one.queue else None,
                topic=one.topic.slug if one.topic else None,
                automatic=one.automatic,
                texts=[
                    TemplateTextObject(language=words.language, subject=words.subject, text=words.text)
                    for words in one.texts.all()
                ],
                used=one.used_count,
                last_used_at=one.last_used_at,
            )
            for one in shown
        ],
        next=write_cursor(ORDER, None, shown[-1].pk) if len(found) > limit else None,
    )
