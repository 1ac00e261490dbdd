"""What people are, where: given and taken, so that nobody rises above themselves and an administrator stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postline.projects import audit
from postline.projects.models import Membership, Person, Role
from postline.projects.people import Appointment, require_fitting
from postline.projects.rights import Forbidden, ProjectRight, Reach, reach_of, reaches_of


class AlreadyAppointed(Exception):
    """The person is this already."""


class LastAdmin(Exception):
    """Without this person nobody could administer the installation."""


class OwnRight(Exception):
    """Nobody takes from themselves the right to manage, or switches themselves off: another one has to do it."""


class NoSuchMembership(Exception):
    """It was taken away meanwhile, or the person who asks may not know of it."""


@transaction.atomic
def appoint(reach: Reach, *, person: Person, appointment: Appointment, now: datetime) -> Membership:
    """Give a person a role. Raises Forbidden, WrongAppointment, AlreadyAppointed."""
    project, group = appointment.project, appointment.group
    if not reach.may_appoint(appointment.role, project.pk if project else None, group.pk if group else None):
        raise Forbidden(ProjectRight.STAFF)
    require_fitting(appointment)
    before = _reach_if_let_in(person)
    membership, is_new = Membership.objects.get_or_create(
        person=person, project=project, role=appointment.role, group=group
    )
    if not is_new:
        raise AlreadyAppointed(appointment.role)
    _require_gives_no_more(reach, before, _reach_if_let_in(person))
    _record("person.appointed", membership, actor=reach.person.login, now=now)
    return membership


@transaction.atomic
def dismiss(reach: Reach, *, membership_id: int, now: datetime) -> Membership:
    """Take a role from a person; returns what it was.

    Raises Forbidden, NoSuchMembership, OwnRight, LastAdmin.
    """
    rows = Membership.objects.select_related("person", "project", "group").filter(pk=membership_id)
    membership = rows.first()
    if membership is None:
        raise NoSuchMembership
    if not reach.may_appoint(membership.role, membership.project_id, membership.group_id):
        raise Forbidden(ProjectRight.STAFF)
    if membership.role == Role.ADMIN:
        require_another_admin(membership.person)
    if not rows.select_for_update(of=("self",)).exists():
        raise NoSuchMembership
    is_own = membership.person_id == reach.person.pk
    if is_own and (membership.role == Role.ADMIN or _loses_staff(reach, membership)):
        raise OwnRight(membership.role)
    _record("person.dismissed", membership, actor=reach.person.login, now=now)
    membership.delete()
    return membership


def require_another_admin(person: Person) -> None:
    """Raises LastAdmin when no other active person administers the installation.

    Two administrators cannot remove each other at the same moment: the rows are locked first, and only then looked at.
    """
    admins = Membership.objects.filter(role=Role.ADMIN)
    list(admins.select_for_update().order_by("pk").values_list("pk"))
    if not admins.filter(person__is_active=True).exclude(person=person).exists():
        raise LastAdmin(person.login)


def _require_gives_no_more(reach: Reach, before: Reach, after: Reach) -> None:
    """A role may bring more than it gives by itself: rules for the person hold again with it. Raises Forbidden."""
    if not (reach.is_admin or before.is_admin) and not reach_of(reach.person).covers(after, besides=before):
        raise Forbidden(ProjectRight.STAFF)


def _reach_if_let_in(person: Person) -> Reach:
    return reaches_of([person], also_inactive=True)[person.pk]


def _loses_staff(reach: Reach, membership: Membership) -> bool:
    """Whether somebody would take from themselves the right to look after people."""
    if reach.is_admin or membership.project_id is None:
        return False
    others = Membership.objects.filter(person=membership.person_id, project=membership.project_id)
    is_last = not others.exclude(pk=membership.pk).exists()
    return membership.role == Role.PROJECT_ADMIN or is_last


def _record(action: str, membership: Membership, *, actor: str, now: datetime) -> None:
    role = {
        "role": str(membership.role),
        "project": membership.project.slug if membership.project else "",
        "group": membership.group.slug if membership.group else "",
    }
    before, after = ({}, role) if action == "person.appointed" else (role, {})
    detail = {"project": membership.project_id, "before": before, "after": after}
    audit.record(actor=actor, action=action, target=membership.person.login, detail=detail, now=now)
