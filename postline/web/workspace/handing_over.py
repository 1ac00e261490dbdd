"""Hand a ticket to another project; what the old one still reads of it; take it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects.rights import Reach, Right
from postline.tickets.actions import hand_over as handing
from postline.tickets.models import State
from postline.tickets.queries import lists
from postline.tickets.queries.access import MergedAway, NoSuchTicket, ticket_for
from postline.tickets.queries.handed_over import heir_of, left_behind, targets_for, what_was_left
from postline.tickets.queries.shown import OPEN, Shown, own_addresses, shown_of
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.page import posted, ticket_page
from postline.web.workspace.thread import paragraphs
from postline.web.workspace.troubles import TROUBLES, Trouble, trouble_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def hand_over(request: StaffRequest, number: int) -> HttpResponse:
    """Asks where to, and what they should know there; then shows what the person still reads of it."""
    if request.method != "POST":
        return _choice(request, number)
    queue_id = key_of(request.POST.get("queue", "")) or 0
    reason = request.POST.get("reason", "")
    try:
        done = handing.hand_over(request.reach, number=number, queue_id=queue_id, reason=reason, now=clock.now())
    except MergedAway as error:
        return ticket_page(request, number, trouble=trouble_of(error))
    except TROUBLES as error:
        return _choice(request, number, trouble=trouble_of(error))
    messages.success(request, _("The ticket is in the project %(name)s now.") % {"name": done.target.name})
    seen = request.reach.may(Right.SEE, done.ticket.queue_id)
    return redirect("desk-ticket" if seen else "desk-left", number=number)


def _choice(request: StaffRequest, number: int, *, trouble: Trouble | None = None) -> HttpResponse:
    ticket = ticket_for(request.reach, number)
    if ticket.state == State.MERGED or not request.reach.may(Right.HAND_OVER, ticket.queue_id):
        return redirect("desk-ticket", number=number)
    context = {
        "ticket": shown_of(request.reach, ticket, now=clock.now()).ticket(ticket),
        "targets": targets_for(ticket),
        "chosen": key_of(request.POST.get("queue", "")),
        "reason": request.POST.get("reason", ""),
        "longest": handing.LONGEST_REASON,
        "queues": lists.my_queues(request.reach),
        "trouble": trouble,
        "now": clock.now(),
    }
    return render(request, "workspace/hand_over.jinja", context, status=trouble.status if trouble else 200)


@posted
def take_back(request: StaffRequest, number: int) -> HttpResponse:
    """As if it had not been handed over."""
    try:
        handing.take_back(request.reach, number=number, now=clock.now())
    except handing.TooLate:
        messages.error(request, _("It is too late: somebody there has begun to work on it."))
        return redirect("desk-left", number=number)
    messages.success(request, _("The ticket is here again."))
    return redirect("desk-ticket", number=number)


def shown_then(reach: Reach, queue_id: int) -> Shown:
    """How the person is shown what was in that queue. Nothing is revealed there: that belongs to the new project."""
    return OPEN if reach.may(Right.PERSONAL, queue_id) else Shown(is_masked=True, own=own_addresses(reach))


@require_GET
@signed_in
def left(request: StaffRequest, number: int) -> HttpResponse:
    """What was in the ticket when it left the person's project, with the notes that stay there."""
    found = left_behind(request.reach, number)
    if found is None:
        return redirect("desk-ticket", number=ticket_for(request.reach, number).number)
    now = clock.now()
    try:
        ticket_for(request.reach, number)
        sees = True
    except NoSuchTicket:
        sees = False
    newest = found.ticket.hand_overs.order_by("-event").first()
    may_take_back = (
        newest == found
        and found.person_id == request.reach.person.pk
        and found.ticket.event_count == found.event
        and found.at > now - handing.UNDONE_WITHIN
        and heir_of(found.queue).is_in_use
    )
    context = {
        "left": found,
        "said": what_was_left(found),
        "shown": shown_then(request.reach, heir_of(found.queue).pk),
        "paragraphs": paragraphs,
        "queues": lists.my_queues(request.reach),
        "sees": sees,
        "may_take_back": may_take_back,
        "now": now,
    }
    return render(request, "workspace/left.jinja", context)
