"""My place: my queues with what waits in them, and what is mine."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from postline.kit import clock
from postline.projects.rights import Right
from postline.tickets.queries import lists
from postline.web.shared.decorators import StaffRequest, signed_in


@require_GET
@signed_in
def my_place(request: StaffRequest) -> HttpResponse:
    """What waits where, and what the person is to answer."""
    queues = lists.my_queues(request.chosen)
    return render(
        request,
        "workspace/place.jinja",
        {
            "queues": queues,
            "waiting": sum(queue.waiting for queue in queues),
            "takes": set(request.chosen.queues_with(Right.TAKE)),
            "writes": bool(request.reach.queues_with(Right.ANSWER)),
            "mine": lists.mine(request.chosen),
            "now": clock.now(),
        },
    )
