"""Who works in the demo department and where: projects, groups, queues, topics, mailboxes, people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password

from postline.projects.models import Group, Line, Mailbox, Person, Project, Queue, Role, Topic
from postline.projects.people import Appointment, create_person

PASSWORD = "demo"  # noqa: S105 - everybody may know it: the demo starts only where it was asked for
FIRST_LINE_MINUTES, SECOND_LINE_MINUTES = 60, 480


@dataclass
class Department:
    """Queues, topics and groups by (project, slug), the rest by slug, address or login."""

    projects: dict[str, Project] = field(default_factory=dict)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    queues: dict[tuple[str, str], Queue] = field(default_factory=dict)
    topics: dict[tuple[str, str], Topic] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


def make_department(*, now: datetime) -> Department:
    """Write it into an empty database, without a single ticket."""
    department = Department()
    for slug, name in PROJECTS.items():
        department.projects[slug] = Project.objects.create(slug=slug, name=name, time_zone=settings.TIME_ZONE)
    for project, slug, name in GROUPS:
        department.groups[project, slug] = Group.objects.create(
            project=department.projects[project], slug=slug, name=name, line=Line.SECOND
        )
    _make_queues(department)
    for project, slug, name, queue in TOPICS:
        department.topics[project, slug] = Topic.objects.create(
            project=department.projects[project], slug=slug, name=name, queue=department.queues.get((project, queue))
        )
    for address, project, queue, name in MAILBOXES:
        department.mailboxes[address] = Mailbox.objects.create(
            project=department.projects[project],
            address=address,
            sender_name=name,
            queue=department.queues[project, queue],
        )
    _make_people(department, now=now)
    return department


def _make_queues(department: Department) -> None:
    for position, (project, slug, name, group) in enumerate(QUEUES):
        department.queues[project, slug] = Queue.objects.create(
            project=department.projects[project],
            slug=slug,
            name=name,
            line=Line.SECOND if group else Line.FIRST,
            group=department.groups.get((project, group)),
            private=slug == "vulnerabilities",
            position=position,
            target_minutes=SECOND_LINE_MINUTES if group else FIRST_LINE_MINUTES,
            signature=SIGNATURES[project],
        )
    for project, slug in RETURN_QUEUES.items():
        inbox = department.queues[project, "inbox"]
        inbox.return_queue = department.queues[project, slug]
        inbox.save()


def _make_people(department: Department, *, now: datetime) -> None:
    password = make_password(PASSWORD)  # argon2 is slow on purpose: once is enough
    for login, name, role, project, group in PEOPLE:
        appointment = Appointment(
            role=role, project=department.projects.get(project), group=department.groups.get((project, group))
        )
        department.people[login] = create_person(
            login=login,
            name=name,
            email=f"{name.lower().replace(' ', '.')}@mail.example",
            appointments=[appointment],
            password=password,
            actor="",
            now=now,
        )


PROJECTS = {"mail": "Mail", "games": "Games"}
GROUPS = [
    ("mail", "passwords", "Passwords"),
    ("mail", "web", "Web"),
    ("mail", "solvers", "Solvers"),
    ("mail", "abuse", "Abuse"),
    ("games", "accounts", "Accounts"),
]
QUEUES = [  # project, slug, name, group (none: first line)
    ("mail", "inbox", "First line", ""),
    ("mail", "passwords", "Passwords", "passwords"),
    ("mail", "mail-clients", "Mail programs", "web"),
    ("mail", "web", "Web", "web"),
    ("mail", "solvers", "Solvers", "solvers"),
    ("mail", "abuse", "Abuse", "abuse"),
    ("mail", "vulnerabilities", "Vulnerabilities", "abuse"),
    ("games", "inbox", "First line", ""),
    ("games", "accounts", "Accounts", "accounts"),
]
RETURN_QUEUES = {"mail": "web", "games": "accounts"}
SIGNATURES = {"mail": "Mail · support@mail.example", "games": "Games · support@games.example"}
TOPICS = [  # project, slug, name, second-line queue of its own
    ("mail", "sign-in", "Signing in", ""),
    ("mail", "recovery", "Getting access back", "passwords"),
    ("mail", "break-in", "Somebody else got in", "passwords"),
    ("mail", "sending", "Sending", ""),
    ("mail", "receiving", "Receiving", ""),
    ("mail", "delivery", "Delivery from other servers", ""),
    ("mail", "attachments", "Attachments", ""),
    ("mail", "mail-programs", "Mail programs and phones", ""),
    ("mail", "display", "How pages look", ""),
    ("mail", "spam", "Spam", ""),
    ("mail", "phishing", "Phishing and fraud", ""),
    ("mail", "vulnerability", "Vulnerability", ""),
    ("mail", "wish", "Wish", ""),
    ("mail", "other", "Other", ""),
    ("games", "account", "Account", ""),
    ("games", "payment", "Payment", ""),
    ("games", "gameplay", "Playing", ""),
    ("games", "wish", "Wish", ""),
]
MAILBOXES = [  # address, project, queue, sender's name
    ("support@mail.example", "mail", "inbox", "Mail support"),
    ("abuse@mail.example", "mail", "abuse", "Mail abuse desk"),
    ("support@games.example", "games", "inbox", "Games support"),
]
PEOPLE = [  # login, name, role, project, group
    ("line1", "Daan Mulder", Role.LINE1, "mail", ""),
    ("line1b", "Olga Belova", Role.LINE1, "mail", ""),
    ("passwords", "Femke Smit", Role.LINE2, "mail", "passwords"),
    ("passwords2", "Pavel Sorokin", Role.LINE2, "mail", "passwords"),
    ("web", "Hannah Reed", Role.LINE2, "mail", "web"),
    ("solvers", "Maksim Lebedev", Role.LINE2, "mail", "solvers"),
    ("abuse", "Ruth Calder", Role.LINE2, "mail", "abuse"),
    ("trainee", "Noor Bakker", Role.TRAINEE, "mail", ""),
    ("trainer", "Irina Zotova", Role.TRAINER, "mail", ""),
    ("editor", "Owen Blake", Role.EDITOR, "mail", ""),
    ("product", "Tessa Vermeer", Role.PRODUCT, "mail", ""),
    ("lead", "Vera Kuzmina", Role.LEAD, "mail", ""),
    ("project-admin", "Jonas de Wit", Role.PROJECT_ADMIN, "mail", ""),
    ("games1", "Kirill Frolov", Role.LINE1, "games", ""),
    ("games-lead", "Sanne Dekker", Role.LEAD, "games", ""),
    ("auditor", "Edith Marsh", Role.AUDITOR, "", ""),
    ("admin", "Alex Winter", Role.ADMIN, "", ""),
]
