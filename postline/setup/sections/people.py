"""Who works in a project, and as what. Passwords are never in a file: new people get a link."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import StringConstraints

from postline.projects import managed
from postline.projects.memberships import AlreadyAppointed, appoint
from postline.projects.models import Membership, Person, Project, Role
from postline.projects.people import Appointment
from postline.projects.rights import ProjectRight
from postline.projects.staff import invite
from postline.setup.faults import Unfit
from postline.setup.section import Entry, Section, Site


class RoleEntry(Entry):
    role: Role
    group: str = ""


class PersonEntry(Entry):
    login: str
    name: Annotated[str, StringConstraints(max_length=100)] = ""
    email: Annotated[str, StringConstraints(max_length=254)] = ""
    language: Annotated[str, StringConstraints(max_length=8)] = ""
    roles: list[RoleEntry]

    @property
    def key(self) -> str:
        return self.login.lower()


def export(project: Project) -> Sequence[PersonEntry]:
    """By login, with what they are in this project alone."""
    memberships = Membership.objects.filter(project=project).select_related("person", "group")
    roles: dict[Person, list[RoleEntry]] = {}
    for one in memberships.order_by("person__login", "role", "group__slug"):
        entry = RoleEntry(role=Role(one.role), group=one.group.slug if one.group else "")
        roles.setdefault(one.person, []).append(entry)
    return [
        PersonEntry(login=person.login, name=person.name, email=person.email, language=person.language, roles=entries)
        for person, entries in roles.items()
        if person.is_active
    ]


def bring_in(site: Site, entries: Sequence[PersonEntry]) -> None:
    """Who is here already gets the roles that are missing, and keeps name and address. Raises WrongFile."""
    for entry in entries:
        with site.place("people", entry.key):
            _put(site, entry)


def _put(site: Site, entry: PersonEntry) -> None:
    if not entry.roles:
        raise Unfit(_("A person has at least one role."))
    appointments = [Appointment(one.role, site.project, site.group(one.group)) for one in entry.roles]
    person = managed.people_of(site.reach).filter(login__iexact=entry.login).first()
    if person is None:  # a login of other projects, of whose people one knows nothing, is refused as taken
        invite(
            site.reach,
            login=entry.login,
            name=entry.name,
            email=entry.email,
            language=entry.language,
            appointments=appointments,
            now=site.now,
        )
        return
    for appointment in appointments:
        with suppress(AlreadyAppointed):
            appoint(site.reach, person=person, appointment=appointment, now=site.now)


SECTION = Section("people", gettext_lazy("People"), PersonEntry, ProjectRight.STAFF, export, bring_in, copied=False)
