"""Projects."""

from __future__ import annotations

from ninja import Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.types import READ
from postline.projects.models import Project

router = Router(tags=["Projects"])


class ProjectObject(Schema):
    """A product with its own desk. `rights`: what the caller may do in it as a whole."""

    slug: str
    name: str
    language: str
    time_zone: str
    rights: list[str]


class ProjectList(Schema):
    """All of them, by slug: `next` is always null."""

    results: list[ProjectObject]
    next: None = None


@router.get("/projects", response={200: ProjectList, **READ}, operation_id="projects", summary="List projects")
def list_projects(request: Call) -> ProjectList:
    """The projects that you may enter."""
    mine = request.auth.projects
    return ProjectList(
        results=[
            ProjectObject(
                slug=project.slug,
                name=project.name,
                language=project.language,
                time_zone=project.time_zone,
                rights=sorted(mine[project.pk]),
            )
            for project in Project.objects.filter(pk__in=mine).order_by("slug")
        ]
    )
