"""“What may somebody do, and why?”: the same for a person's page and for one's own settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from postline.projects.managed import NothingThere
from postline.projects.models import Grant, Line, Membership, Person, Project, Role
from postline.projects.rights import Right
from postline.projects.rights.names import HEADINGS, Known, project_rights, queue_rights
from postline.projects.rights.why import Answer, Because, InQueue, Reason, why
from postline.web.shared.decorators import StaffRequest


def answered(request: StaffRequest, person: Person, projects: Sequence[Project]) -> dict[str, Any]:
    """For the page: what `person` may do in one of the projects (`?project=`, else the first), and for one queue
    (`?queue=`, else the first) why. Raises NothingThere where there is no such project."""
    slug = request.GET.get("project", "")
    project = next((one for one in projects if not slug or one.slug == slug), None)
    if project is None and slug:
        raise NothingThere
    answer = why(request.reach, person, project) if project else None
    queues = answer.queues if answer else []
    wanted = request.GET.get("queue", "")
    seen = [one for one in queues if one.reasons[Right.SEE].allowed]
    opened = next((one for one in queues if one.queue.slug == wanted), next(iter([*seen, *queues]), None))
    return {
        "projects": projects,
        "chosen": project,
        "answer": answer,
        "opened": opened,
        "columns": headed(queue_rights()),
        "reasons": _of_queue(opened),
        "areas": _of_project(answer),
        "lacking": [right.label for right in project_rights().values() if answer and _is_plain_no(answer, right)],
        "seats": [seat_words(one) for one in answer.memberships] if answer else [],
    }


def headed(rights: dict[str, Known]) -> list[tuple[str, list[Known]]]:
    """Rights under their headings, in the order of pages."""
    found: dict[str, list[Known]] = {}
    for right in rights.values():
        found.setdefault(str(HEADINGS[right.heading]), []).append(right)
    return list(found.items())


def seat_words(membership: Membership) -> str:
    """`Second line: Web`."""
    label = str(Role(membership.role).label)
    return f"{label}: {membership.group.name}" if membership.group else label


def reason_words(reason: Reason) -> str:
    """Why a right is there, or is not."""
    match reason.because:
        case Because.ROLE:
            return _("By role: %(roles)s.") % {"roles": ", ".join(seat_words(one) for one in reason.roles)}
        case Because.NO_ROLE:
            return _("No role gives it, and no rule.")
        case Because.EMPTIED:
            return _("The queue is being emptied: nothing goes in any more.")
        case Because.LEARNS:
            return _("A rule allows it to the line, but not to its trainees.")
        case Because.UNSEEN:
            return _("Who does not see the queue cannot do this in it.")
    return _rule_words(reason.rule, allowed=reason.allowed) if reason.rule else ""


def _rule_words(rule: Grant, *, allowed: bool) -> str:
    words = {
        "whom": _whom(rule),
        "where": _where(rule),
        "date": date_format(timezone.localtime(rule.set_at), "DATE_FORMAT"),
        "who": rule.set_by.shown_name if rule.set_by else _("somebody who is gone"),
    }
    if allowed:
        return _("Allowed by a rule for %(whom)s, %(where)s, of %(date)s by %(who)s.") % words
    return _("Forbidden by a rule for %(whom)s, %(where)s, of %(date)s by %(who)s.") % words


def _whom(rule: Grant) -> str:
    if rule.line is not None:
        return _("the first line") if rule.line == Line.FIRST else _("the second line")
    if rule.group is not None:
        return _("the group %(name)s") % {"name": rule.group.name}
    return _("this person")


def _where(rule: Grant) -> str:
    if rule.queue is not None:
        return _("in this queue")
    if rule.queues_of_group is not None:
        return _("in the queues of %(name)s") % {"name": rule.queues_of_group.name}
    if rule.queues_of_line is not None:
        return _("in the queues of the line")
    return _("in all of the project")


def _of_queue(opened: InQueue | None) -> list[tuple[Known, Reason, str]]:
    if opened is None:
        return []
    known = queue_rights()
    return [(known[right], reason, reason_words(reason)) for right, reason in opened.reasons.items()]


def _of_project(answer: Answer | None) -> list[tuple[Known, Reason, str]]:
    """What they may set up, and what a rule took from them."""
    if answer is None:
        return []
    return [
        (right, answer.areas[name], reason_words(answer.areas[name]))
        for name, right in project_rights().items()
        if not _is_plain_no(answer, right)
    ]


def _is_plain_no(answer: Answer, right: Known) -> bool:
    return answer.areas[right.name].because == Because.NO_ROLE
