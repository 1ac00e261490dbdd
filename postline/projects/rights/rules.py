"""How roles and rules together decide. Pure: values in, sets of rights out.

A rule allows or forbids one right, to a line, a group or a person, in one queue, in the queues of a group or line, or
in all of the project. Later beats earlier: what the role gives; rules for the line; for the group; for the person. Of
two for the same, the one for less beats the one for more (queue, group's queues, line's queues, all), and of two for
just as much the one that forbids beats the one that allows. See docs/decisions/0019-rights-that-are-set.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from postline.projects.models import Queue, Role
from postline.projects.rights.names import NOT_GIVEN, ProjectRight, Right
from postline.projects.rights.roles import (
    ENTERING,
    INTO,
    LEADING,
    LINE_OF,
    NONE,
    PROJECT_RIGHTS,
    rights_of_role,
)

PERSONS = frozenset(str(right) for right in ProjectRight if right not in NOT_GIVEN)  # in all of a project


@dataclass(frozen=True, slots=True)
class Place:
    """A queue as far as rights ask about it. `is_emptied`: it has a successor, and nothing goes in any more."""

    id: int
    project_id: int
    line: int
    group_id: int | None
    private: bool
    is_emptied: bool

    @classmethod
    def of(cls, queue: Queue) -> Place:
        """The place that a queue is."""
        emptied = queue.successor_id is not None
        return cls(queue.pk, queue.project_id, queue.line, queue.group_id, queue.private, emptied)


@dataclass(frozen=True, slots=True)
class Rule:
    """A `Grant` as a value: of `line`, `group_id`, `person_id` one is set; of the places at most one."""

    project_id: int
    line: int | None
    group_id: int | None
    person_id: int | None
    queue_id: int | None
    queues_of_line: int | None
    queues_of_group: int | None
    right: str
    allowed: bool

    @property
    def weight(self) -> tuple[int, int, bool]:
        """What is heavier is applied later, and so decides."""
        whose = 2 if self.person_id is not None else 1 if self.group_id is not None else 0
        where = (
            3
            if self.queue_id is not None
            else 2
            if self.queues_of_group is not None
            else 1
            if self.queues_of_line is not None
            else 0
        )
        return whose, where, not self.allowed

    def holds_in(self, place: Place) -> bool:
        """Whether the queue is one of those that the rule is about."""
        if self.queue_id is not None:
            return self.queue_id == place.id
        if self.queues_of_group is not None:
            return self.queues_of_group == place.group_id
        return self.queues_of_line is None or self.queues_of_line == place.line


@dataclass(frozen=True, slots=True)
class Seat:
    """A role that somebody has, and where: without a project in all of them."""

    role: str
    project_id: int | None
    group_id: int | None


@dataclass(frozen=True)
class Standing:
    """What somebody is in one project."""

    seats: tuple[Seat, ...]
    person_id: int | None = None  # None: anybody in these seats

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles alone."""
        return frozenset(seat.role for seat in self.seats)

    @cached_property
    def is_bound(self) -> bool:
        """Whether rules for lines and groups hold for them: not for those who lead the project."""
        return not self.roles & LEADING

    @cached_property
    def is_own_case(self) -> bool:
        """Whether rules for the person hold: for members of the project, never for administrators of everything."""
        return Role.ADMIN not in self.roles and any(seat.project_id is not None for seat in self.seats)

    @cached_property
    def only_learns(self) -> bool:
        """What is allowed to a line is not allowed to its trainees; what is forbidden to it is forbidden to them."""
        return {role for role in self.roles if role in LINE_OF} == {Role.TRAINEE}

    @cached_property
    def lines(self) -> frozenset[int]:
        """The lines in which they work."""
        return frozenset(int(LINE_OF[Role(seat.role)]) for seat in self.seats if seat.role in LINE_OF)

    @cached_property
    def groups(self) -> frozenset[int]:
        """The groups in which they work."""
        return frozenset(seat.group_id for seat in self.seats if seat.group_id is not None)

    def concerns(self, rule: Rule) -> bool:
        """Whether a rule is for them."""
        if rule.person_id is not None:
            return self.is_own_case and rule.person_id == self.person_id
        if not self.is_bound:
            return False
        return rule.line in self.lines if rule.line is not None else rule.group_id in self.groups

    def sorted_rules(self, rules: Iterable[Rule]) -> list[Rule]:
        """Those that are for them; the last one that holds somewhere decides there."""
        return sorted((rule for rule in rules if self.concerns(rule)), key=lambda rule: rule.weight)


@dataclass(frozen=True, slots=True)
class Settled:
    """What somebody may do in a queue. `is_closed`: a rule says that they do not see it."""

    rights: frozenset[str]
    is_closed: bool = False


def settled(place: Place, standing: Standing, rules: Sequence[Rule]) -> Settled:
    """What somebody may do in a queue; `rules` are theirs, sorted."""
    default = by_default(place, standing)
    rights = set(default)
    own = False
    seen: Rule | None = None
    for rule in rules:
        if rule.person_id is not None and not own:
            own = True
            if standing.only_learns:
                rights &= default
        if rule.right in PERSONS or not rule.holds_in(place):
            continue
        (rights.add if rule.allowed else rights.discard)(rule.right)
        if rule.right == Right.SEE:
            seen = rule
    if rules and not own and standing.only_learns:
        rights &= default
    if Right.SEE not in rights:  # whoever does not see a queue can at most move tickets into it
        rights &= INTO
    if place.is_emptied:
        rights -= INTO
    return Settled(frozenset(rights), seen is not None and not seen.allowed)


def by_default(place: Place, standing: Standing) -> frozenset[str]:
    """What the roles give in a queue, before any rule."""
    found = NONE
    for seat in standing.seats:
        found |= given_by(seat, place)
    return found


def given_by(seat: Seat, place: Place) -> frozenset[str]:
    """What one role gives in a queue."""
    is_own = seat.group_id is not None and seat.group_id == place.group_id
    return rights_of_role(seat.role, line=place.line, is_own=is_own, private=place.private)


def settled_in_project(standing: Standing, rules: Sequence[Rule]) -> frozenset[ProjectRight]:
    """What somebody may do in the project itself: what the roles give, then the rules for the person."""
    found = set(ENTERING.union(*(PROJECT_RIGHTS.get(seat.role, ENTERING) for seat in standing.seats)))
    for rule in rules:
        if rule.person_id is not None and rule.right in PERSONS:
            right = ProjectRight(rule.right)
            (found.add if rule.allowed else found.discard)(right)
    return frozenset(found)
