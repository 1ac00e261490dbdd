"""The ticket's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.page import ticket_page


@require_GET
@signed_in
def ticket(request: StaffRequest, number: int) -> HttpResponse:
    """The conversation and the facts, with the editor where the person may write."""
    return ticket_page(request, number)
