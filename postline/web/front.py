"""The front door: `/` sends each person to their place."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from postline.projects.models import Person
from postline.projects.rights import ProjectRight, Reach
from postline.web.shared.decorators import StaffRequest


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """`/`, and `/help/` until there is a help centre."""
    if request.user.is_authenticated:
        return redirect(place_of(cast(StaffRequest, request).reach))
    if not Person.objects.exists():
        return render(request, "first_start.jinja")
    return redirect(settings.LOGIN_URL)


def place_of(reach: Reach) -> str:
    """Where a person's work is: agents at the desk, an administrator without queues at the outbox."""
    if not reach.queues and reach.may_somewhere(ProjectRight.OUTBOX):
        return "/outbox/"
    return "/desk/" if reach.queues else "/settings/"


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for this address whatever the page says."""
    return redirect(static("postline/favicon.svg"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing of the staff's pages belongs into a search engine."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")
