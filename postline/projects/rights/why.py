"""What somebody may do, and why: which role gives it, which rule changed that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from postline.projects.models import Grant, Membership, Person, Project, Queue, Role
from postline.projects.rights.names import ProjectRight, Right, project_rights, queue_rights
from postline.projects.rights.reach import RULE_FIELDS, Reach
from postline.projects.rights.roles import ENTERING, PROJECT_RIGHTS
from postline.projects.rights.rules import Place, Rule, Seat, Standing, given_by, settled


class Because(StrEnum):
    """What decides."""

    ROLE = "role"  # the roles give it
    RULE = "rule"  # a rule allows or forbids it
    NO_ROLE = "no-role"  # neither a role nor a rule gives it
    UNSEEN = "unseen"  # whoever does not see the queue can do nothing in it but move into it
    EMPTIED = "emptied"  # the queue is being emptied
    LEARNS = "learns"  # a rule allows it to the line, but not to its trainees


@dataclass(frozen=True, slots=True)
class Reason:
    """Whether a right is there, and why. `roles` give it; `rule` decides."""

    allowed: bool
    because: Because
    roles: tuple[Membership, ...] = ()
    rule: Grant | None = None


@dataclass(frozen=True, slots=True)
class InQueue:
    """A queue, and each right in it with its reason."""

    queue: Queue
    reasons: Mapping[str, Reason]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody may do in a project."""

    project: Project
    memberships: list[Membership]
    queues: list[InQueue]
    areas: Mapping[str, Reason]


def why(reach: Reach, person: Person, project: Project) -> Answer:
    """Each queue and right with its reason, in three queries; private queues only where whoever asks (`reach`) or the
    person has something to do with them. The caller has asked whether `reach` may know this of `person`."""
    memberships = [
        one
        for one in Membership.objects.filter(person=person).select_related("group", "project").order_by("pk")
        if one.project_id in (None, project.pk)
    ]
    seats = tuple(Seat(one.role, one.project_id, one.group_id) for one in memberships)
    standing = Standing(seats, person.pk)
    of_seat = dict(zip(seats, memberships, strict=True))
    grants = Grant.objects.filter(project=project).select_related(
        "group", "person", "queue", "queues_of_group", "set_by"
    )
    pairs = [(Rule(project.pk, *(getattr(one, name) for name in RULE_FIELDS)), one) for one in grants]
    pairs = sorted((pair for pair in pairs if standing.concerns(pair[0])), key=lambda pair: pair[0].weight)
    queues = Queue.objects.filter(project=project, retired_at=None).order_by("line", "position", "pk")
    found = []
    for queue in queues:
        place = Place.of(queue)
        known = settled(place, standing, [rule for rule, _grant in pairs]).rights or reach.queues.get(queue.pk)
        if known or not queue.private:
            reasons = {right: _in_queue(right, place, standing, pairs, of_seat) for right in queue_rights()}
            found.append(InQueue(queue, reasons))
    areas = {right: _in_project(right, standing, pairs, of_seat) for right in project_rights()}
    return Answer(project, memberships, found, areas)


Pairs = Sequence[tuple[Rule, Grant]]
Seats = Mapping[Seat, Membership]


def _in_queue(right: str, place: Place, standing: Standing, pairs: Pairs, seats: Seats) -> Reason:
    if right == Right.MOVE_INTO and place.is_emptied:
        return Reason(False, Because.EMPTIED)
    if right not in (Right.SEE, Right.MOVE_INTO):
        seen = _in_queue(Right.SEE, place, standing, pairs, seats)
        if not seen.allowed:
            return Reason(False, Because.UNSEEN, rule=seen.rule)
    giving = tuple(member for seat, member in seats.items() if right in given_by(seat, place))
    decides = [(rule, grant) for rule, grant in pairs if rule.right == right and rule.holds_in(place)]
    if not decides:
        return Reason(bool(giving), Because.ROLE if giving else Because.NO_ROLE, giving)
    rule, grant = decides[-1]
    if rule.allowed and rule.person_id is None and standing.only_learns and not giving:
        return Reason(False, Because.LEARNS, rule=grant)
    return Reason(rule.allowed, Because.RULE, giving, grant)


def _in_project(right: str, standing: Standing, pairs: Pairs, seats: Seats) -> Reason:
    area = ProjectRight(right)
    giving = tuple(member for seat, member in seats.items() if area in PROJECT_RIGHTS.get(seat.role, ENTERING))
    decides = [(rule, grant) for rule, grant in pairs if rule.right == right and rule.person_id is not None]
    if not decides or Role.ADMIN in standing.roles:
        return Reason(bool(giving), Because.ROLE if giving else Because.NO_ROLE, giving)
    rule, grant = decides[-1]
    return Reason(rule.allowed, Because.RULE, giving, grant)
