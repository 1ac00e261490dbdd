"""What a person may do where, and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from postline.projects import grants, managed
from postline.projects.rights import ProjectRight
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.shared.may import answered


@require_safe
@requires(ProjectRight.STAFF, ProjectRight.RIGHTS)
def may(request: StaffRequest, person_id: int) -> HttpResponse:
    """In the projects whose people or rights are mine, one at a time."""
    person, projects = managed.person_in_charge(request.reach, person_id)
    context = answered(request, person, projects)
    chosen = context["chosen"]
    context["may_set"] = (
        chosen is not None
        and request.reach.may_in_project(ProjectRight.RIGHTS, chosen.pk)
        and grants.members_of(chosen).filter(pk=person.pk).exists()
    )
    return show(request, "may.jinja", {"it": person, **context}, at="people")
