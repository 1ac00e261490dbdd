"""Rights that are set: for a line, a group or a person, on top of what roles give (`projects/rights/rules.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from postline.projects import audit, changes
from postline.projects.managed import NothingThere
from postline.projects.memberships import OwnRight
from postline.projects.models import AuditEntry, Grant, Group, Line, Person, Project, Queue, Role
from postline.projects.rights import Forbidden, ProjectRight, Reach, Right, reach_of, reaches_of
from postline.projects.rights.names import project_rights, queue_rights
from postline.projects.rights.rules import Place, Rule

CODES = {True: "allow", False: "forbid", None: ""}
STATES: dict[str, bool | None] = {code: state for state, code in CODES.items()}


class WrongRule(Exception):
    """A right that there is not, or one that cannot be set there: the message is its name."""


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose rights: one of the three is set."""

    line: Line | None = None
    group: Group | None = None
    person: Person | None = None

    @property
    def code(self) -> str:
        """`line:1`, `group:web`, `person:anna`: as the audit log names them."""
        if self.line is not None:
            return f"line:{int(self.line)}"
        return f"group:{self.group.slug}" if self.group else f"person:{self.person}"

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of `Grant`."""
        return {"line": self.line, "group": self.group, "person": self.person}


@dataclass(frozen=True, slots=True)
class Where:
    """In which queues: at most one is set; none means all of the project."""

    queue: Queue | None = None
    line: Line | None = None
    group: Group | None = None

    @property
    def code(self) -> str:
        """`queue:inbox`, `line:1`, `group:web`, or empty: all."""
        if self.queue is not None:
            return f"queue:{self.queue.slug}"
        if self.line is not None:
            return f"line:{int(self.line)}"
        return f"group:{self.group.slug}" if self.group else ""

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of `Grant`."""
        return {"queue": self.queue, "queues_of_line": self.line, "queues_of_group": self.group}

    def places(self, reach: Reach, project_id: int) -> list[Place]:
        """The queues in use that it means now."""
        columns = (
            self.queue.pk if self.queue else None,
            int(self.line) if self.line is not None else None,
            self.group.pk if self.group else None,
        )
        probe = Rule(project_id, None, None, None, *columns, "", True)
        return [one for one in reach.ground.places if one.project_id == project_id and probe.holds_in(one)]

    def still_to_come(self, project_id: int) -> list[Place]:
        """Of each kind of queue that it will mean once somebody makes one, an example."""
        if self.queue is not None:
            return []
        line = self.line if self.line is not None else Line(self.group.line) if self.group else None
        group_id = self.group.pk if self.group else SOME_GROUP
        first = [Place(NO_QUEUE, project_id, Line.FIRST, None, private=False, is_emptied=False)]
        second = [
            Place(NO_QUEUE, project_id, Line.SECOND, group_id, private=private, is_emptied=False)
            for private in (False, True)
        ]
        return [one for one in (*first, *second) if line in (None, one.line)]


NO_QUEUE, SOME_GROUP = 0, 0  # ids that nothing has


def target(project: Project, whom: Whom) -> str:
    """How the audit log names somebody's rights."""
    return f"rights:{project.slug}/{whom.code}"


def whom_of(project: Project, code: str) -> Whom:
    """The line, group or person of this code. Raises NothingThere, also for people who are not of the project."""
    kind, _, key = code.partition(":")
    if kind == "line" and key in {str(line.value) for line in Line}:
        return Whom(line=Line(int(key)))
    if kind == "group":
        group = Group.objects.filter(project=project, slug=key).first()
        if group is not None:
            return Whom(group=group)
    if kind == "person":
        person = members_of(project).filter(login=key).first()
        if person is not None:
            return Whom(person=person)
    raise NothingThere


def where_of(project: Project, code: str) -> Where:
    """The queues of this code. Raises NothingThere."""
    kind, _, key = code.partition(":")
    if not code:
        return Where()
    if kind == "line" and key in {str(line.value) for line in Line}:
        return Where(line=Line(int(key)))
    if kind == "group":
        group = Group.objects.filter(project=project, slug=key).first()
        if group is not None:
            return Where(group=group)
    if kind == "queue":
        queue = Queue.objects.filter(project=project, slug=key, retired_at=None).first()
        if queue is not None:
            return Where(queue=queue)
    raise NothingThere


def members_of(project: Project) -> QuerySet[Person]:
    """Those for whom rules can be set: who belongs to the project and does not administer the installation."""
    found: QuerySet[Person] = Person.objects.filter(memberships__project=project)
    return found.exclude(memberships__role=Role.ADMIN).distinct().order_by("login")


def may_give(reach: Reach, project_id: int, where: Where, right: str) -> bool:
    """Whether the person has this right in all that is meant, and will be once there are more queues: nobody gives away
    more than they have."""
    if reach.is_admin:
        return True
    if right in project_rights():
        return reach.may_in_project(ProjectRight(right), project_id)
    places = where.places(reach, project_id)
    if right == Right.MOVE_INTO:
        places = [place for place in places if not place.is_emptied]
    coming = where.still_to_come(project_id)
    return all(reach.may(right, place.id) for place in places) and all(
        right in reach.would_have(place) for place in coming
    )


@transaction.atomic
def change_rights(
    reach: Reach,
    *,
    project_id: int,
    whom: Whom,
    where: Where,
    wanted: Mapping[str, bool | None],
    seen: int,
    now: datetime,
) -> int:
    """Set rights: True allows, False forbids, None leaves them to what holds otherwise; those that are not named stay.

    Returns the number of the entry in the audit log, 0 where nothing was different; `take_back` undoes it. Raises
    Forbidden, OwnRight, WrongRule, ChangedMeanwhile.
    """
    reach.require_in_project(ProjectRight.RIGHTS, project_id)
    project = Project.objects.select_for_update(no_key=True).get(pk=project_id)  # one at a time
    reach = reach_of(reach.person)  # as it is now that the one before is done
    reach.require_in_project(ProjectRight.RIGHTS, project_id)
    _require_decides_about(reach, whom, project)
    name = target(project, whom)
    changes.require_unchanged(reach, name, seen=seen, project_id=project.pk)
    columns = {**whom.columns, **where.columns}
    there = {one.right: one for one in Grant.objects.filter(project=project, **_exactly(columns))}
    before = {right: there[right].allowed if right in there else None for right in wanted}
    differing = {right: allowed for right, allowed in wanted.items() if before[right] is not allowed}
    for right, allowed in differing.items():
        _require_fitting(right, whom, where)
        gives = allowed is True or (allowed is None and before[right] is False)
        if gives and not may_give(reach, project.pk, where, right):
            raise Forbidden(right)
    if not differing:
        return 0
    Grant.objects.filter(project=project, right__in=list(differing), **_exactly(columns)).delete()
    Grant.objects.bulk_create(
        Grant(project=project, right=right, allowed=allowed, set_at=now, set_by=reach.person, **columns)
        for right, allowed in differing.items()
        if allowed is not None
    )
    detail = {
        "project": project.pk,
        "where": where.code,
        "before": {right: CODES[before[right]] for right in differing},
        "after": {right: CODES[allowed] for right, allowed in differing.items()},
    }
    audit.record(actor=reach.person.login, action="rights.changed", target=name, detail=detail, now=now)
    return changes.last_change(name)


def take_back(reach: Reach, *, project_id: int, number: int, now: datetime) -> int:
    """Undo the change with this number in the audit log; returns the number of the new entry.

    Raises Forbidden, OwnRight, ChangedMeanwhile where there were others since, NothingThere.
    """
    reach.require_in_project(ProjectRight.RIGHTS, project_id)
    project = Project.objects.get(pk=project_id)
    entry = AuditEntry.objects.filter(number=number, action="rights.changed", detail__project=project_id).first()
    prefix = f"rights:{project.slug}/"
    if entry is None or not entry.target.startswith(prefix):
        raise NothingThere
    return change_rights(
        reach,
        project_id=project_id,
        whom=whom_of(project, entry.target.removeprefix(prefix)),
        where=where_of(project, entry.detail["where"]),
        wanted={right: STATES[code] for right, code in entry.detail["before"].items()},
        seen=number,
        now=now,
    )


def may_decide_about(reach: Reach, whom: Whom, project_id: int) -> bool:
    """Whether rules may be set for them: for no one who may do more than oneself, and not for oneself."""
    if whom.person is None:
        return True
    if whom.person.pk == reach.person.pk:
        return False
    theirs = reaches_of([whom.person], also_inactive=True)[whom.person.pk]
    return reach.is_admin or reach.covers(theirs.within(project_id))


def _require_decides_about(reach: Reach, whom: Whom, project: Project) -> None:
    if whom.person is not None and whom.person.pk == reach.person.pk:
        raise OwnRight(whom.person.login)
    if whom.person is not None and not members_of(project).filter(pk=whom.person.pk).exists():
        raise NothingThere
    if not may_decide_about(reach, whom, project.pk):
        raise Forbidden(ProjectRight.RIGHTS)


def _require_fitting(right: str, whom: Whom, where: Where) -> None:
    if right in project_rights():
        if whom.person is None or where != Where():
            raise WrongRule(right)
    elif right not in queue_rights():
        raise WrongRule(right)


def _exactly(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name if value is not None else f"{name}__isnull": value or True for name, value in columns.items()}
