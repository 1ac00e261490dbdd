"""A project's set-up as a file: take it away, bring one in after a look at what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from postline.kit import clock
from postline.projects import managed
from postline.projects.models import Person
from postline.projects.rights import ProjectRight
from postline.setup.actions import Report, bring_in, preview
from postline.setup.document import LARGEST, export, open_to, read, write
from postline.setup.faults import Fault, WrongFile
from postline.web.accounts.links import send_invitation
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires

sets_up = requires(ProjectRight.SET_UP)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_up
def set_up(request: StaffRequest, project: str) -> HttpResponse:
    """What a file of this project holds; the way to bring another one in."""
    it = managed.project_for(request.reach, project, ProjectRight.SET_UP)
    faults: Sequence[Fault] = ()
    report: Report | None = None
    content = uploaded(request) if request.method == "POST" else b""
    if request.method == "POST":
        try:
            document = read(content)
            if request.POST.get("act") == "bring-in":
                now = clock.now()
                report = bring_in(request.reach, project=it, document=document, now=now)
                invite(request, report, made_at=now)
                messages.success(request, _("The file is brought in."))
                for note in report.notes:
                    messages.warning(request, note)
                return redirect("manage-set-up", it.slug)
            report = preview(request.reach, project=it, document=document, now=clock.now())
        except WrongFile as error:
            faults = error.faults
    context = {
        "sections": [(section, len(section.export(it))) for section in open_to(request.reach, it)],
        "faults": faults[:100],
        "more_faults": max(len(faults) - 100, 0),
        "report": report,
        "labels": {section.name: section.label for section in open_to(request.reach, it)},
        "content": content.decode("utf-8-sig", "replace") if report else "",
    }
    return show(request, "set_up.jinja", context, at="set-up", project=it, status=422 if faults else 200)


@require_GET
@sets_up
def download(request: StaffRequest, project: str) -> HttpResponse:
    """The file, with the sections chosen or all that the person may set up."""
    it = managed.project_for(request.reach, project, ProjectRight.SET_UP)
    chosen = request.GET.getlist("section") or None
    content = write(export(request.reach, it, sections=chosen))
    name = f"{it.slug}-{clock.now():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/json", headers=headers)


def uploaded(request: StaffRequest) -> bytes:
    """The file as it was sent; after the look at it, as the form kept it."""
    file = request.FILES.get("file")
    if file is not None:
        return bytes(file.read(LARGEST + 1))
    return request.POST.get("content", "").encode("utf-8", "replace")


def invite(request: StaffRequest, report: Report, *, made_at: datetime) -> None:
    """Whom the file made gets a link to set a password, as far as the file has an address; who was there before needs
    none."""
    done = report.done.get("people")
    people = Person.objects.annotate(key=Lower("login")).filter(key__in=done.added if done else [])
    for person in people.filter(created_at=made_at).exclude(email=""):
        send_invitation(person, by=request.user, fallback="en")
