"""`/project/`: which of my projects I look at, or all of them. Kept for the session."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from postline.projects.managed import NothingThere
from postline.web.shared.decorators import StaffRequest, signed_in

SECTIONS = ("/desk/next/", "/desk/", "/outbox/", "/quarantine/", "/manage/audit/", "/manage/people/", "/manage/")


@require_POST
@signed_in
def choose(request: StaffRequest) -> HttpResponse:
    """Lists, Next and management show this project alone from now on; an empty one: all."""
    slug = request.POST.get("project", "")
    project = next((one for one in request.reach.entered if one.slug == slug), None)
    if slug and project is None:
        raise NothingThere
    request.session["project"] = project.id if project else None
    back = request.POST.get("back", "")
    return redirect(next((section for section in SECTIONS if back.startswith(section)), "/"))
