"""`/settings/rights/`: what I may do, and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postline.projects.models import Project
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.shared.may import answered


@require_safe
@signed_in
def own(request: StaffRequest) -> HttpResponse:
    """In my projects, one at a time."""
    projects = list(Project.objects.filter(pk__in=list(request.reach.projects)).order_by("name", "pk"))
    return render(request, "accounts/may.jinja", answered(request, request.user, projects))
