"""The rights of a project: a table of lines, groups and people, and one row of it to be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects import changes, grants, managed
from postline.projects.grants import STATES, Where, Whom
from postline.projects.managed import NothingThere
from postline.projects.matrix import Cell, Row, matrix, row
from postline.projects.memberships import OwnRight
from postline.projects.models import Group, Line, Project, Queue
from postline.projects.rights import ProjectRight, Reach
from postline.projects.rights.names import HEADINGS, Known, known, project_rights, queue_rights
from postline.web.manage.frame import conflict, seen, show
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.shared.may import headed


@dataclass(frozen=True, slots=True)
class Choice:
    """One right of the row that is being changed; `state` is what is chosen, `may_give` whether it may be allowed."""

    right: Known
    cell: Cell
    state: str
    may_give: bool


@require_safe
@requires(ProjectRight.RIGHTS)
def table(request: StaffRequest, project: str) -> HttpResponse:
    """Who may do what in all queues, or in those of `where`; `person` leads to the row of a login."""
    it = managed.project_for(request.reach, project, ProjectRight.RIGHTS)
    where = grants.where_of(it, request.GET.get("where", ""))
    login = request.GET.get("person", "").strip()
    fault = ""
    if login:
        person = grants.members_of(it).filter(login__iexact=login).first()
        if person is not None:
            return redirect(_address(it, Whom(person=person), where))
        fault = _("Nobody of this project has this login.")
    rows = matrix(request.reach, it, where)
    context = {
        "columns": headed(queue_rights()),
        "blocks": [
            (_("Lines"), [one for one in rows if one.whom.line is not None]),
            (_("Groups"), [one for one in rows if one.whom.group is not None]),
            (_("People with exceptions"), [one for one in rows if one.whom.person is not None]),
        ],
        "address_of": lambda one: _address(it, one.whom, where),
        "login": login,
        "fault": fault,
        **_places(it, where),
    }
    return show(request, "rights.jinja", context, at="rights", project=it, status=422 if fault else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.RIGHTS)
def one(request: StaffRequest, project: str, kind: str, key: str) -> HttpResponse:
    """What a line, a group or a person may do in some queues; POST sets it."""
    it = managed.project_for(request.reach, project, ProjectRight.RIGHTS)
    whom = grants.whom_of(it, f"{kind}:{key}")
    where = grants.where_of(it, request.GET.get("where", ""))
    missed: changes.ChangedMeanwhile | None = None
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST[f"right.{name}"] for name in _settable(whom, where) if _is_given(request, name)}
        try:
            number = grants.change_rights(
                request.reach,
                project_id=it.pk,
                whom=whom,
                where=where,
                wanted={name: STATES[code] for name, code in typed.items()},
                seen=seen(request),
                now=clock.now(),
            )
        except changes.ChangedMeanwhile as error:
            missed = error
        except OwnRight:
            messages.error(request, _("Nobody sets their own rights: somebody else has to do it."))
            return redirect(_address(it, whom, where))
        else:
            _tell(request, it, number)
            return redirect(_address(it, whom, where))
    found = row(request.reach, it, whom, where)
    context = {
        "row": found,
        "headed": _choices(request.reach, it, found, where, typed),
        "may_decide": grants.may_decide_about(request.reach, whom, it.pk),
        "is_self": whom.person is not None and whom.person.pk == request.user.pk,
        "seen": changes.last_change(grants.target(it, whom)),
        "back": reverse("manage-rights", args=[it.slug]) + _query(where),
        **_places(it, where),
        **conflict(missed),
    }
    return show(request, "rights_of.jinja", context, at="rights", project=it, status=409 if missed else 200)


@require_POST
@requires(ProjectRight.RIGHTS)
def undo(request: StaffRequest, project: str) -> HttpResponse:
    """Take back the change with the number `entry`, what its toast offers."""
    it = managed.project_for(request.reach, project, ProjectRight.RIGHTS)
    try:
        number = key_of(request.GET.get("entry", "")) or 0
        grants.take_back(request.reach, project_id=it.pk, number=number, now=clock.now())
    except changes.ChangedMeanwhile:
        messages.error(request, _("It was changed again since: nothing was taken back."))
    else:
        messages.success(request, _("As before."))
    return redirect("manage-rights", it.slug)


def _tell(request: StaffRequest, project: Project, number: int) -> None:
    if number:
        undoing = reverse("manage-rights-undo", args=[project.slug]) + f"?entry={number}"
        messages.success(request, _("Saved. It holds from now on."), extra_tags=f"undo:{undoing}")
    else:
        messages.success(request, _("Nothing was different."))


def _settable(whom: Whom, where: Where) -> list[str]:
    areas = list(project_rights()) if whom.person is not None and where == Where() else []
    return [*queue_rights(), *areas]


def _is_given(request: StaffRequest, name: str) -> bool:
    return request.POST.get(f"right.{name}") in STATES


def _choices(
    reach: Reach, project: Project, found: Row, where: Where, typed: dict[str, str]
) -> list[tuple[str, list[Choice]]]:
    under: dict[str, list[Choice]] = {}
    for cell in (*found.cells, *found.areas):
        it = known(cell.right)
        if it is None:
            raise NothingThere
        state = typed.get(cell.right, grants.CODES[cell.state])
        may_give = grants.may_give(reach, project.pk, where, cell.right)
        under.setdefault(str(HEADINGS[it.heading]), []).append(Choice(it, cell, state, may_give))
    return list(under.items())


def _places(project: Project, where: Where) -> dict[str, Any]:
    """What can be chosen as the queues that the table is about."""
    queues = list(Queue.objects.filter(project=project, retired_at=None).order_by("line", "position", "pk"))
    owning = {queue.group_id for queue in queues if queue.group_id is not None}
    groups = Group.objects.filter(project=project, pk__in=owning).order_by("name", "pk")
    choices = [
        ("", [("", _("All queues"))]),
        (
            _("Queues of"),
            [
                *((Where(line=line).code, str(line.label)) for line in Line),
                *((Where(group=group).code, group.name) for group in groups),
            ],
        ),
        (_("One queue"), [(Where(queue=queue).code, queue.name) for queue in queues]),
    ]
    labels = {code: label for _heading, some in choices for code, label in some}
    return {"where": where.code, "where_choices": choices, "where_label": labels.get(where.code, where.code)}


def _address(project: Project, whom: Whom, where: Where) -> str:
    kind, _colon, key = whom.code.partition(":")
    return reverse("manage-rights-of", args=[project.slug, kind, key]) + _query(where)


def _query(where: Where) -> str:
    return f"?{urlencode({'where': where.code})}" if where.code else ""
