"""What all pages of management share: the column on the left, and how a change that came too late is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postline.kit.paging import key_of
from postline.projects import managed
from postline.projects.audit_log import may_read_any
from postline.projects.changes import ChangedMeanwhile
from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.web.manage.audit_words import Told, told
from postline.web.shared.decorators import StaffRequest, requires, signed_in


@dataclass(frozen=True, slots=True)
class Area:
    """An entry of the left column under a project: the page `address` for whoever has `right` there."""

    name: str
    label: Promise
    address: str
    right: ProjectRight


AREAS = (
    Area("queues", _("Queues"), "manage-queues", ProjectRight.QUEUES),
    Area("groups", _("Groups"), "manage-groups", ProjectRight.STAFF),
    Area("mailboxes", _("Mailboxes"), "manage-mailboxes", ProjectRight.MAILBOXES),
    Area("filters", _("Filters"), "manage-filters", ProjectRight.FILTERS),
    Area("hints", _("Hints"), "manage-hints", ProjectRight.HINTS),
    Area("automatic", _("Automatic answers"), "manage-automatic", ProjectRight.TEMPLATES),
    Area("rights", _("Rights"), "manage-rights", ProjectRight.RIGHTS),
    Area("working-time", _("Working time"), "manage-working-time", ProjectRight.WORKING_TIME),
    Area("senders", _("Senders"), "manage-senders", ProjectRight.SCREEN),
    Area("set-up", _("Set-up as a file"), "manage-set-up", ProjectRight.SET_UP),
    Area("project", _("Settings"), "manage-project", ProjectRight.SETTINGS),
)

manages = requires(*sorted(managed.SETTING_UP))  # who sets up nothing sees a 403; other people's projects are a 404


def show(
    request: StaffRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    at: str,
    project: Project | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of management; `at` is the entry of the left column that it belongs to."""
    is_chosen = project is None or project.pk in request.chosen.projects
    listed = request.chosen if is_chosen else request.reach
    frame = {
        "side_projects": managed.projects_in_charge(listed, {area.right for area in AREAS}),
        "areas": [area for area in AREAS if project and request.reach.may_in_project(area.right, project.pk)],
        "may_read_audit": may_read_any(request.reach),
        "may_manage": any(request.reach.may_somewhere(right) for right in managed.SETTING_UP),
        "may_staff": request.reach.may_somewhere(ProjectRight.STAFF),
        "may_make_projects": request.reach.may_in_project(ProjectRight.MANAGE, None),
        "at": at,
        "project": project,
    }
    return render(request, f"manage/{template}", {**frame, **context}, status=status)


@signed_in
def start(request: StaffRequest, project: str) -> HttpResponse:
    """The first of the project's pages of management that this person may open."""
    it = managed.projects_in_charge(request.reach, {area.right for area in AREAS}).filter(slug=project).first()
    if it is None:
        raise Http404
    area = next(area for area in AREAS if request.reach.may_in_project(area.right, it.pk))
    return redirect(area.address, it.slug)


def status_of(request: HttpRequest, missed: ChangedMeanwhile | None) -> int:
    """The status of a page with a form: as usual, 409 where somebody was quicker, 422 where a field is wrong."""
    if missed:
        return 409
    return 422 if request.method == "POST" else 200


@dataclass(frozen=True, slots=True)
class Missed:
    """What others changed meanwhile, in words; `has_more`: also what the person may not read of."""

    told: list[Told]
    has_more: bool


def conflict(missed: ChangedMeanwhile | None) -> dict[str, Any]:
    """For the page: what others changed meanwhile."""
    return {"missed": Missed([told(entry) for entry in missed.entries], missed.has_more) if missed else None}


def seen(request: HttpRequest) -> int:
    """The number of the last change that the form knew of."""
    return key_of(request.POST.get("seen", "")) or 0
