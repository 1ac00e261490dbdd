"""The queues on the left and the figures of one on the strip, alone: open pages bring theirs up to date."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from postline.kit import clock
from postline.tickets.queries import lists
from postline.web.shared.decorators import StaffRequest, signed_in


@require_GET
@signed_in
def side(request: StaffRequest) -> HttpResponse:
    """For the page of `queue` (an id), or of none."""
    queues = lists.my_queues(request.reach)
    here = next((queue for queue in queues if str(queue.id) == request.GET.get("queue")), None)
    return render(request, "workspace/figures.jinja", {"queues": queues, "here": here, "now": clock.now()})
