"""A page says that its ticket is being looked at or written in."""

from __future__ import annotations

import re

from django.http import HttpResponse, HttpResponseBadRequest

from postline.tickets.announcements import Doing, announce_presence
from postline.tickets.queries.access import NoSuchTicket
from postline.web.shared.decorators import StaffRequest
from postline.web.workspace.page import posted

_TAB = re.compile(r"[0-9a-f]{1,32}")


@posted
def here(request: StaffRequest, number: int) -> HttpResponse:
    """Tell the others who have it open what the person is `doing`, in this `tab` of their browser."""
    tab, doing = request.POST.get("tab", ""), request.POST.get("doing", "")
    if doing not in list(Doing) or not _TAB.fullmatch(tab):
        return HttpResponseBadRequest()
    if not announce_presence(request.reach, number=number, tab=tab, doing=Doing(doing)):
        raise NoSuchTicket
    return HttpResponse(status=204)
