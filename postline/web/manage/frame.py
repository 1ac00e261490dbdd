"""What all pages of management share: the column on the left, and how a change that came too late is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from postline.kit.paging import key_of
from postline.projects import managed
from postline.projects.models import AuditEntry, Project
from postline.projects.rights import ProjectRight
from postline.web.manage.audit_words import told
from postline.web.shared.decorators import StaffRequest, requires

manages = requires(ProjectRight.MANAGE)  # who manages nothing sees a 403; other people's projects are a 404


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
    frame = {
        "side_projects": managed.projects_of(request.reach),
        "may_manage": request.reach.may_somewhere(ProjectRight.MANAGE),
        "may_make_projects": request.reach.may_in_project(ProjectRight.MANAGE, None),
        "at": at,
        "project": project,
    }
    return render(request, f"manage/{template}", {**frame, **context}, status=status)


def status_of(request: HttpRequest, missed: Sequence[AuditEntry]) -> int:
    """The status of a page with a form: as usual, 409 where somebody was quicker, 422 where a field is wrong."""
    if missed:
        return 409
    return 422 if request.method == "POST" else 200


def conflict(missed: Sequence[AuditEntry]) -> dict[str, Any]:
    """For the page: what others changed meanwhile, in words."""
    return {"missed": [told(entry) for entry in missed]}


def seen(request: HttpRequest) -> int:
    """The number of the last change that the form knew of."""
    return key_of(request.POST.get("seen", "")) or 0
