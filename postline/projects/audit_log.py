"""Reads the audit log for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from postline.projects.models import AuditEntry
from postline.projects.rights import ProjectRight, Reach

REVEALED = "personal.revealed"
WATCHING = ProjectRight.QUEUES  # leads, too: whoever looks after the queues sees who looked behind the masks there


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries of the audit log a list shows: who did what to what, and when."""

    actor: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None


def entries(reach: Reach, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """The entries that the person may read: all, or those of the projects whose log is theirs, or of the projects whose
    queues they look after those that tell who had hidden addresses shown."""
    found = AuditEntry.objects.all()
    if not reach.may_in_project(ProjectRight.AUDIT, None):
        readable = Q(detail__project__in=reach.projects_with(ProjectRight.AUDIT))
        watched = Q(action=REVEALED, detail__project__in=reach.projects_with(WATCHING))
        found = found.filter(readable | watched)
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
    if reach.may_in_project(ProjectRight.AUDIT, None):
        return True
    if project is None:
        return False
    watches = entry.action == REVEALED and reach.may_in_project(WATCHING, project)
    return watches or reach.may_in_project(ProjectRight.AUDIT, project)


def may_read_any(reach: Reach) -> bool:
    """Whether there can be an entry for this person."""
    return reach.may_somewhere(ProjectRight.AUDIT) or reach.may_somewhere(WATCHING)
