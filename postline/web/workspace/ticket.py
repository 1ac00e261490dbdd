"""The ticket's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from postline.tickets.queries.access import NoSuchTicket
from postline.tickets.queries.handed_over import left_behind
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.page import ticket_page


@require_GET
@signed_in
def ticket(request: StaffRequest, number: int) -> HttpResponse:
    """The conversation and the facts, with the editor where the person may write. What was handed to another project
    leads to what is still read of it here."""
    try:
        return ticket_page(request, number)
    except NoSuchTicket:
        if left_behind(request.reach, number) is None:
            raise
        return redirect("desk-left", number=number)
