"""What somebody can be, where: one choice out of one list, so that no two fields can contradict each other."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from postline.projects.managed import projects_of
from postline.projects.models import Group, Line, Project, Role
from postline.projects.models.person import INSTALLATION_ROLES
from postline.projects.people import Appointment
from postline.projects.rights import ProjectRight, Reach

Choices = list[tuple[str, list[tuple[str, str]]]]


class Appointments:
    """What the person behind `reach` may make of others, in two queries."""

    def __init__(self, reach: Reach, *, only: Project | None = None) -> None:
        self._known: dict[str, Appointment] = {}
        self.choices: Choices = [("", [("", _("Choose"))])]
        projects = [only] if only else list(projects_of(reach, ProjectRight.STAFF))
        groups = list(Group.objects.filter(project__in=projects, line=Line.SECOND).order_by("name", "pk"))
        for project in projects:
            found = list(_in_project(project, [group for group in groups if group.project_id == project.pk]))
            self._offer(project.name, [one for one in found if _may(reach, one)])
        everywhere = [Appointment(role) for role in (Role.AUDITOR, Role.ADMIN) if reach.may_appoint(role, None)]
        if everywhere:
            self._offer(_("The whole installation"), everywhere)

    def find(self, code: str) -> Appointment | None:
        """The appointment of a choice; None where it is none of the list."""
        return self._known.get(code)

    def _offer(self, heading: str, appointments: Sequence[Appointment]) -> None:
        self._known |= {code_of(one): one for one in appointments}
        self.choices.append((heading, [(code_of(one), _label(one)) for one in appointments]))


def code_of(appointment: Appointment) -> str:
    """`line2/mail/web`, as it stands in a form and in an address."""
    names = [appointment.role, *(thing.slug for thing in (appointment.project, appointment.group) if thing)]
    return "/".join(names)


def _in_project(project: Project, groups: Sequence[Group]) -> list[Appointment]:
    found = [Appointment(role, project) for role in Role if role not in INSTALLATION_ROLES and role != Role.LINE2]
    second = [Appointment(Role.LINE2, project, group) for group in groups]
    return [*found[:1], *second, Appointment(Role.LINE2, project), *found[1:]]


def _may(reach: Reach, one: Appointment) -> bool:
    return reach.may_appoint(one.role, one.project.pk if one.project else None, one.group.pk if one.group else None)


def _label(appointment: Appointment) -> str:
    if appointment.role == Role.LINE2:
        group = appointment.group.name if appointment.group else _("no group")
        return f"{appointment.role.label}: {group}"
    return str(appointment.role.label)
