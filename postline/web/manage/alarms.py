"""Alarms: seen, so that the bar goes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from postline.kit import clock
from postline.projects import alarms
from postline.web.shared.decorators import StaffRequest, signed_in


@require_POST
@signed_in
def acknowledge(request: StaffRequest, alarm_id: int) -> HttpResponse:
    """Back to where the bar was seen."""
    try:
        alarms.acknowledge(request.reach, alarm_id=alarm_id, now=clock.now())
    except alarms.NoSuchAlarm:
        messages.info(request, _("It is over already."))
    return redirect(_back(request))


def _back(request: StaffRequest) -> str:
    referer = request.headers.get("Referer", "")
    return referer if url_has_allowed_host_and_scheme(referer, {request.get_host()}) else "/"
