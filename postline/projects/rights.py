"""Who may do what: the only place that decides. Whoever fetches something for a person asks here first.

A person's reach is worked out from their memberships: for every queue, the set of rights they have there; for every
project and for the installation likewise. See docs/decisions/0005-rights-by-role.md for the table and why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from postline.projects.models import Line, Membership, Person, Project, Queue, Role


class Right(StrEnum):
    """What may be done with the tickets of a queue."""

    SEE = "see"  # its list, its tickets with all that belongs to them
    TAKE = "take"  # get the next one, take, release
    ANSWER = "answer"  # write to the requester; open a ticket
    NOTE = "note"
    MOVE = "move"  # out of this queue
    MOVE_INTO = "move-into"
    CHANGE = "change"  # state, topic, priority, tags, language
    ASSIGN = "assign"
    CLOSE = "close"
    MERGE = "merge"  # and take apart again
    SPLIT = "split"
    BULK = "bulk"  # change many at once
    EXPORT = "export"
    HAND_OVER = "hand-over"  # to another project
    PERSONAL = "personal"  # see addresses and phone numbers unmasked
    REVEAL = "reveal"  # see them in one ticket, with a reason that is logged


class ProjectRight(StrEnum):
    """What may be done in a project, or (for installation roles) everywhere."""

    ENTER = "enter"  # know that it exists, see its names
    QUARANTINE = "quarantine"  # look at what was put aside
    SCREEN = "screen"  # release and delete it; keep the lists of senders
    OUTBOX = "outbox"
    MANAGE = "manage"
    AUDIT = "audit"  # read the audit log
    QUEUES = "queues"  # this and the following: set it up
    TOPICS = "topics"
    FILTERS = "filters"
    HINTS = "hints"
    TEMPLATES = "templates"  # answer texts, automatic answers too
    WORKING_TIME = "working-time"  # calendars, targets, escalation
    MAILBOXES = "mailboxes"
    STAFF = "staff"  # people, groups, roles
    RIGHTS = "rights"  # what lines, groups and persons may do
    SETTINGS = "settings"  # the project's name, looks, languages
    SET_UP = "set-up"  # copy, export and import all of it


class Forbidden(Exception):
    """The person sees the thing but may not do this with it. The message says what is missing."""


ALL = frozenset(Right)
READING = frozenset({Right.SEE, Right.PERSONAL})
WORKING = ALL - {Right.ASSIGN, Right.BULK, Right.EXPORT}
COLLEAGUE = frozenset({Right.SEE, Right.NOTE, Right.MOVE, Right.MOVE_INTO, Right.REVEAL})
INTO = frozenset({Right.MOVE_INTO})
LEARNING = frozenset({Right.SEE, Right.NOTE})
NONE: frozenset[Right] = frozenset()

QUEUE_FIELDS = ("id", "project_id", "line", "group_id", "private", "successor_id")

ENTERING = frozenset({ProjectRight.ENTER})
PROJECT_RIGHTS: dict[str, frozenset[ProjectRight]] = {
    Role.ADMIN: frozenset(ProjectRight),
    Role.AUDITOR: ENTERING | {ProjectRight.QUARANTINE, ProjectRight.OUTBOX, ProjectRight.AUDIT},
    Role.PROJECT_ADMIN: frozenset(ProjectRight),
    Role.LEAD: ENTERING
    | {
        ProjectRight.QUARANTINE,
        ProjectRight.SCREEN,
        ProjectRight.QUEUES,
        ProjectRight.TOPICS,
        ProjectRight.FILTERS,
        ProjectRight.HINTS,
        ProjectRight.TEMPLATES,
        ProjectRight.WORKING_TIME,
    },
}


@dataclass(frozen=True)
class Reach:
    """All that one person may do, worked out once per request."""

    person: Person
    roles: frozenset[str]
    queues: Mapping[int, frozenset[Right]]
    projects: Mapping[int, frozenset[ProjectRight]]

    def may(self, right: Right, queue_id: int | None) -> bool:
        """Whether the person has this right in this queue."""
        return queue_id is not None and right in self.queues.get(queue_id, NONE)

    def require(self, right: Right, queue_id: int | None) -> None:
        """Raises Forbidden where the right is missing."""
        if not self.may(right, queue_id):
            raise Forbidden(right)

    def may_in_project(self, right: ProjectRight, project_id: int | None) -> bool:
        """Whether the person has this right in this project; without a project: in the whole installation."""
        if project_id is None:
            return any(right in PROJECT_RIGHTS.get(role, ENTERING) for role in self.roles & {Role.ADMIN, Role.AUDITOR})
        return right in self.projects.get(project_id, frozenset())

    def require_in_project(self, right: ProjectRight, project_id: int | None) -> None:
        """Raises Forbidden where the right is missing; without a project: in the whole installation."""
        if not self.may_in_project(right, project_id):
            raise Forbidden(right)

    def may_somewhere(self, right: ProjectRight) -> bool:
        """Whether a page for this right has anything to show."""
        return self.may_in_project(right, None) or any(right in rights for rights in self.projects.values())

    def queues_with(self, right: Right) -> list[int]:
        """The ids of the queues where the person has the right."""
        return [queue_id for queue_id, rights in self.queues.items() if right in rights]

    def projects_with(self, right: ProjectRight) -> list[int]:
        """The ids of the projects where the person has the right."""
        return [project_id for project_id, rights in self.projects.items() if right in rights]

    def may_appoint(self, role: str, project_id: int | None) -> bool:
        """Whether the person may give or take this role: nobody gives more than they are themselves."""
        if self.is_admin:
            return True
        return project_id is not None and self.may_in_project(ProjectRight.MANAGE, project_id)

    @property
    def is_admin(self) -> bool:
        """An administrator of the whole installation."""
        return Role.ADMIN in self.roles


def reach_of(person: Person) -> Reach:
    """What `person` may do, in three queries. Who is not active may do nothing."""
    return reaches_of([person])[person.pk]


def reaches_of(people: Sequence[Person]) -> dict[int, Reach]:
    """What each of these people may do, by their id: three queries, however many they are."""
    of_each: dict[int, list[Membership]] = {person.pk: [] for person in people if person.is_active}
    memberships = list(Membership.objects.filter(person__in=list(of_each))) if of_each else []
    for membership in memberships:
        of_each[membership.person_id].append(membership)
    projects: list[int] = []
    queues: list[Queue] = []
    if memberships:
        wanted = Project.objects.filter(archived_at=None)
        stock = Queue.objects.filter(retired_at=None)
        ids = {m.project_id for m in memberships if m.project_id is not None}
        if all(m.project_id is not None for m in memberships):
            wanted, stock = wanted.filter(pk__in=ids), stock.filter(project_id__in=ids)
        projects = list(wanted.values_list("pk", flat=True))
        queues = list(stock.only(*QUEUE_FIELDS).order_by("position", "id"))
    return {person.pk: _reach(person, of_each.get(person.pk, []), projects, queues) for person in people}


def _reach(
    person: Person, memberships: Sequence[Membership], projects: Sequence[int], queues: Sequence[Queue]
) -> Reach:
    own = {m.project_id for m in memberships}
    entered: dict[int, frozenset[ProjectRight]] = {}
    reached: dict[int, frozenset[Right]] = {}
    for project_id in projects:
        if None in own or project_id in own:
            mine = [m for m in memberships if m.project_id in (None, project_id)]
            entered[project_id] = ENTERING.union(*(PROJECT_RIGHTS.get(m.role, ENTERING) for m in mine))
    for queue in queues:
        if queue.project_id in entered:
            mine = [m for m in memberships if m.project_id in (None, queue.project_id)]
            rights = NONE.union(*(_rights_in(queue, m) for m in mine))
            if queue.successor_id is not None:  # it is being emptied: nothing goes in any more
                rights -= INTO
            if rights:
                reached[queue.pk] = rights
    return Reach(person, frozenset(m.role for m in memberships), reached, entered)


def people_with(right: Right, queue: Queue, *, among: Iterable[Person] | None = None) -> Collection[Person]:
    """The active people who have this right in this queue, by login."""
    memberships = Membership.objects.filter(person__is_active=True).select_related("person")
    memberships = memberships.filter(project=queue.project_id) | memberships.filter(project=None)
    found = {m.person_id: m.person for m in memberships if right in _rights_in(queue, m)}
    wanted = None if among is None else {person.pk for person in among}
    return sorted(
        (person for key, person in found.items() if wanted is None or key in wanted),
        key=lambda person: person.login,
    )


def _rights_in(queue: Queue, membership: Membership) -> frozenset[Right]:
    """The table of roles (docs/decisions/0005-rights-by-role.md)."""
    match membership.role:
        case Role.ADMIN | Role.PROJECT_ADMIN | Role.LEAD:
            return ALL
        case Role.AUDITOR:
            return READING
        case Role.LINE1:
            return WORKING if queue.line == Line.FIRST else INTO
        case Role.TRAINEE:
            return LEARNING if queue.line == Line.FIRST else NONE
        case Role.TRAINER:
            if queue.line == Line.FIRST:
                return WORKING
            return INTO if queue.private else COLLEAGUE
        case Role.LINE2:
            if queue.line == Line.FIRST:
                return INTO
            if membership.group_id is not None and queue.group_id == membership.group_id:
                return WORKING
            return INTO if queue.private else COLLEAGUE
    return NONE
