"""The named people and a small department for tests: `mail` with two lines, `games` behind its wall.

line1, line1b   first line of mail           lead           team lead of mail
passwords       second line, group passwords games1         first line of games
web             second line, group web       admin          the whole installation
abuse           second line, group abuse     auditor        reads everything, changes nothing
trainee         learns in the first line     Anna           anna@user.example, who writes to support@mail.example
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import transaction

from postline.projects.models import Group, Line, Mailbox, Membership, Person, Project, Queue, Role, Topic
from postline.projects.rights import Reach, reach_of
from postline.tickets.actions.arrive import arrive
from postline.tickets.arrival import Arrival, ArrivedFile
from postline.tickets.models import Ticket

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
PASSWORD = "demo"
ANNA = ("Anna Visser", "anna@user.example")
BORIS = ("Борис Орлов", "boris@user.example")


@dataclass
class Department:
    """Everything by its slug or login; queues of games are `games/inbox` and `games/accounts`."""

    projects: dict[str, Project] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    def reach(self, login: str) -> Reach:
        """What this person may do, as a request would find it."""
        return reach_of(self.people[login])


def department() -> Department:
    """Projects, queues, mailboxes, topics and people, in an empty database."""
    d = Department()
    _mail(d)
    _games(d)
    for login, role, project, group in STAFF:
        d.people[login] = Person.objects.create(
            login=login, email=f"{login}@staff.example", password=_hashed(), created_at=NOW, language="en"
        )
        Membership.objects.create(
            person=d.people[login], role=role, project=d.projects.get(project), group=d.groups.get(group)
        )
    return d


@transaction.atomic
def letter(
    d: Department,
    *,
    sender: tuple[str, str] = ANNA,
    queue: str = "inbox",
    subject: str = "I cannot sign in",
    text: str = "Hello,\n\nsince this morning my password is refused.\n\nAnna",
    new_text: str | None = None,
    html: str = "",
    language: str = "en",
    files: Sequence[ArrivedFile] = (),
    raw_id: int | None = None,
    to_ticket: Ticket | None = None,
    joined_by: str = "",
    flags: Sequence[str] = (),
    message_id: str = "",
    now: datetime = NOW,
) -> Ticket:
    """A letter arrives (by default Anna's first one) and becomes a ticket, or a follow-up of `to_ticket`."""
    target = to_ticket.queue if to_ticket else d.queues[queue]
    mailbox = next((m for m in d.mailboxes.values() if m.project_id == target.project_id), None)
    arrived = arrive(
        Arrival(
            project_id=target.project_id,
            queue_id=target.pk,
            mailbox_ids=[mailbox.pk] if mailbox else [],
            source="smtp",
            raw_id=raw_id,
            digest=hashlib.sha256(f"{sender} {subject} {text} {now}".encode()).digest(),
            message_id=message_id or f"{hashlib.sha256(f'{text} {now}'.encode()).hexdigest()[:20]}@user.example",
            sender_name=sender[0],
            sender_address=sender[1],
            to=[("", mailbox.address)] if mailbox else [],
            cc=[],
            subject=subject,
            text=text,
            new_text=text if new_text is None else new_text,
            html=html,
            language=language,
            files=files,
            flags=flags,
            sent_at=now,
            ticket_id=to_ticket.pk if to_ticket else None,
            joined_by=joined_by,
        ),
        now=now,
    )
    return Ticket.objects.select_related("queue", "requester").get(pk=arrived.ticket_id)


STAFF = [
    ("line1", Role.LINE1, "mail", ""),
    ("line1b", Role.LINE1, "mail", ""),
    ("passwords", Role.LINE2, "mail", "passwords"),
    ("web", Role.LINE2, "mail", "web"),
    ("abuse", Role.LINE2, "mail", "abuse"),
    ("trainee", Role.TRAINEE, "mail", ""),
    ("lead", Role.LEAD, "mail", ""),
    ("games1", Role.LINE1, "games", ""),
    ("auditor", Role.AUDITOR, "", ""),
    ("admin", Role.ADMIN, "", ""),
]


def _mail(d: Department) -> None:
    mail = d.projects["mail"] = Project.objects.create(slug="mail", name="Mail", language="en", time_zone="UTC")
    for slug in ("passwords", "web", "abuse"):
        d.groups[slug] = Group.objects.create(project=mail, slug=slug, name=slug.title(), line=Line.SECOND)
    d.queues["inbox"] = Queue.objects.create(
        project=mail, slug="inbox", name="Inbox", line=Line.FIRST, target_minutes=60, signature="Mail support"
    )
    for position, (slug, group, private) in enumerate(SECOND_LINE, start=1):
        d.queues[slug] = Queue.objects.create(
            project=mail,
            slug=slug,
            name=slug.replace("-", " ").capitalize(),
            line=Line.SECOND,
            group=d.groups[group],
            private=private,
            position=position,
        )
    d.queues["inbox"].return_queue = d.queues["web"]
    d.queues["inbox"].save()
    d.topics["lost-password"] = Topic.objects.create(
        project=mail, slug="lost-password", name="Lost password", queue=d.queues["passwords"]
    )
    d.topics["display"] = Topic.objects.create(project=mail, slug="display", name="Display", queue=d.queues["web"])
    for address, queue in (("support@mail.example", "inbox"), ("abuse@mail.example", "abuse")):
        d.mailboxes[address] = Mailbox.objects.create(
            project=mail, address=address, sender_name="Mail support", queue=d.queues[queue]
        )


SECOND_LINE = [
    ("passwords", "passwords", False),
    ("mail-clients", "web", False),
    ("web", "web", False),
    ("abuse", "abuse", False),
    ("vulnerabilities", "abuse", True),
]


def _games(d: Department) -> None:
    games = d.projects["games"] = Project.objects.create(slug="games", name="Games", language="en", time_zone="UTC")
    accounts = Queue.objects.create(project=games, slug="accounts", name="Accounts", line=Line.SECOND, position=1)
    inbox = Queue.objects.create(project=games, slug="inbox", name="Inbox", line=Line.FIRST, return_queue=accounts)
    d.queues["games/inbox"], d.queues["games/accounts"] = inbox, accounts
    d.mailboxes["support@games.example"] = Mailbox.objects.create(
        project=games, address="support@games.example", sender_name="Games support", queue=inbox
    )


@cache
def _hashed() -> str:
    """Argon2 is slow on purpose: once is enough."""
    return make_password(PASSWORD)
