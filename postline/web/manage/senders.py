"""The senders that a project blocks or allows."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postline.intake import senders as domain
from postline.intake.models import Verdict
from postline.kit import clock
from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.web.manage.frame import show
from postline.web.manage.quarantine import may_act, micros, moment
from postline.web.shared.decorators import StaffRequest

ROWS = 100
LONGEST = 400


@require_http_methods(["GET", "HEAD", "POST"])
@may_act
def senders(request: StaffRequest, project: str) -> HttpResponse:
    """The list by name, and a line to add to it."""
    it = _project(request.reach, project)
    fault, written = "", request.POST.get("sender", "").replace("\0", "")[:LONGEST]
    if request.method == "POST":
        try:
            _add(request, it, written)
        except domain.NoSender as error:
            fault = str(error)
        else:
            return redirect("manage-senders", it.slug)
    words = request.GET.get("q", "").replace("\0", "")[:LONGEST]
    after = request.GET.get("after", "").replace("\0", "")[:LONGEST]
    rows = domain.listed(request.reach, project_id=it.pk, words=words, after=after, size=ROWS + 1)
    context = {
        "rows": rows[:ROWS],
        "next": rows[ROWS - 1].pattern if len(rows) > ROWS else "",
        "words": words,
        "fault": fault,
        "written": written,
        "verdict": request.POST.get("verdict", Verdict.BLOCK),
        "others": domain.projects_of(request.reach),
    }
    return show(request, "senders.jinja", context, at="senders", project=it, status=422 if fault else 200)


@require_POST
@may_act
def take_off(request: StaffRequest, project: str, listed_id: int) -> HttpResponse:
    """Know nothing of this sender any more."""
    it = _project(request.reach, project)
    try:
        gone = domain.take_off_list(request.reach, listed_id=listed_id, now=clock.now())
    except domain.NoSuchSender as error:
        raise Http404 from error
    words = _("%(sender)s is no longer on the list.") % {"sender": gone.pattern}
    messages.success(request, words)
    return redirect("manage-senders", it.slug)


@require_POST
@may_act
def unlist(request: StaffRequest) -> HttpResponse:
    """Undo: the lists are as they were before this moment."""
    count = domain.take_back(request.reach, added_at=moment(request.GET.get("at", "")), now=clock.now())
    words = ngettext("%(num)d change was taken back.", "%(num)d changes were taken back.", count)
    messages.success(request, words % {"num": count})
    return redirect("quarantine")


def _project(reach: Reach, slug: str) -> Project:
    found = domain.projects_of(reach).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _add(request: StaffRequest, project: Project, written: str) -> None:
    verdict = Verdict.ALLOW if request.POST.get("verdict") == Verdict.ALLOW else Verdict.BLOCK
    always, now = request.POST.get("always") == "on", clock.now()
    made = domain.put_on_list(
        request.reach, project_id=project.pk, sender=written, verdict=verdict, always=always, now=now
    )
    blocked, allowed = _("%(sender)s is blocked from now on."), _("%(sender)s is allowed from now on.")
    words = (blocked if verdict == Verdict.BLOCK else allowed) % {"sender": made.pattern}
    messages.success(request, words, extra_tags=f"undo:{reverse('quarantine-unlist')}?at={micros(now)}")
