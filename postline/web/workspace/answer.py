"""Answer the requester."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from postline.kit import clock
from postline.tickets.actions.answer import NewerMessage
from postline.tickets.actions.answer import answer as send_answer
from postline.tickets.queries import lists
from postline.tickets.queries.shown import shown_of
from postline.web.shared.decorators import StaffRequest
from postline.web.workspace.draft import keep_typed
from postline.web.workspace.editor import STATES, Typed, files_of
from postline.web.workspace.next_ticket import open_next
from postline.web.workspace.page import posted, ticket_page
from postline.web.workspace.troubles import TROUBLES, trouble_of


@posted
def answer(request: StaffRequest, number: int) -> HttpResponse:
    """Send the answer; then the next ticket, or this one again. What stops it is said where the text is, kept."""
    typed, now = Typed.read(request, kind="answer"), clock.now()
    try:
        message = send_answer(
            request.reach,
            number=number,
            text=typed.text,
            state=STATES[typed.state],
            pending_until=typed.pending_until,
            cc=typed.cc,
            files=files_of(request, most=settings.CONFIGURATION.max_message),
            seen=typed.seen,
            request_key=typed.request_key,
            now=now,
        )
    except NewerMessage as error:
        keep_typed(request, number, typed)
        return ticket_page(request, number, held=error.message.pk, typed=typed)
    except TROUBLES as error:
        keep_typed(request, number, typed)
        return ticket_page(request, number, trouble=trouble_of(error), typed=typed)
    name, address = shown_of(request.reach, message.ticket, now=now).people(message.to)[0]
    # Translators: a toast; %(who)s is the requester's name or address
    messages.success(request, _("Sent to %(who)s") % {"who": name or address})
    if "next" not in request.POST:
        return redirect("desk-ticket", number=number)
    is_second_press = message.created_at < now  # it has taken the next one already
    following = lists.in_hand(request.reach, now=now) if is_second_press else None
    return redirect("desk-ticket", number=following) if following else open_next(request, besides=number)
