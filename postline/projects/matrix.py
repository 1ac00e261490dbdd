"""The rights of a project as a table: lines, groups and people with exceptions; what is set, what holds without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from postline.projects.grants import Where, Whom
from postline.projects.models import Grant, Group, Line, Membership, Person, Project, Role
from postline.projects.rights import ProjectRight, Reach
from postline.projects.rights.names import project_rights, queue_rights
from postline.projects.rights.reach import RULE_FIELDS
from postline.projects.rights.rules import Place, Rule, Seat, Standing, settled, settled_in_project


class Has(StrEnum):
    """In which of the queues that are looked at the right is there."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """One right of a row: `state` is what is set here, `otherwise` what would hold without it, `has` what holds."""

    right: str
    state: bool | None
    otherwise: Has
    has: Has


@dataclass(frozen=True, slots=True)
class Row:
    """What a line, a group or a person may do in some queues; for people also the areas of management, which do not
    depend on queues. `elsewhere`: how many rules there are for them about other queues."""

    whom: Whom
    name: str
    cells: list[Cell]
    areas: list[Cell]
    elsewhere: int


def matrix(reach: Reach, project: Project, where: Where) -> list[Row]:
    """Both lines, the groups of the second one, then the people who have rules of their own. Four queries."""
    grants = list(Grant.objects.filter(project=project))
    groups = list(Group.objects.filter(project=project, line=Line.SECOND).order_by("name", "pk"))
    keys = {one.person_id for one in grants if one.person_id is not None}
    people: list[Person] = list(Person.objects.filter(pk__in=keys).order_by("login"))
    whoms = [
        *(Whom(line=line) for line in Line),
        *(Whom(group=group) for group in groups),
        *(Whom(person=person) for person in people),
    ]
    return _rows(reach, project, where, whoms, grants)


def row(reach: Reach, project: Project, whom: Whom, where: Where) -> Row:
    """One of them."""
    return _rows(reach, project, where, [whom], list(Grant.objects.filter(project=project)))[0]


def _rows(reach: Reach, project: Project, where: Where, whoms: Sequence[Whom], grants: Sequence[Grant]) -> list[Row]:
    rules = [Rule(project.pk, *(getattr(one, name) for name in RULE_FIELDS)) for one in grants]
    seats: dict[int, list[Seat]] = {}
    people = [whom.person for whom in whoms if whom.person is not None]
    for one in Membership.objects.filter(person__in=people) if people else ():
        if one.project_id in (None, project.pk):
            seats.setdefault(one.person_id, []).append(Seat(one.role, one.project_id, one.group_id))
    places = where.places(reach, project.pk)
    return [_row(project, whom, where, places, rules, seats) for whom in whoms]


def _row(
    project: Project,
    whom: Whom,
    where: Where,
    places: Sequence[Place],
    rules: Sequence[Rule],
    seats: dict[int, list[Seat]],
) -> Row:
    standing = _standing(project, whom, seats)
    mine = standing.sorted_rules(rules)
    own = [rule for rule in rules if _is_for(rule, whom)]
    here = {rule.right: rule.allowed for rule in own if _is_about(rule, where)}
    without = [rule for rule in mine if not (_is_for(rule, whom) and _is_about(rule, where))]
    now = [settled(place, standing, mine).rights for place in places]
    then = [settled(place, standing, without).rights for place in places]
    cells = [Cell(right, here.get(right), _has(right, then), _has(right, now)) for right in queue_rights()]
    areas = []
    if whom.person is not None and where == Where():
        has, otherwise = settled_in_project(standing, mine), settled_in_project(standing, without)
        areas = [
            Cell(right, here.get(right), _has(ProjectRight(right), [otherwise]), _has(ProjectRight(right), [has]))
            for right in project_rights()
        ]
    return Row(whom, _name(whom), cells, areas, sum(not _is_about(rule, where) for rule in own))


def _standing(project: Project, whom: Whom, seats: dict[int, list[Seat]]) -> Standing:
    if whom.person is not None:
        return Standing(tuple(seats.get(whom.person.pk, ())), whom.person.pk)
    if whom.group is not None:
        return Standing((Seat(Role.LINE2, project.pk, whom.group.pk),))
    return Standing((Seat(Role.LINE1 if whom.line == Line.FIRST else Role.LINE2, project.pk, None),))


def _is_for(rule: Rule, whom: Whom) -> bool:
    line = int(whom.line) if whom.line is not None else None
    group, person = whom.group.pk if whom.group else None, whom.person.pk if whom.person else None
    return (rule.line, rule.group_id, rule.person_id) == (line, group, person)


def _is_about(rule: Rule, where: Where) -> bool:
    line = int(where.line) if where.line is not None else None
    queue, group = where.queue.pk if where.queue else None, where.group.pk if where.group else None
    return (rule.queue_id, rule.queues_of_line, rule.queues_of_group) == (queue, line, group)


def _has(right: str, found: Iterable[frozenset[str]]) -> Has:
    there = [right in rights for rights in found]
    if not any(there):
        return Has.NONE
    return Has.ALL if all(there) else Has.SOME


def _name(whom: Whom) -> str:
    if whom.line is not None:
        return str(whom.line.label)
    if whom.group is not None:
        return whom.group.name
    return whom.person.shown_name if whom.person else ""
