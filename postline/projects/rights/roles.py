"""What each role may do by itself: the table of docs/decisions/0005-rights-by-role.md."""

from __future__ import annotations

from functools import cache

from postline.projects.models import Line, Role
from postline.projects.rights.names import ProjectRight, Right, queue_rights, when_more

NONE: frozenset[str] = frozenset()
READING = frozenset({Right.SEE, Right.PERSONAL})
COLLEAGUE = frozenset({Right.SEE, Right.NOTE, Right.MOVE, Right.MOVE_INTO, Right.REVEAL})
INTO = frozenset({Right.MOVE_INTO})
LEARNING = frozenset({Right.SEE, Right.NOTE})
WORKING = frozenset(Right) - {Right.ASSIGN, Right.BULK, Right.EXPORT}

LEADING = frozenset({Role.LEAD, Role.PROJECT_ADMIN, Role.ADMIN})
LINE_OF = {Role.LINE1: Line.FIRST, Role.TRAINEE: Line.FIRST, Role.TRAINER: Line.FIRST, Role.LINE2: Line.SECOND}

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


@cache
def rights_of_role(role: str, *, line: int, is_own: bool, private: bool) -> frozenset[str]:
    """What a role gives in a queue of this line; `is_own`: of the group in which the person has the role."""
    match role:
        case Role.ADMIN | Role.PROJECT_ADMIN | Role.LEAD:
            return frozenset(queue_rights())
        case Role.AUDITOR:
            return READING
        case Role.LINE1:
            return _working(role) if line == Line.FIRST else INTO
        case Role.TRAINEE:
            return LEARNING if line == Line.FIRST else NONE
        case Role.TRAINER:
            if line == Line.FIRST:
                return _working(role)
            return INTO if private else COLLEAGUE
        case Role.LINE2:
            if line == Line.FIRST:
                return INTO
            if is_own:
                return _working(role)
            return INTO if private else COLLEAGUE
    return NONE


def _working(role: str) -> frozenset[str]:
    """Where somebody takes tickets, they also have what was registered for their role."""
    return WORKING | {right.name for right in queue_rights().values() if role in right.roles}


when_more(rights_of_role.cache_clear)
