"""What a person manages: fetched for them, so that whoever holds it has passed `rights`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, F, Model, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from postline.projects.models import Calendar, Group, Line, Mailbox, Membership, Person, Project, Queue, Target, Topic
from postline.projects.rights import ProjectRight, Reach

PAGE = 50
Thing = TypeVar("Thing", bound=Model)
SETTING_UP = frozenset(
    {
        ProjectRight.QUEUES,
        ProjectRight.TOPICS,
        ProjectRight.FILTERS,
        ProjectRight.HINTS,
        ProjectRight.TEMPLATES,
        ProjectRight.WORKING_TIME,
        ProjectRight.MAILBOXES,
        ProjectRight.STAFF,
        ProjectRight.RIGHTS,
        ProjectRight.SETTINGS,
        ProjectRight.SET_UP,
    }
)  # who has any of them in a project finds it under Manage


class NothingThere(Exception):
    """There is no such thing, or the person may not know that there is one."""


def projects_of(reach: Reach, right: ProjectRight) -> QuerySet[Project]:
    """The projects where the person has this right, by name."""
    return Project.objects.filter(pk__in=reach.projects_with(right)).order_by("name", "pk")


def projects_in_charge(reach: Reach, rights: Collection[ProjectRight]) -> QuerySet[Project]:
    """The projects where the person has any of these rights, by name."""
    found = {project_id for right in rights for project_id in reach.projects_with(right)}
    return Project.objects.filter(pk__in=found).order_by("name", "pk")


def project_for(reach: Reach, slug: str, right: ProjectRight) -> Project:
    """The project, where the person has this right in it. Raises NothingThere."""
    return _one(projects_of(reach, right).filter(slug=slug))


def group_for(reach: Reach, project: str, slug: str) -> Group:
    """Raises NothingThere."""
    its = project_for(reach, project, ProjectRight.STAFF)
    return _one(Group.objects.select_related("project").filter(project=its, slug=slug))


def queue_for(
    reach: Reach, project: str, slug: str, right: ProjectRight = ProjectRight.QUEUES, *, also_retired: bool = False
) -> Queue:
    """A queue, where the person has this right in its project. Raises NothingThere."""
    queues = Queue.objects.select_related("project", "parent", "group", "return_queue", "successor")
    if not also_retired:
        queues = queues.filter(retired_at=None)
    return _one(queues.filter(project=project_for(reach, project, right), slug=slug))


def mailbox_for(reach: Reach, project: str, mailbox_id: int) -> Mailbox:
    """Raises NothingThere."""
    mailboxes = Mailbox.objects.select_related("project", "queue")
    return _one(mailboxes.filter(project=project_for(reach, project, ProjectRight.MAILBOXES), pk=mailbox_id))


def calendar_for(reach: Reach, project: str, slug: str) -> Calendar:
    """Raises NothingThere."""
    calendars = Calendar.objects.select_related("project").prefetch_related("exceptions")
    return _one(calendars.filter(project=project_for(reach, project, ProjectRight.WORKING_TIME), slug=slug))


def target_for(reach: Reach, project: str, target_id: int) -> Target:
    """Raises NothingThere."""
    targets = Target.objects.select_related("project").prefetch_related("steps")
    return _one(targets.filter(project=project_for(reach, project, ProjectRight.WORKING_TIME), pk=target_id))


def person_for(reach: Reach, person_id: int) -> Person:
    """Somebody of the staff that the person looks after, with their memberships. Raises NothingThere."""
    return _one(people_of(reach).filter(pk=person_id))


def person_in_charge(reach: Reach, person_id: int) -> tuple[Person, list[Project]]:
    """Somebody, and those of their projects where the person looks after people or rights. Raises NothingThere."""
    person = _one(Person.objects.filter(pk=person_id).prefetch_related("memberships"))
    theirs = {one.project_id for one in person.memberships.all()}
    mine = projects_in_charge(reach, {ProjectRight.STAFF, ProjectRight.RIGHTS})
    found = list(mine if None in theirs and reach.is_admin else mine.filter(pk__in=theirs - {None}))
    if not found and not reach.is_admin:
        raise NothingThere
    return person, found


def people_of(reach: Reach) -> QuerySet[Person]:
    """The staff of the projects whose people the person looks after (an administrator: everybody), by login."""
    everywhere = Membership.objects.select_related("project", "group").order_by("project__name", "role", "group__name")
    people: QuerySet[Person] = Person.objects.order_by(Lower("login"))
    if not reach.is_admin:
        mine = Membership.objects.filter(project_id__in=reach.projects_with(ProjectRight.STAFF))
        people = people.filter(pk__in=mine.values("person_id"))
    return people.prefetch_related(Prefetch("memberships", queryset=everywhere))


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which people a list shows. `words` is looked for in login, name and address; `state` is `on`, `off` or empty."""

    words: str = ""
    role: str = ""
    project_id: int | None = None
    group_id: int | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people, and the login to go on behind (empty: there are no more)."""

    rows: list[Person]
    next: str


def people_page(reach: Reach, wanted: PeopleFilter, *, after: str = "", size: int = PAGE) -> PeoplePage:
    """People by login, behind the login `after`."""
    people = people_of(reach)
    words = wanted.words.strip()
    if words:
        people = people.filter(Q(login__icontains=words) | Q(name__icontains=words) | Q(email__icontains=words))
    memberships = Q()
    if wanted.role:
        memberships &= Q(role=wanted.role)
    if wanted.project_id is not None:
        memberships &= Q(project_id=wanted.project_id)
    if wanted.group_id is not None:
        memberships &= Q(group_id=wanted.group_id)
    if memberships:
        if not reach.is_admin:
            memberships &= Q(project_id__in=reach.projects_with(ProjectRight.STAFF))
        people = people.filter(pk__in=Membership.objects.filter(memberships).values("person_id"))
    if wanted.state:
        people = people.filter(is_active=wanted.state == "on")
    if after:
        people = people.annotate(key=Lower("login")).filter(key__gt=after.lower())
    found = list(people[: size + 1])
    return PeoplePage(found[:size], found[size - 1].login.lower() if len(found) > size else "")


@dataclass(frozen=True, slots=True)
class ProjectFigures:
    """A project and what is in it."""

    project: Project
    people: int
    groups: int
    queues: int
    mailboxes: int


def figures_of(reach: Reach, rights: Collection[ProjectRight]) -> list[ProjectFigures]:
    """Every project where the person has any of these rights, counted in five queries."""
    projects = list(projects_in_charge(reach, rights))
    keys = [project.pk for project in projects]
    people = _counted(Membership.objects.filter(project__in=keys, person__is_active=True), "person")
    groups = _counted(Group.objects.filter(project__in=keys), "pk")
    queues = _counted(Queue.objects.filter(project__in=keys, retired_at=None), "pk")
    mailboxes = _counted(Mailbox.objects.filter(project__in=keys), "pk")
    return [
        ProjectFigures(one, *(counted.get(one.pk, 0) for counted in (people, groups, queues, mailboxes)))
        for one in projects
    ]


def queues_without_people(reach: Reach) -> list[Queue]:
    """Queues of the second line in which nobody but leads would work: without group, or with nobody in it."""
    queues = Queue.objects.select_related("project", "group").filter(
        project_id__in=reach.projects_with(ProjectRight.QUEUES), retired_at=None, successor=None, line=Line.SECOND
    )
    staffed = Membership.objects.filter(person__is_active=True).exclude(group=None)
    return list(queues.exclude(group_id__in=staffed.values("group_id")).order_by("project__name", "position", "pk"))


def queues_of(project: Project) -> list[Queue]:
    """The queues of a project that are not retired, as a tree read from top to bottom; each has its `depth`."""
    related = ("group", "return_queue", "parent", "successor")
    rows = list(
        Queue.objects.select_related(*related)
        .filter(project=project, retired_at=None)
        .order_by("line", "position", "pk")
        .annotate(boxes=Count("mailboxes"))
    )
    here = {row.pk for row in rows}
    below: dict[int | None, list[Queue]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in here else None, []).append(row)
    ordered: list[Queue] = []

    def visit(parent: int | None, depth: int) -> None:
        for row in below.get(parent, []):
            row.__dict__["depth"] = depth
            ordered.append(row)
            visit(row.pk, depth + 1)

    visit(None, 0)
    return ordered


def groups_of(project: Project) -> QuerySet[Group]:
    """The groups of a project with the number of their people and queues, by name."""
    return (
        Group.objects.filter(project=project)
        .annotate(
            people=Count("memberships__person", filter=Q(memberships__person__is_active=True), distinct=True),
            in_use=Count("queues", filter=Q(queues__retired_at=None), distinct=True),
        )
        .order_by("line", "name", "pk")
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Something that fits a search: `kind` is `project`, `queue`, `topic`, `group`, `mailbox`, `calendar`, or one of
    those of `rules.queries.search`."""

    kind: str
    id: int
    name: str
    slug: str
    project: str
    project_name: str


def search(reach: Reach, words: str, *, kind: str, after: int = 0, size: int = PAGE) -> list[Found]:
    """What bears these words in its name or address, one kind at a time, behind the id `after`; one more than `size`
    when there is more."""
    words = words.strip()
    if not words:
        return []
    named = Q(name__icontains=words) | Q(slug__icontains=words)
    rows: QuerySet[Any]
    match kind:
        case "project":
            rows = Project.objects.filter(named, pk__in=projects_in_charge(reach, SETTING_UP).values("pk")).values_list(
                "pk", "name", "slug", "slug", "name"
            )
        case "queue":
            rows = Queue.objects.filter(named, project_id__in=reach.projects_with(ProjectRight.QUEUES), retired_at=None)
            rows = rows.values_list("pk", "name", "slug", "project__slug", "project__name")
        case "topic":
            rows = Topic.objects.filter(named, project_id__in=reach.projects_with(ProjectRight.TOPICS), retired_at=None)
            rows = rows.values_list("pk", "name", "slug", "project__slug", "project__name")
        case "calendar":
            rows = Calendar.objects.filter(named, project_id__in=reach.projects_with(ProjectRight.WORKING_TIME))
            rows = rows.values_list("pk", "name", "slug", "project__slug", "project__name")
        case "group":
            rows = Group.objects.filter(named, project_id__in=reach.projects_with(ProjectRight.STAFF))
            rows = rows.values_list("pk", "name", "slug", "project__slug", "project__name")
        case "mailbox":
            rows = Mailbox.objects.filter(
                Q(address__icontains=words) | Q(sender_name__icontains=words),
                project_id__in=reach.projects_with(ProjectRight.MAILBOXES),
            ).values_list("pk", "address", F("queue__name"), "project__slug", "project__name")
        case _:
            return []
    return [Found(kind, *row) for row in rows.filter(pk__gt=after).order_by("pk")[: size + 1]]


def _one(rows: QuerySet[Thing]) -> Thing:
    found = rows.first()
    if found is None:
        raise NothingThere
    return found


def _counted(rows: QuerySet[Any], what: str) -> dict[int, int]:
    return dict(rows.order_by().values_list("project").annotate(n=Count(what, distinct=True)))
