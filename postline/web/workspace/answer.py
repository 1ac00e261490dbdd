"""Answer the requester."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from postline.kit import clock
from postline.rules.templates import usage
from postline.tickets.actions.answer import NewerMessage
from postline.tickets.actions.answer import answer as send_answer
from postline.tickets.queries import lists
from postline.tickets.queries.shown import shown_of
from postline.web.shared.decorators import StaffRequest
from postline.web.workspace.draft import keep_typed
from postline.web.workspace.editor import STATES, GapsLeft, Typed, files_of
from postline.web.workspace.next_ticket import open_next
from postline.web.workspace.page import posted, ticket_page
from postline.web.workspace.templates import brought_along, require_no_gaps
from postline.web.workspace.troubles import TROUBLES, trouble_of


@posted
def answer(request: StaffRequest, number: int) -> HttpResponse:
    """Send the answer; then the next ticket, or this one again. What stops it is said where the text is, kept."""
    typed, now, most = Typed.read(request, kind="answer"), clock.now(), settings.CONFIGURATION.max_message
    try:
        require_no_gaps(typed)
        files = files_of(request, most=most)
        room = most - sum(len(file.content) for file in files)
        used, brought = brought_along(request, number, typed, room=room)
        with transaction.atomic():
            message = send_answer(
                request.reach,
                number=number,
                text=typed.text,
                state=STATES[typed.state],
                pending_until=typed.pending_until,
                cc=typed.cc,
                files=[*files, *brought],
                seen=typed.seen,
                request_key=typed.request_key,
                now=now,
            )
            if used and message.created_at == now:  # the second press of one answer is not counted
                usage.count(used, project_id=message.project_id, now=now)
    except GapsLeft as error:
        keep_typed(request, number, typed)
        return ticket_page(request, number, trouble=trouble_of(error), typed=replace(typed, gaps_told=True))
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
