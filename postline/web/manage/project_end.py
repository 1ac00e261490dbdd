"""The end of a project: archived, or deleted where it never had a ticket; and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects import managed, projects
from postline.projects.rights import ProjectRight
from postline.tickets.actions import delete_project as deleting
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires

of_installation = requires(ProjectRight.MANAGE, everywhere=True)


@require_http_methods(["GET", "HEAD", "POST"])
@of_installation
def end(request: StaffRequest, project: str) -> HttpResponse:
    """Says what archiving and deleting do, and does the one that was chosen once the word is typed."""
    it = managed.project_for(request.reach, project, ProjectRight.MANAGE)
    fault = ""
    if request.method == "POST":
        act = request.POST.get("act", "")
        if request.POST.get("word", "").strip() != it.slug:
            fault = _("This is not the short name of the project: nothing was changed.")
        elif act == "archive":
            projects.archive(request.reach, project_id=it.pk, now=clock.now())
            messages.success(request, _("The project %(name)s is archived.") % {"name": it.name})
            return redirect("manage-archived")
        elif act == "delete":
            try:
                deleting.delete_project(request.reach, project_id=it.pk, now=clock.now())
            except deleting.HasHistory:
                fault = _("Something is or was in it: it can only be archived.")
            else:
                messages.success(request, _("The project %(name)s is deleted.") % {"name": it.name})
                return redirect("manage")
        else:
            raise Http404
    context = {"has_history": deleting.has_history(it), "fault": fault, "typed": request.POST.get("word", "")}
    return show(request, "project_end.jinja", context, at="project", project=it, status=422 if fault else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@of_installation
def archived(request: StaffRequest) -> HttpResponse:
    """The projects that are switched off; each can be brought back."""
    if request.method == "POST":
        it = projects.archived(request.reach).filter(pk=key_of(request.POST.get("bring", "")) or 0).first()
        if it is None:
            raise Http404
        projects.bring_back(request.reach, project_id=it.pk, now=clock.now())
        messages.success(request, _("The project %(name)s is there again.") % {"name": it.name})
        return redirect("manage-project", it.slug)
    return show(request, "archived.jinja", {"archived": projects.archived(request.reach)}, at="archived")
