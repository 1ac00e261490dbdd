"""Two tickets become one, one becomes two, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects.models import Queue
from postline.projects.rights import Right
from postline.tickets import numbers
from postline.tickets.actions import merge as merging
from postline.tickets.actions import split as splitting
from postline.tickets.actions import suggest, undo, unmerge
from postline.tickets.actions.move import WrongQueue
from postline.tickets.models import State
from postline.tickets.queries.access import MergedAway, NoSuchTicket, ticket_for
from postline.tickets.queries.conversation import Said, conversation
from postline.tickets.queries.merged import merged_into
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.page import posted, targets_of, ticket_page
from postline.web.workspace.side import shown_queues
from postline.web.workspace.troubles import TROUBLES, Trouble, trouble_of


@posted
def merge(request: StaffRequest, number: int) -> HttpResponse:
    """Into the ticket whose number was chosen or typed, which is shown then."""
    ticket_for(request.reach, number)
    into = numbers.parse(request.POST.get("into", ""))
    try:
        if into is None:
            raise merging.WrongTarget(number)
        target = merging.merge(request.reach, number=number, into=into, now=clock.now())
    except TROUBLES as error:
        return ticket_page(request, number, trouble=trouble_of(error))
    words = _("%(number)s is part of this ticket now.") % {"number": numbers.show(number)}
    messages.success(request, words, extra_tags=_undoing(target.number, target.event_count))
    return redirect("desk-ticket", number=target.number)


@posted
def take_apart(request: StaffRequest, number: int) -> HttpResponse:
    """Out of the ticket that it is part of; any time later."""
    try:
        unmerge.unmerge(request.reach, number=number, now=clock.now())
    except TROUBLES as error:
        return ticket_page(request, number, trouble=trouble_of(error))
    messages.success(request, _("This ticket is on its own again."))
    return redirect("desk-ticket", number=number)


@posted
def undo_last(request: StaffRequest, number: int) -> HttpResponse:
    """The merge or split that the person has just made: `?event=`, what its toast offers, else the last one."""
    event = key_of(request.GET.get("event", ""))
    try:
        ticket = undo.undo(request.reach, number=number, event=event, now=clock.now())
    except TROUBLES as error:
        return ticket_page(request, number, trouble=trouble_of(error))
    messages.success(request, _("Undone."))
    into = merged_into(request.reach, ticket.pk) if ticket.state == State.MERGED else None
    return redirect("desk-ticket", number=into.number if into else number)


@posted
def not_the_same(request: StaffRequest, number: int, other: int) -> HttpResponse:
    """The two tickets have nothing to do with each other: it is not suggested again."""
    try:
        suggest.dismiss(request.reach, number=number, other=other, now=clock.now())
    except TROUBLES as error:
        return ticket_page(request, number, trouble=trouble_of(error))
    back = number if request.POST.get("back") != str(other) else other
    return redirect("desk-ticket", number=back)


@signed_in
def split(request: StaffRequest, number: int, message: int) -> HttpResponse:
    """“This is another problem”: which messages go, and into which queue."""
    trouble = None
    if request.method == "POST":
        chosen = [key for one in request.POST.getlist("messages") if (key := key_of(one))]
        try:
            new = splitting.split(
                request.reach,
                number=number,
                message_id=message,
                with_messages=chosen,
                queue=_queue(request),
                now=clock.now(),
            )
        except TROUBLES as error:
            trouble = trouble_of(error)
        except NoSuchTicket:  # pressed twice, and the new one stands in a queue that the person does not see
            return redirect("desk-ticket", number=ticket_for(request.reach, number).number)
        else:
            words = _("A ticket of its own: %(number)s") % {"number": numbers.show(new.number)}
            may_undo = request.reach.may(Right.SPLIT, new.queue_id)
            messages.success(request, words, extra_tags=_undoing(new.number, BEGINNING) if may_undo else "")
            seen = request.reach.may(Right.SEE, new.queue_id)
            return redirect("desk-ticket", number=new.number if seen else number)
    return _split_page(request, number, message, trouble)


BEGINNING = 1  # the event of a split in the history of the new ticket


def _undoing(number: int, event: int) -> str:
    """What makes a toast offer to undo this event."""
    return f"undo:{reverse('desk-undo', args=[number])}?event={event}"


def _queue(request: StaffRequest) -> Queue | None:
    given = request.POST.get("queue", "")
    found = Queue.objects.filter(pk=key_of(given) or 0).first()
    if given and found is None:
        raise WrongQueue(given)
    return found


def _split_page(request: StaffRequest, number: int, message: int, trouble: Trouble | None) -> HttpResponse:
    reach = request.reach
    talk = conversation(reach, number, whole=True, now=clock.now())
    if not reach.may(Right.SPLIT, talk.ticket.queue_id):
        return redirect("desk-ticket", number=number)
    if talk.ticket.state == State.MERGED:
        into = merged_into(reach, talk.ticket.pk)
        return ticket_page(request, number, trouble=trouble_of(MergedAway(into.number if into else None)))
    theirs = [step.what for step in talk.steps if isinstance(step.what, Said) and step.what.is_theirs]
    if not any(one.id == message for one in theirs) or len(theirs) == 1:
        return ticket_page(request, number, trouble=trouble_of(splitting.WrongMessage(message)))
    context = {
        "ticket": talk.ticket,
        "queues": shown_queues(request, beside=lambda some: talk.ticket.project_id in some.projects),
        "theirs": theirs,
        "chosen": message,
        "checked": [key_of(one) for one in request.POST.getlist("messages")],
        "targets": targets_of(reach, talk.ticket, talk.queues),
        "trouble": trouble,
        "now": clock.now(),
    }
    return render(request, "workspace/split.jinja", context, status=trouble.status if trouble else 200)
