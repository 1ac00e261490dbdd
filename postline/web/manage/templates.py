"""Answer templates of a project: the list, switching one off, saying that one is still right, deleting one."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.kit import clock
from postline.kit.paging import key_of
from postline.kit.text import file_name
from postline.projects import managed
from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.rules.models import Template, TemplateFile, TemplateText
from postline.rules.templates import change, queries
from postline.rules.templates.queries import TemplateFilter
from postline.rules.templates.stale import Stale, warnings_for
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.workspace.files import NOTHING

sets_up_templates = requires(ProjectRight.TEMPLATES)
MOST_COLUMNS = 6  # languages that have a column of their own
STALE = {
    Stale.OLD: gettext_lazy("not looked at for long"),
    Stale.QUEUE_GONE: gettext_lazy("its queue is gone"),
    Stale.TOPIC_GONE: gettext_lazy("its topic is gone"),
}


@require_safe
@sets_up_templates
def listed(request: StaffRequest, project: str) -> HttpResponse:
    """The templates by name; the filters stand in the address."""
    it, now = managed.project_for(request.reach, project, ProjectRight.TEMPLATES), clock.now()
    given = {name: request.GET.get(name, "").strip() for name in ("q", "queue", "topic", "lacking", "state")}
    queues = list(it.queues.filter(retired_at=None).order_by("line", "position"))
    topics = list(it.topics.order_by("name"))
    languages, after = languages_of(it), key_of(request.GET.get("after", ""))
    wanted = TemplateFilter(
        words=given["q"],
        queue_id=next((one.pk for one in queues if one.slug == given["queue"]), None),
        topic_id=next((one.pk for one in topics if one.slug == given["topic"]), None),
        lacking=given["lacking"],
        only_stale=given["state"] == "stale",
        only_off=given["state"] == "off",
    )
    kept = urlencode({name: value for name, value in given.items() if value})
    context = {
        "page": queries.page_of(it, wanted, after=after, now=now),
        "stale_count": queries.count_stale(it, now=now),
        "stale_words": STALE,
        "columns": languages[:MOST_COLUMNS],
        "languages": languages,
        "given": given,
        "queues": queues,
        "topics": topics,
        "is_filtered": bool(kept),
        "is_first_page": after is None,
        "address": reverse("manage-templates", args=[it.slug]) + (f"?{kept}" if kept else ""),
    }
    return show(request, "templates.jinja", context, at="templates", project=it)


@require_POST
@sets_up_templates
def switch(request: StaffRequest, project: str, template: str) -> HttpResponse:
    """Offer it to the agents and filters, or no longer."""
    it = queries.template_for(request.reach, project, template)
    on = request.POST.get("on") == "1"
    if change.switch(request.reach, template_id=it.pk, on=on, now=clock.now()):
        words = _("%(name)s is offered again.") if on else _("%(name)s is no longer offered.")
        messages.success(request, words % {"name": it.name})
    return redirect("manage-template", it.project.slug, it.slug)


@require_POST
@sets_up_templates
def reviewed(request: StaffRequest, project: str, template: str) -> HttpResponse:
    """Somebody read it and it is still right."""
    it = queries.template_for(request.reach, project, template)
    change.mark_reviewed(request.reach, template_id=it.pk, now=clock.now())
    messages.success(request, _("Noted: %(name)s is still right.") % {"name": it.name})
    return redirect("manage-template", it.project.slug, it.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_up_templates
def delete(request: StaffRequest, project: str, template: str) -> HttpResponse:
    """For good. The word must be typed."""
    it = queries.template_for(request.reach, project, template)
    fault = ""
    if request.method == "POST":
        if request.POST.get("word", "").strip() == it.slug:
            change.delete(request.reach, template_id=it.pk, now=clock.now())
            messages.success(request, _("The template %(name)s is deleted.") % {"name": it.name})
            return redirect("manage-templates", it.project.slug)
        fault = _("This is not the short name of the template: nothing was deleted.")
    context = {"template": it, "fault": fault, "typed": request.POST.get("word", "")}
    status = 422 if fault else 200
    return show(request, "template_delete.jinja", context, at="templates", project=it.project, status=status)


@require_safe
@sets_up_templates
def file(request: StaffRequest, project: str, template: str, file_id: int) -> HttpResponse:
    """A file of a template, as a download."""
    it = queries.template_for(request.reach, project, template)
    found = TemplateFile.objects.filter(template=it, pk=file_id).first()
    if found is None:
        raise Http404
    headers = {
        "Content-Disposition": content_disposition_header(True, file_name(found.filename) or "file") or "attachment",
        "Content-Security-Policy": NOTHING,
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(bytes(found.content), content_type="application/octet-stream", headers=headers)


def languages_of(project: Project) -> list[str]:
    """The project's own language, those of the interface, and those that its templates have besides."""
    used = TemplateText.objects.filter(template__project=project).values_list("language", flat=True).distinct()
    return list(dict.fromkeys([project.language, *(code for code, _name in settings.LANGUAGES), *sorted(used)]))


def stale_words(template: Template, *, now: datetime) -> list[str]:
    """What is stale about a template, in words."""
    return [str(STALE[one]) for one in warnings_for(template, now=now)]
