"""Which messages of the outbox a person may see."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from postline.outbox.models import Kind, OutboxMessage
from postline.projects.rights import ProjectRight, Reach


def visible(reach: Reach) -> QuerySet[OutboxMessage]:
    """The messages of the projects where the person may see the outbox, and those of no project for who may see
    everything. Account messages hold links that sign in: they are for administrators of the installation alone."""
    seen = Q(project_id__in=reach.projects_with(ProjectRight.OUTBOX))
    if reach.may_in_project(ProjectRight.OUTBOX, None):
        seen |= Q(project=None)
    messages = OutboxMessage.objects.filter(seen)
    return messages if reach.is_admin else messages.exclude(kind=Kind.ACCOUNT)
