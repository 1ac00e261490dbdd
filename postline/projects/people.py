"""People of the staff: made, changed, switched off and on. What they are is in memberships.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from postline.projects import audit
from postline.projects.models import Group, Line, Membership, Person, Project, Role
from postline.projects.models.person import INSTALLATION_ROLES

LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class WrongLogin(Exception):
    """A login has 1 to 64 letters of a to z, digits, dots, hyphens and underscores, a letter or digit first."""


class LoginTaken(Exception):
    """Somebody has this login already, perhaps in other capitals."""


class WrongAppointment(Exception):
    """Role, project and group do not fit together: the message is the role."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """What a person is, where: without a project in the whole installation, with a group in its queues."""

    role: Role
    project: Project | None = None
    group: Group | None = None


@transaction.atomic
def create_person(
    *,
    login: str,
    name: str = "",
    email: str = "",
    language: str = "",
    appointments: Sequence[Appointment],
    password: str | None = None,
    actor: str,
    now: datetime,
) -> Person:
    """Make a person. `password` is a hash; without one nobody can sign in before a password was set by a link.

    Raises WrongLogin, LoginTaken, WrongAppointment.
    """
    if not LOGIN.fullmatch(login):
        raise WrongLogin(login)
    if Person.objects.filter(login__iexact=login).exists():
        raise LoginTaken(login)
    for appointment in appointments:
        require_fitting(appointment)
    person: Person = Person.objects.create(
        login=login,
        name=name,
        email=email,
        language=language,
        password=password or make_password(None),
        created_at=now,
    )
    Membership.objects.bulk_create(
        Membership(person=person, role=one.role, project=one.project, group=one.group) for one in appointments
    )
    roles = [{"role": str(one.role), "project": _slug(one.project), "group": _slug(one.group)} for one in appointments]
    places = {one.project.pk if one.project else None for one in appointments}
    detail = {"project": places.pop() if len(places) == 1 else None, "roles": roles}
    audit.record(actor=actor, action="person.created", target=login, detail=detail, now=now)
    return person


def require_fitting(appointment: Appointment) -> None:
    """The administrator and the auditor have no project, all others have one; only the second line has groups.

    Raises WrongAppointment.
    """
    role, project, group = appointment.role, appointment.project, appointment.group
    if (role in INSTALLATION_ROLES) != (project is None):
        raise WrongAppointment(role)
    if group is not None and (role != Role.LINE2 or group.project_id != getattr(project, "pk", None)):
        raise WrongAppointment(role)
    if group is not None and group.line != Line.SECOND:
        raise WrongAppointment(role)


def mail_refused(replies: Mapping[str, str]) -> None:
    """Mail to these addresses could not be delivered: whose they are, their pages say so until another address is
    set or a new link is sent."""
    for address, reply in replies.items():
        Person.objects.filter(email__iexact=address).update(refused_email=address, refusal=reply[:500])


def _slug(thing: Project | Group | None) -> str:
    return thing.slug if thing else ""
