"""Reads the audit log for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from postline.projects.models import AuditEntry
from postline.projects.rights import ProjectRight, Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries of the audit log a list shows: who did what to what, and when."""

    actor: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(reach: Reach, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """The entries that the person may read: all, or those of the projects whose log is theirs."""
    found = AuditEntry.objects.all()
    if not reach.may_in_project(ProjectRight.AUDIT, None):
        found = found.filter(detail__project__in=reach.projects_with(ProjectRight.AUDIT))
    if wanted.actor:
        found = found.filter(actor=wanted.actor)
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.target:
        found = found.filter(target=wanted.target)
    if wanted.since:
        found = found.filter(at__gte=wanted.since)
    if wanted.until:
        found = found.filter(at__lt=wanted.until)
    return found


def may_read(reach: Reach, entry: AuditEntry) -> bool:
    """Whether this entry is one of those."""
    project = entry.detail.get("project")
    everywhere = reach.may_in_project(ProjectRight.AUDIT, None)
    return everywhere or (project is not None and reach.may_in_project(ProjectRight.AUDIT, project))
