"""The list of a queue."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from postline.kit import clock
from postline.projects.rights import Right
from postline.tickets.queries import lists
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.side import shown_queues


@require_GET
@signed_in
def queue(request: StaffRequest, project: str, slug: str) -> HttpResponse:
    """The queue's tickets, those that wait longest first. A queue that the person does not see is a 404."""
    queues = shown_queues(request, beside=lambda reach: any(one.slug == project for one in reach.entered))
    here = next((one for one in queues if (one.project_slug, one.slug) == (project, slug)), None)
    which, after = _asked_for(request)
    if here is None:
        raise Http404
    return render(
        request,
        "workspace/queue.jinja",
        {
            "queues": queues,
            "here": here,
            "which": which,
            "page": lists.queue_page(request.reach, queue_id=here.id, which=which, after=after),
            "is_first_page": after is None,
            "may_take": request.reach.may(Right.TAKE, here.id),
            "now": clock.now(),
        },
    )


def _asked_for(request: StaffRequest) -> tuple[lists.Filter, lists.Place | None]:
    """The filter and the place in the list; a mistyped address is a 404, not an empty list."""
    after = request.GET.get("after", "")
    try:
        return lists.Filter(request.GET.get("state", "waiting")), lists.Place.parse(after) if after else None
    except (ValueError, lists.WrongPlace) as error:
        raise Http404 from error
