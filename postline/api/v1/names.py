"""From slugs to rows, among what the caller may know of. An unknown name and a hidden one look the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from postline.api.v1.errors import Refused, invalid
from postline.projects.models import Project, Queue, Topic
from postline.projects.rights import Reach

Named = TypeVar("Named", Queue, Topic)


def listed(value: str | None) -> list[str]:
    """The words of a comma-separated list."""
    return [word for word in (part.strip() for part in (value or "").split(",")) if word]


def projects_named(reach: Reach, slugs: Sequence[str]) -> list[Project]:
    """The projects of these slugs; without any, all that the caller may enter. Raises Refused."""
    mine = list(Project.objects.filter(pk__in=reach.projects).order_by("slug"))
    found = [project for project in mine if project.slug in slugs] if slugs else mine
    _require_all(slugs, {project.slug for project in found}, field="project")
    return found


def queues_named(reach: Reach, slugs: Sequence[str], projects: Iterable[Project]) -> list[Queue]:
    """The queues of these slugs in the projects, among those that the caller knows of. Raises Refused."""
    known = Queue.objects.filter(pk__in=reach.queues, project__in=projects).select_related("project")
    return _found(known.filter(slug__in=slugs), slugs, field="queue")


def topics_named(reach: Reach, slugs: Sequence[str], projects: Iterable[Project]) -> list[Topic]:
    """The topics of these slugs in the projects. Raises Refused."""
    known = Topic.objects.filter(project__in=projects).select_related("project")
    return _found(known.filter(slug__in=slugs), slugs, field="topic")


def _found(rows: Iterable[Named], slugs: Sequence[str], *, field: str) -> list[Named]:
    found: dict[str, list[Named]] = {}
    for row in rows:
        found.setdefault(row.slug, []).append(row)
    _require_all(slugs, set(found), field=field)
    for slug, several in found.items():
        if len(several) > 1:
            where = ", ".join(sorted(row.project.slug for row in several))
            raise Refused(
                422,
                "ambiguous",
                f"“{slug}” exists in several projects ({where}): say which `project` is meant.",
                {field: f"Exists in {where}."},
            )
    return [rows[0] for rows in found.values()]


def _require_all(slugs: Iterable[str], found: set[str], *, field: str) -> None:
    for slug in slugs:
        if slug not in found:
            raise invalid(**{field: f"There is no “{slug}” that you may see."})
