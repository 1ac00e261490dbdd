"""Search: for now a ticket number, which leads there, or a requester's address."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from postline.kit import clock
from postline.tickets import numbers
from postline.tickets.queries import lists
from postline.tickets.queries.access import visible_tickets
from postline.tickets.queries.shown import is_hidden_somewhere
from postline.web.shared.decorators import StaffRequest, signed_in

LOOKS_LIKE_NUMBER = re.compile(r"#?[\d\s\u202f\u00a0\u2009.-]{5,}")


@require_GET
@signed_in
def search(request: StaffRequest) -> HttpResponse:
    """Go to the ticket of a number; list those of an address, where the person sees addresses; else say what can be
    searched for."""
    query = request.GET.get("q", "").strip()
    number = numbers.parse(query)
    if number is not None and visible_tickets(request.reach).filter(number=number).exists():
        return redirect("desk-ticket", number=number)
    return render(
        request,
        "workspace/search.jinja",
        {
            "query": query,
            "kind": _kind(query, number),
            "rows": lists.tickets_of_address(request.reach, address=query) if "@" in query else [],
            "is_hidden": is_hidden_somewhere(request.reach),
            "queues": lists.my_queues(request.chosen),
            "now": clock.now(),
        },
    )


def _kind(query: str, number: int | None) -> str:
    """What was asked: `nothing`, an `address`, an `unknown` number, a `mistyped` one, or other `words`."""
    if not query:
        return "nothing"
    if "@" in query:
        return "address"
    if number is not None:
        return "unknown"
    return "mistyped" if LOOKS_LIKE_NUMBER.fullmatch(query) else "words"
