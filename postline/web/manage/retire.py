"""Retire a queue: where its tickets go, the word, and how far it is."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from postline.kit import clock
from postline.projects import managed
from postline.projects.models import Line, Queue
from postline.projects.queues import NotInUse
from postline.projects.rights import ProjectRight
from postline.tickets.actions import retire_queue as domain
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires

LEADING = {
    "mailboxes": gettext_lazy("Mailboxes"),
    "topics": gettext_lazy("Topics"),
    "follow-ups": gettext_lazy("Queues whose follow-ups go there"),
    "below": gettext_lazy("Queues below it, which go up one level"),
    "filters": gettext_lazy("Filters"),
    "hints": gettext_lazy("Hints"),
    "templates": gettext_lazy("Answer templates"),
}
AT_ONCE_SECONDS = 2.0  # what can be moved so quickly is moved before the page is shown; the worker does the rest


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ProjectRight.QUEUES)
def retire(request: StaffRequest, project: str, queue: str) -> HttpResponse:
    """Asks where the tickets go; then shows how many are still to be moved, until there is none."""
    it = managed.queue_for(request.reach, project, queue, also_retired=True)
    if it.retired_at is not None:
        address = reverse("manage-queues", args=[it.project.slug])
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    heirs = _heirs(it)
    faults: dict[str, str] = {}
    if request.method == "POST" and it.is_in_use:
        faults = _retire(request, it, heirs)
        if not faults:
            _begin()
            messages.success(request, _("The queue %(name)s takes in nothing more.") % {"name": it.name})
            if Queue.objects.filter(pk=it.pk, retired_at=None).exists():
                return redirect("manage-queue-retire", it.project.slug, it.slug)
            return redirect("manage-queues", it.project.slug)
    context = {
        "queue": it,
        "heirs": heirs,
        "left": domain.tickets_left(it),
        "is_needed": domain.is_needed(it),
        "leads_to": {LEADING.get(code, code): names for code, names in domain.leads_to(it).items() if names},
        "faults": faults,
        "typed": request.POST,
    }
    if request.htmx:
        return render(request, "manage/retire_progress.jinja", context)
    return show(request, "retire.jinja", context, at="queues", project=it.project, status=422 if faults else 200)


def _retire(request: StaffRequest, it: Queue, heirs: list[Queue]) -> dict[str, str]:
    """Do it; returns what is wrong with which field."""
    successor = next((one for one in heirs if one.slug == request.POST.get("successor", "")), None)
    if request.POST.get("word", "").strip() != it.slug:
        return {"word": _("This is not the short name of the queue: nothing was changed.")}
    try:
        domain.retire(request.reach, queue_id=it.pk, successor=successor, now=clock.now())
    except domain.NeedsSuccessor:
        return {"successor": _("Choose the queue that takes over.")}
    except domain.WrongSuccessor:
        return {"successor": _("This queue cannot take over. Choose another one.")}
    except NotInUse:
        return {}
    return {}


def _begin() -> None:
    until = time.monotonic() + AT_ONCE_SECONDS
    while domain.empty_retired(now=clock.now()) and time.monotonic() < until:
        pass


def _heirs(it: Queue) -> list[Queue]:
    """The queues that may take over: none of the first line after the second, none that shows private tickets."""
    others = Queue.objects.filter(project=it.project, retired_at=None, successor=None).exclude(pk=it.pk)
    if it.line == Line.SECOND:
        others = others.filter(line=Line.SECOND)
    if it.private:
        others = others.filter(private=True, group=it.group)
    return list(others.order_by("line", "position", "pk"))
