"""A person's reach: for every queue, the set of rights they have there; for every project and everything likewise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.db.models import FilteredRelation, Q

from postline.projects.models import Grant, Membership, Person, Project, Queue, Role
from postline.projects.rights.names import Forbidden, ProjectRight
from postline.projects.rights.roles import ENTERING, NONE, PROJECT_RIGHTS
from postline.projects.rights.rules import Place, Rule, Seat, Standing, settled, settled_in_project

QUEUE_FIELDS = ("id", "project_id", "line", "group_id", "private", "successor_id")
RULE_FIELDS = (
    "line",
    "group_id",
    "person_id",
    "queue_id",
    "queues_of_line",
    "queues_of_group_id",
    "right",
    "allowed",
)


@dataclass(frozen=True, slots=True)
class Entered:
    """A project that somebody may enter, as far as headers and menus tell of it."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What reaches are worked out from: projects, their queues, and the rules of each project."""

    projects: Mapping[int, Entered] = field(default_factory=dict)
    places: Sequence[Place] = ()
    rules: Mapping[int, Sequence[Rule]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """All that one person may do, worked out once per request. `closed`: queues that a rule hides from them."""

    person: Person
    roles: frozenset[str]
    queues: Mapping[int, frozenset[str]]
    projects: Mapping[int, frozenset[ProjectRight]]
    closed: frozenset[int] = frozenset()
    ground: Ground = field(default_factory=Ground, repr=False, compare=False)
    seats: Sequence[Seat] = field(default=(), repr=False, compare=False)

    def may(self, right: str, queue_id: int | None) -> bool:
        """Whether the person has this right in this queue."""
        return queue_id is not None and right in self.queues.get(queue_id, NONE)

    def would_have(self, place: Place) -> frozenset[str]:
        """The rights that the person would have in a queue such as this one, if there were one."""
        seats = tuple(seat for seat in self.seats if seat.project_id in (None, place.project_id))
        standing = Standing(seats, self.person.pk)
        return settled(place, standing, standing.sorted_rules(self.ground.rules.get(place.project_id, ()))).rights

    def require(self, right: str, queue_id: int | None) -> None:
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

    def queues_with(self, right: str) -> list[int]:
        """The ids of the queues where the person has the right."""
        return [queue_id for queue_id, rights in self.queues.items() if right in rights]

    def projects_with(self, right: ProjectRight) -> list[int]:
        """The ids of the projects where the person has the right."""
        return [project_id for project_id, rights in self.projects.items() if right in rights]

    def may_appoint(self, role: str, project_id: int | None, group_id: int | None = None) -> bool:
        """Whether the person may give or take this role: nobody gives more than they have themselves."""
        if self.is_admin:
            return True
        if project_id is None or not self.may_in_project(ProjectRight.STAFF, project_id):
            return False
        standing = Standing((Seat(role, project_id, group_id),))
        return self._covers(standing, project_id)

    def covers(self, others: Reach, *, besides: Reach | None = None) -> bool:
        """Whether the person may do all that somebody else may: then they may decide about them.

        `besides`: what does not count, because the other one may do it anyway.
        """
        if self.is_admin or others.is_admin:
            return self.is_admin
        anyway = besides or Reach(others.person, frozenset(), {}, {})
        in_queues = all(
            rights - anyway.queues.get(key, NONE) <= self.queues.get(key, NONE) for key, rights in others.queues.items()
        )
        return in_queues and all(
            rights - anyway.projects.get(key, NONE) <= self.projects.get(key, frozenset())
            for key, rights in others.projects.items()
        )

    def within(self, project_id: int | None) -> Reach:
        """As far as it goes in one project, for lists that show no other; without one, all of it."""
        if project_id is None or project_id not in self.projects:
            return self
        mine = {place.id for place in self.ground.places if place.project_id == project_id}
        queues = {key: rights for key, rights in self.queues.items() if key in mine}
        return replace(self, roles=frozenset(), queues=queues, projects={project_id: self.projects[project_id]})

    @property
    def is_admin(self) -> bool:
        """An administrator of the whole installation."""
        return Role.ADMIN in self.roles

    @cached_property
    def entered(self) -> list[Entered]:
        """The projects that the person may enter, by name."""
        found = (self.ground.projects[key] for key in self.projects if key in self.ground.projects)
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    def _covers(self, standing: Standing, project_id: int) -> bool:
        rules = standing.sorted_rules(self.ground.rules.get(project_id, ()))
        if not settled_in_project(standing, rules) <= self.projects[project_id]:
            return False
        places = (place for place in self.ground.places if place.project_id == project_id)
        return all(settled(place, standing, rules).rights <= self.queues.get(place.id, NONE) for place in places)


def reach_of(person: Person) -> Reach:
    """What `person` may do, in three queries. Who is not active may do nothing."""
    return reaches_of([person])[person.pk]


def reaches_of(people: Sequence[Person], *, also_inactive: bool = False) -> dict[int, Reach]:
    """What each of these people may do, by their id: three queries, however many they are.

    `also_inactive`: what those could do who are switched off.
    """
    seats: dict[int, list[Seat]] = {person.pk: [] for person in people if person.is_active or also_inactive}
    memberships = list(Membership.objects.filter(person__in=list(seats))) if seats else []
    for one in memberships:
        seats[one.person_id].append(Seat(one.role, one.project_id, one.group_id))
    ground = Ground()
    if memberships:
        everywhere = any(one.project_id is None for one in memberships)
        ids = None if everywhere else {one.project_id for one in memberships if one.project_id is not None}
        ground = _ground(ids, [person.pk for person in people])
    return {person.pk: _reach(person, seats.get(person.pk, []), ground) for person in people}


def people_with(right: str, queue: Queue, *, among: Iterable[Person] | None = None) -> Collection[Person]:
    """The active people who have this right in this queue, by login. Two queries."""
    found = [person for person, rights in rights_in(queue, among=among).items() if right in rights]
    return sorted(found, key=lambda person: person.login)


def rights_in(queue: Queue, *, among: Iterable[Person] | None = None) -> dict[Person, frozenset[str]]:
    """What the active people of its project, or those of them, may do in this queue. Two queries."""
    memberships = Membership.objects.filter(person__is_active=True).select_related("person")
    memberships = memberships.filter(project=queue.project_id) | memberships.filter(project=None)
    people: dict[int, Person] = {}
    seats: dict[int, list[Seat]] = {}
    for one in memberships:
        people[one.person_id] = one.person
        seats.setdefault(one.person_id, []).append(Seat(one.role, one.project_id, one.group_id))
    rows = Grant.objects.filter(project=queue.project_id).values_list(*RULE_FIELDS)
    rules = [Rule(queue.project_id, *row) for row in rows]
    place = Place.of(queue)
    wanted = None if among is None else {person.pk for person in among}
    found = {}
    for key, person in people.items():
        if wanted is None or key in wanted:
            standing = Standing(tuple(seats[key]), key)
            found[person] = settled(place, standing, standing.sorted_rules(rules)).rights
    return found


def _ground(project_ids: Collection[int] | None, person_ids: Collection[int]) -> Ground:
    """Two queries: projects with their rules (for lines, groups and these people), and queues in use."""
    projects = Project.objects.filter(archived_at=None)
    stock = Queue.objects.filter(retired_at=None, project__archived_at=None)
    if project_ids is not None:
        projects, stock = projects.filter(pk__in=project_ids), stock.filter(project_id__in=project_ids)
    concerned = Q(grants__person=None) | Q(grants__person__in=person_ids)
    rows = projects.annotate(rule=FilteredRelation("grants", condition=concerned)).values_list(
        "pk", "slug", "name", *(f"rule__{name}" for name in RULE_FIELDS)
    )
    entered: dict[int, Entered] = {}
    rules: dict[int, list[Rule]] = {}
    for key, slug, name, *rule in rows:
        entered[key] = Entered(key, slug, name)
        if rule[-1] is not None:
            rules.setdefault(key, []).append(Rule(key, *rule))
    places = [Place.of(queue) for queue in stock.only(*QUEUE_FIELDS).order_by("position", "id")]
    return Ground(entered, places, rules)


def _reach(person: Person, seats: Sequence[Seat], ground: Ground) -> Reach:
    own = {seat.project_id for seat in seats}
    standings: dict[int, tuple[Standing, list[Rule]]] = {}
    entered: dict[int, frozenset[ProjectRight]] = {}
    for key in ground.projects:
        if None in own or key in own:
            standing = Standing(tuple(seat for seat in seats if seat.project_id in (None, key)), person.pk)
            rules = standing.sorted_rules(ground.rules.get(key, ()))
            standings[key] = standing, rules
            entered[key] = settled_in_project(standing, rules)
    queues: dict[int, frozenset[str]] = {}
    closed = []
    for place in ground.places:
        if place.project_id in standings:
            found = settled(place, *standings[place.project_id])
            if found.rights:
                queues[place.id] = found.rights
            if found.is_closed:
                closed.append(place.id)
    roles = frozenset(seat.role for seat in seats)
    return Reach(person, roles, queues, entered, frozenset(closed), ground, tuple(seats))
