"""A note: an internal comment that is never sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from postline.kit import clock
from postline.tickets.actions.note import note as write_note
from postline.web.shared.decorators import StaffRequest
from postline.web.workspace.draft import keep_typed
from postline.web.workspace.editor import Typed
from postline.web.workspace.page import posted, ticket_page
from postline.web.workspace.troubles import TROUBLES, trouble_of


@posted
def note(request: StaffRequest, number: int) -> HttpResponse:
    """Write a note and come back to the ticket."""
    typed = Typed.read(request, kind="note")
    try:
        write_note(request.reach, number=number, text=typed.text, request_key=typed.request_key, now=clock.now())
    except TROUBLES as error:
        keep_typed(request, number, typed)
        return ticket_page(request, number, trouble=trouble_of(error), typed=typed)
    return redirect("desk-ticket", number=number)
