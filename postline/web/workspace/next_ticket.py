"""The next ticket: the one that waits longest becomes the person's."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects.rights import Forbidden, Right
from postline.tickets.actions.take import take_next
from postline.tickets.queries import lists
from postline.web.shared.decorators import StaffRequest, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
def next_ticket(request: StaffRequest) -> HttpResponse:
    """POST takes the next ticket (of `queue`, an id, where one is given) and opens it; GET says what waits."""
    if not request.reach.queues_with(Right.TAKE):
        raise Forbidden(Right.TAKE)
    if request.method == "POST":
        queue, besides = (key_of(request.POST.get(name, "")) for name in ("queue", "besides"))
        return open_next(request, queues=None if queue is None else [queue], besides=besides)
    return _page(request, came_empty=False)


def open_next(
    request: StaffRequest, *, queues: Sequence[int] | None = None, besides: int | None = None
) -> HttpResponse:
    """Take the next ticket and go there; without one, a page that says so. `besides`: the number just left."""
    reach = request.chosen if queues is None else request.reach
    ticket = take_next(reach, queues=queues, besides=besides, now=clock.now())
    if ticket is None:
        return _page(request, came_empty=True)
    return redirect("desk-ticket", number=ticket.number)


def _page(request: StaffRequest, *, came_empty: bool) -> HttpResponse:
    queues = lists.my_queues(request.chosen)
    takes = set(request.chosen.queues_with(Right.TAKE))
    context = {
        "queues": queues,
        "takes": takes,
        "waiting": sum(queue.waiting for queue in queues if queue.id in takes),
        "came_empty": came_empty,
        "now": clock.now(),
    }
    return render(request, "workspace/next.jinja", context)
