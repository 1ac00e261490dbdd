"""Groups: people who do one kind of work in the second line."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from postline.projects import audit, changes
from postline.projects.models import Group, Line, Membership, Project, Queue
from postline.projects.rights import Forbidden, ProjectRight, Reach
from postline.projects.rights.gains import gives_more, held_in
from postline.projects.slugs import SlugTaken, require_slug


class GroupInUse(Exception):
    """People or queues belong to the group: say which group takes them over."""


class WrongHeir(Exception):
    """The group that takes over must be another one of the same project and line."""


class WrongLine(Exception):
    """People or queues of this line belong to the group."""


def target(group: Group) -> str:
    """How the audit log names a group."""
    return f"group:{group.project.slug}/{group.slug}"


@transaction.atomic
def create_group(reach: Reach, *, project: Project, slug: str, name: str, line: Line, now: datetime) -> Group:
    """Make a group. Raises Forbidden, WrongSlug, SlugTaken."""
    reach.require_in_project(ProjectRight.STAFF, project.pk)
    require_slug(slug)
    if project.groups.filter(slug=slug).exists():
        raise SlugTaken(slug)
    group = Group.objects.create(project=project, slug=slug, name=name, line=line)
    detail = {"project": project.pk, "before": {}, "after": {"name": name, "line": int(line)}}
    audit.record(actor=reach.person.login, action="group.created", target=target(group), detail=detail, now=now)
    return group


@transaction.atomic
def change_group(reach: Reach, *, group_id: int, name: str, line: Line, seen: int, now: datetime) -> bool:
    """Rename a group, or give an empty one to the other line; returns whether anything changed.

    Raises Forbidden, WrongLine, ChangedMeanwhile.
    """
    group = _locked(reach, group_id)
    if line != group.line and _is_in_use(group):
        raise WrongLine(line)
    return changes.keep(
        reach,
        group,
        {"name": name, "line": int(line)},
        target=target(group),
        action="group.changed",
        project_id=group.project_id,
        seen=seen,
        now=now,
    )


@transaction.atomic
def delete_group(reach: Reach, *, group_id: int, heir: Group | None, now: datetime) -> None:
    """Delete a group for good; its people and queues go over to `heir`.

    Raises Forbidden, GroupInUse, WrongHeir.
    """
    group = _locked(reach, group_id)
    if heir is None and _is_in_use(group):
        raise GroupInUse(group.slug)
    if heir is not None:
        if (heir.project_id, heir.line) != (group.project_id, group.line) or heir.pk == group.pk:
            raise WrongHeir(heir.slug)
        before = held_in(_queues_of(group, heir))
        _hand_over(group, heir)
        if gives_more(reach, before=before, after=held_in(Queue.objects.filter(pk__in=before))):
            raise Forbidden(ProjectRight.STAFF)
    detail = {
        "project": group.project_id,
        "before": {"name": group.name, "line": group.line},
        "after": {},
        "heir": heir.slug if heir else "",
    }
    audit.record(actor=reach.person.login, action="group.deleted", target=target(group), detail=detail, now=now)
    group.delete()


def _locked(reach: Reach, group_id: int) -> Group:
    group = Group.objects.select_for_update(of=("self",)).select_related("project").get(pk=group_id)
    reach.require_in_project(ProjectRight.STAFF, group.project_id)
    return group


def _is_in_use(group: Group) -> bool:
    return group.memberships.exists() or group.queues.exists()


def _queues_of(*groups: Group) -> QuerySet[Queue]:
    return Queue.objects.filter(group__in=groups, retired_at=None)


def _hand_over(group: Group, heir: Group) -> None:
    Queue.objects.filter(group=group).update(group=heir)
    there_already = Membership.objects.filter(group=heir).values_list("person_id", "role")
    for membership in Membership.objects.filter(group=group).select_for_update():
        if (membership.person_id, membership.role) in there_already:
            membership.delete()
        else:
            membership.group = heir
            membership.save(update_fields=["group"])
