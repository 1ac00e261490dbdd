"""The logo of a project, as a picture and nothing else."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from postline.projects.models import Logo
from postline.projects.rights import ProjectRight
from postline.web.shared.decorators import StaffRequest, signed_in

NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


@require_safe
@signed_in
def logo(request: StaffRequest, project: str, digest: str) -> HttpResponse:
    """For those who know of the project. Its address changes with it, so that browsers keep it."""
    found = Logo.objects.select_related("project").filter(project__slug=project, digest=digest).first()
    if found is None or not request.reach.may_in_project(ProjectRight.ENTER, found.project_id):
        raise Http404
    return HttpResponse(
        bytes(found.content),
        headers={
            "Content-Type": found.content_type,
            "Content-Disposition": "inline",
            "Content-Security-Policy": NOTHING,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, max-age=31536000, immutable",
        },
    )
