"""Who works in the demo department and where: set up by the files in `set_up/`, as any department can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files

from django.conf import settings
from django.contrib.auth.hashers import make_password

from postline.projects.models import Group, Mailbox, Person, Project, Queue, Role, Topic
from postline.projects.people import Appointment, create_person
from postline.projects.rights import reach_of
from postline.setup.actions import bring_in, start_project
from postline.setup.document import Document, read

PASSWORD = "demo"  # noqa: S105 - everybody may know it: the demo starts only where it was asked for
PROJECTS = ("mail", "games")
INSTALLATION = {"auditor": ("Edith Marsh", Role.AUDITOR), "admin": ("Alex Winter", Role.ADMIN)}


@dataclass
class Department:
    """Queues, topics and groups by (project, slug), the rest by slug, address or login."""

    projects: dict[str, Project] = field(default_factory=dict)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    queues: dict[tuple[str, str], Queue] = field(default_factory=dict)
    topics: dict[tuple[str, str], Topic] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


@cache
def logins() -> tuple[str, ...]:
    """Of everybody who works there."""
    staff = [str(entry.key) for project in PROJECTS for entry in _document(project)["people"]]
    return (*staff, *INSTALLATION)


def make_department(*, now: datetime) -> Department:
    """Set it up in an empty database, without a single ticket and without what sorts them."""
    password = make_password(PASSWORD)  # argon2 is slow on purpose: once is enough
    for login, (name, role) in INSTALLATION.items():
        create_person(login=login, name=name, appointments=[Appointment(role)], actor="", now=now)
    reach = reach_of(Person.objects.get(login="admin"))
    for slug in PROJECTS:
        document = _document(slug)
        (itself,) = document["project"]
        without_filters = {**document, "rules": [one for one in document["rules"] if not one.key.startswith("filter ")]}
        start_project(
            reach,
            slug=slug,
            name=itself.written()["name"],
            language="en",
            time_zone=settings.TIME_ZONE,
            document=without_filters,
            now=now,
        )
    Person.objects.filter(login__in=logins()).update(password=password)
    return _found()


def switch_filters_on(department: Department, *, now: datetime) -> None:
    """What comes in from now on is sorted; the stories tell of the time before."""
    reach = reach_of(department.people["admin"])
    for slug, project in department.projects.items():
        bring_in(reach, project=project, document={"rules": _document(slug)["rules"]}, now=now)


def _found() -> Department:
    return Department(
        projects={one.slug: one for one in Project.objects.all()},
        groups={(one.project.slug, one.slug): one for one in Group.objects.select_related("project")},
        queues={(one.project.slug, one.slug): one for one in Queue.objects.select_related("project")},
        topics={(one.project.slug, one.slug): one for one in Topic.objects.select_related("project")},
        mailboxes={one.address: one for one in Mailbox.objects.all()},
        people={one.login: one for one in Person.objects.all()},
    )


@cache
def _document(project: str) -> Document:
    return read((files(__package__) / "set_up" / f"{project}.json").read_bytes())
