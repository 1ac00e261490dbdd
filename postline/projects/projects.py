"""Projects: made by administrators of the installation, changed by those who keep a project's settings."""

from __future__ import annotations

import zoneinfo
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from postline.projects import audit, changes
from postline.projects.company import listed
from postline.projects.models import Project
from postline.projects.rights import ProjectRight, Reach
from postline.projects.slugs import SlugTaken, require_slug


class WrongTimeZone(Exception):
    """No zone of the IANA time zone database has this name."""


def target(project: Project) -> str:
    """How the audit log names a project."""
    return f"project:{project.slug}"


@transaction.atomic
def create_project(reach: Reach, *, slug: str, name: str, language: str, time_zone: str, now: datetime) -> Project:
    """Make a project. `slug` stands in addresses and stays. Raises Forbidden, WrongSlug, SlugTaken, WrongTimeZone."""
    reach.require_in_project(ProjectRight.MANAGE, None)
    require_slug(slug)
    _require_time_zone(time_zone)
    if Project.objects.filter(slug=slug).exists():
        raise SlugTaken(slug)
    project = Project.objects.create(slug=slug, name=name, language=language, time_zone=time_zone)
    after = {"name": name, "language": language, "time_zone": time_zone}
    audit.record(
        actor=reach.person.login,
        action="project.created",
        target=target(project),
        detail={"project": project.pk, "before": {}, "after": after},
        now=now,
    )
    return project


@transaction.atomic
def change_project(
    reach: Reach,
    *,
    project_id: int,
    name: str,
    language: str,
    time_zone: str,
    company: str,
    seen: int,
    now: datetime,
) -> bool:
    """Change how a project is called and speaks, and whose forwards it believes (`company.listed`); returns whether
    anything changed.

    Raises Forbidden, WrongTimeZone, WrongCompanyAddress, TooManyCompanyAddresses, ChangedMeanwhile.
    """
    reach.require_in_project(ProjectRight.SETTINGS, project_id)
    _require_time_zone(time_zone)
    project = Project.objects.select_for_update().get(pk=project_id)
    return changes.keep(
        reach,
        project,
        {"name": name, "language": language, "time_zone": time_zone, "company": listed(company)},
        target=target(project),
        action="project.changed",
        project_id=project.pk,
        seen=seen,
        private=["company"],
        now=now,
    )


@transaction.atomic
def archive(reach: Reach, *, project_id: int, now: datetime) -> None:
    """Switch the project off: it is shown nowhere, its mailboxes refuse what is written to them, nothing of it is lost.
    Raises Forbidden."""
    _switch(reach, project_id, off_at=now, action="project.archived", now=now)


@transaction.atomic
def bring_back(reach: Reach, *, project_id: int, now: datetime) -> None:
    """Switch an archived project on again, as it was. Raises Forbidden."""
    _switch(reach, project_id, off_at=None, action="project.brought-back", now=now)


def archived(reach: Reach) -> QuerySet[Project]:
    """The projects that are switched off, by name: for administrators of the installation alone. Raises Forbidden."""
    reach.require_in_project(ProjectRight.MANAGE, None)
    return Project.objects.exclude(archived_at=None).order_by("name", "pk")


def _switch(reach: Reach, project_id: int, *, off_at: datetime | None, action: str, now: datetime) -> None:
    reach.require_in_project(ProjectRight.MANAGE, None)
    project = Project.objects.select_for_update().get(pk=project_id)
    if (project.archived_at is None) == (off_at is None):
        return
    project.archived_at = off_at
    project.save(update_fields=["archived_at"])
    detail = {"project": project.pk}
    audit.record(actor=reach.person.login, action=action, target=target(project), detail=detail, now=now)


def _require_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise WrongTimeZone(name)
