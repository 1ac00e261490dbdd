"""What an operator asks for in one line, made into a person with roles: `user create`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from postline.ops.errors import Refused
from postline.projects.models import Group, Line, Person, Project, Role
from postline.projects.models.person import INSTALLATION_ROLES
from postline.projects.people import Appointment, LoginTaken, WrongLogin, create_person


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The words of the command line. Without `projects`: in every project; without `group`: in every group."""

    login: str
    role: str | None = None
    projects: Sequence[str] = ()
    group: str | None = None
    name: str = ""
    email: str = ""


@transaction.atomic
def hire(wanted: Wanted, *, now: datetime) -> tuple[Person, str]:
    """Make the person; returns them with the places that they got, for people. Raises Refused."""
    role = _role(wanted)
    if wanted.email:
        try:
            validate_email(wanted.email)
        except ValidationError as error:
            raise Refused(f"{wanted.email} is no e-mail address.") from error
    appointments = list(_appointments(wanted, role))
    try:
        person = create_person(
            login=wanted.login, name=wanted.name, email=wanted.email, appointments=appointments, actor="", now=now
        )
    except LoginTaken as error:
        raise Refused(f"Somebody has the login {wanted.login} already.") from error
    except WrongLogin as error:
        raise Refused(
            f"{wanted.login!r} cannot be a login: use up to 64 of the letters a to z, digits, dots, hyphens and"
            " underscores, a letter or digit first."
        ) from error
    return person, ", ".join(_place(appointment) for appointment in appointments)


def _role(wanted: Wanted) -> Role:
    """The first person is the administrator, whoever else comes needs a role."""
    if not Person.objects.exists():
        if wanted.role not in (None, Role.ADMIN):
            raise Refused("The first person is the administrator: leave out --role, or say --role admin.")
        return Role.ADMIN
    if wanted.role is None:
        raise Refused(f"Say what {wanted.login} is: --role {', '.join(Role.values)}.")
    return Role(wanted.role)


def _appointments(wanted: Wanted, role: Role) -> Iterator[Appointment]:
    if wanted.group and role != Role.LINE2:
        raise Refused("Only --role line2 works in a group: leave out --group.")
    if role in INSTALLATION_ROLES:
        if wanted.projects:
            raise Refused(f"--role {role} holds for the whole installation: leave out --project.")
        yield Appointment(role)
        return
    for project in _projects(wanted):
        groups: list[Group | None] = [*_groups(wanted, project)] if role == Role.LINE2 else []
        for group in groups or [None]:
            yield Appointment(role, project, group)


def _projects(wanted: Wanted) -> Sequence[Project]:
    projects = {project.slug: project for project in Project.objects.order_by("id")}
    if not projects:
        raise Refused("There is no project yet: an administrator makes one in the browser.")
    unknown = [slug for slug in wanted.projects if slug not in projects]
    if unknown:
        raise Refused(f"There is no project {unknown[0]}: the projects are {', '.join(projects)}.")
    return [projects[slug] for slug in dict.fromkeys(wanted.projects)] or list(projects.values())


def _groups(wanted: Wanted, project: Project) -> Iterator[Group]:
    groups = {group.slug: group for group in project.groups.filter(line=Line.SECOND).order_by("id")}
    if wanted.group is None:
        yield from groups.values()
    elif wanted.group in groups:
        yield groups[wanted.group]
    else:
        raise Refused(
            f"Project {project.slug} has no group {wanted.group}: its groups are {', '.join(groups) or 'none yet'};"
            " --project says which project is meant."
        )


def _place(appointment: Appointment) -> str:
    where = [thing.slug for thing in (appointment.project, appointment.group) if thing is not None]
    return f"{appointment.role} in {'/'.join(where)}" if where else f"{appointment.role} of the whole installation"
