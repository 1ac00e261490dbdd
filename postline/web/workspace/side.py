"""The queues on the left and the figures of one on the strip, alone: open pages bring theirs up to date."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects.rights import Reach
from postline.tickets.queries import lists
from postline.web.shared.decorators import StaffRequest, signed_in


@require_GET
@signed_in
def side(request: StaffRequest) -> HttpResponse:
    """For the page of `queue` (an id), or of none."""
    given = key_of(request.GET.get("queue", ""))
    queues = shown_queues(request, beside=lambda reach: given is None or given in reach.queues)
    here = next((queue for queue in queues if str(queue.id) == request.GET.get("queue")), None)
    return render(request, "workspace/figures.jinja", {"queues": queues, "here": here, "now": clock.now()})


def shown_queues(request: StaffRequest, *, beside: Callable[[Reach], bool]) -> list[lists.QueueFigures]:
    """The queues of the chosen project, of all where what stands `beside` them is in another one."""
    return lists.my_queues(request.chosen if beside(request.chosen) else request.reach)
