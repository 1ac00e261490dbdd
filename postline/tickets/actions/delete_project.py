"""Delete a project that never had a ticket: a mistake, or a trial. One that had is archived, for nothing is lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from postline.projects import audit
from postline.projects.models import Group, Mailbox, Membership, Project, Queue, Topic
from postline.projects.projects import target
from postline.projects.rights import ProjectRight, Reach
from postline.tickets.models import HandOver, Message, Note, Requester, Ticket


class HasHistory(Exception):
    """Tickets were or are in it, or something else still needs it: archive it."""


def has_history(project: Project) -> bool:
    """Whether there are or were tickets in it."""
    theirs = (Ticket, Message, Note, Requester)
    return (
        any(model.objects.filter(project=project).exists() for model in theirs)
        or HandOver.objects.filter(source=project).exists()
        or HandOver.objects.filter(target=project).exists()
    )


def delete_project(reach: Reach, *, project_id: int, now: datetime) -> None:
    """Delete it with its queues, topics, groups, mailboxes and roles; people stay. Raises Forbidden, HasHistory."""
    reach.require_in_project(ProjectRight.MANAGE, None)
    try:
        with transaction.atomic():
            _delete(reach, Project.objects.select_for_update().get(pk=project_id), now=now)
    except (ProtectedError, RestrictedError) as error:  # quarantine, the outbox: something came or went after all
        raise HasHistory(project_id) from error


def _delete(reach: Reach, project: Project, *, now: datetime) -> None:
    if has_history(project):
        raise HasHistory(project.slug)
    detail = {"project": project.pk, "before": {"name": project.name}, "after": {}}
    audit.record(actor=reach.person.login, action="project.deleted", target=target(project), detail=detail, now=now)
    Queue.objects.filter(project=project).update(parent=None, return_queue=None, successor=None, calendar=None)
    Topic.objects.filter(project=project).update(parent=None)
    for part in (Membership, Mailbox, Topic, Queue, Group):
        part.objects.filter(project=project).delete()
    project.calendar = None
    project.save(update_fields=["calendar"])
    project.delete()
