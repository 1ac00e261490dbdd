"""`/manage/people/`: everybody, by login."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from postline.projects import managed
from postline.projects.models import Role
from postline.projects.rights import ProjectRight
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires


@require_safe
@requires(ProjectRight.STAFF)
def people(request: StaffRequest) -> HttpResponse:
    """The list with its filters; they stand in the address, so that a page can be sent to somebody."""
    given = {name: request.GET.get(name, "").strip() for name in ("q", "role", "project", "state")}
    projects = list(managed.projects_of(request.chosen, ProjectRight.STAFF))
    project = next((one for one in projects if one.slug == given["project"]), None)
    wanted = managed.PeopleFilter(
        words=given["q"],
        role=given["role"] if given["role"] in Role.values else "",
        project_id=project.pk if project else None,
        state=given["state"] if given["state"] in ("on", "off") else "",
    )
    after = request.GET.get("after", "")
    kept = urlencode({name: value for name, value in given.items() if value})
    address = reverse("manage-people") + (f"?{kept}" if kept else "")
    context = {
        "page": managed.people_page(request.chosen, wanted, after=after),
        "given": given,
        "projects": projects,
        "roles": Role,
        "shown_projects": set(request.chosen.projects_with(ProjectRight.STAFF)),
        "address": address,
        "is_filtered": bool(kept),
        "is_first_page": not after,
    }
    return show(request, "people.jinja", context, at="people")
