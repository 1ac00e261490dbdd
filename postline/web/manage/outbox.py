"""`/outbox/`: what would be or was sent, to whom, with which result."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models.functions import Length
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from postline.kit import clock
from postline.kit.paging import newest_first
from postline.outbox import actions
from postline.outbox.compose import CannotCompose, compose
from postline.outbox.models import OutboxMessage, State
from postline.outbox.queries import visible
from postline.projects.rights import ProjectRight, Reach
from postline.tickets.models import Ticket
from postline.tickets.queries.access import visible_tickets
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.shared.foreign import framed

ROWS = 50
MEANINGS = {
    State.WAITING: "waiting",
    State.SENDING: "waiting",
    State.SENT: "success",
    State.FAILED: "danger",
    State.HELD: "warning",
}


@require_safe
@requires(ProjectRight.OUTBOX)
def outbox(request: StaffRequest) -> HttpResponse:
    """Newest first, all or of one state."""
    state = request.GET.get("state", "")
    found = visible(request.chosen).select_related("project").defer("text", "html")
    if state in State.values:
        found = found.filter(state=state)
    page = newest_first(found, before=request.GET.get("before", ""), size=ROWS)
    context = {"page": page, "state": state, "states": State, "meanings": MEANINGS}
    context["may_release"] = state == State.HELD and request.reach.may_in_project(ProjectRight.MANAGE, None)
    return render(request, "manage/outbox.jinja", context)


@require_safe
@requires(ProjectRight.OUTBOX)
def message(request: StaffRequest, message_id: int) -> HttpResponse:
    """One message: its text as it leaves, the head as the relay sees it, recipients and attempts."""
    it = _find(request.reach, message_id)
    context = {
        "message": it,
        "head": _head(it),
        "recipients": it.recipients.order_by("pk"),
        "tries": it.tries.order_by("-pk")[:20],
        "files": it.enclosures.defer("content").annotate(size=Length("content")).order_by("pk"),
        "ticket": _ticket(request.reach, it),
        "meanings": MEANINGS,
        "has_relay": settings.CONFIGURATION.relay is not None,
        "may_retry": it.state in (State.FAILED, State.WAITING),
    }
    return render(request, "manage/outbox_message.jinja", context)


@require_safe
@requires(ProjectRight.OUTBOX)
def html(request: StaffRequest, message_id: int) -> HttpResponse:
    """The HTML part for the sandboxed frame of the page above."""
    return framed(_find(request.reach, message_id).html, shown=str)


@require_POST
@requires(ProjectRight.OUTBOX)
def retry(request: StaffRequest, message_id: int) -> HttpResponse:
    """Try again at once, for the recipients who have not got it."""
    try:
        actions.retry(request.reach, message_id=message_id, now=clock.now())
    except actions.NoSuchMessage as error:
        raise Http404 from error
    except actions.NothingToRetry:
        messages.info(request, _("There is nothing to try again: it was sent, is being sent or is on hold."))
    else:
        messages.success(request, _("It is tried again now."))
    return redirect("outbox-message", message_id)


@require_POST
@requires(ProjectRight.MANAGE, everywhere=True)
def release(request: StaffRequest) -> HttpResponse:
    """Let go what a restore has put on hold."""
    count = actions.release_held(request.reach, now=clock.now())
    words = ngettext("%(num)d message goes out now.", "%(num)d messages go out now.", count) % {"num": count}
    messages.success(request, words)
    return redirect("outbox")


def _find(reach: Reach, message_id: int) -> OutboxMessage:
    found = visible(reach).select_related("project").filter(pk=message_id).first()
    if found is None:
        raise Http404
    return found


def _head(it: OutboxMessage) -> str:
    try:
        return compose(it, utf8=True).partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n")
    except CannotCompose as error:
        return str(error)


def _ticket(reach: Reach, it: OutboxMessage) -> Ticket | None:
    return visible_tickets(reach).filter(pk=it.ticket_id).first() if it.ticket_id else None
