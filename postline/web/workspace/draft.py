"""Keep what is being written."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from postline.kit import clock
from postline.tickets.actions.draft import save_draft
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.editor import Typed

KINDS = frozenset({"answer", "note"})


@require_POST
@signed_in
def save(request: StaffRequest, number: int) -> HttpResponse:
    """Save the draft and say when, in the person's time; with `back`, show the ticket again."""
    kind, now = request.POST.get("kind", ""), clock.now()
    if kind not in KINDS:
        return HttpResponseBadRequest()
    save_draft(request.reach, number=number, kind=kind, text=request.POST.get("text", ""), now=now)
    if "back" in request.POST:
        return redirect("desk-ticket", number=number)
    return JsonResponse({"saved": f"{timezone.localtime(now):%H:%M}"})


def keep_typed(request: StaffRequest, number: int, typed: Typed) -> None:
    """What could not be sent stays as a draft, also when the person leaves."""
    if typed.text.strip():
        save_draft(request.reach, number=number, kind=typed.kind, text=typed.text, now=clock.now())
