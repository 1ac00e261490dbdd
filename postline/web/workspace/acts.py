"""The small acts on a ticket's page: each calls its action and comes back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects.models import Person, Queue, Topic
from postline.tickets.actions import change
from postline.tickets.actions import move as moving
from postline.tickets.actions import participant as participants
from postline.tickets.actions import reveal as revealing
from postline.tickets.actions import take as taking
from postline.tickets.actions.requester import change_requester, other_party
from postline.tickets.models import Participant, Priority
from postline.web.shared.decorators import OpenView, StaffRequest
from postline.web.workspace.editor import LATER, STATES, moment
from postline.web.workspace.page import posted, ticket_page
from postline.web.workspace.troubles import TROUBLES, trouble_of


def act(done: Callable[..., None]) -> OpenView[...]:
    """A view that does one thing by POST and shows the ticket again; what is refused stands above it."""

    @wraps(done)
    def view(request: StaffRequest, number: int, **further: int) -> HttpResponse:
        try:
            done(request, number, **further)
        except TROUBLES as error:
            return ticket_page(request, number, trouble=trouble_of(error))
        return redirect("desk-ticket", number=number)

    return posted(view)


@act
def take(request: StaffRequest, number: int) -> None:
    """Become the one who works at it."""
    taking.take(request.reach, number=number, now=clock.now())


@act
def release(request: StaffRequest, number: int) -> None:
    """Give it back."""
    taking.release(request.reach, number=number, now=clock.now())


@posted
def keep(request: StaffRequest, number: int) -> HttpResponse:
    """Renew the lease while the page is open: 204, or 409 when it is no longer the person's."""
    kept = taking.keep(request.reach, number=number, now=clock.now())
    return HttpResponse(status=204 if kept else 409)


@act
def move(request: StaffRequest, number: int) -> None:
    """Into another queue of the project: its id, or its name or slug as typed."""
    moving.move(request.reach, number=number, queue=_queue(request, number), now=clock.now())


@act
def assign(request: StaffRequest, number: int) -> None:
    """Say who is to answer; nobody where the login is empty."""
    login = request.POST.get("owner", "").strip()
    owner = Person.objects.filter(login=login, is_active=True).first() if login else None
    if login and owner is None:
        raise change.WrongOwner(login)
    change.assign(request.reach, number=number, owner=owner, now=clock.now())


@act
def state(request: StaffRequest, number: int) -> None:
    """Set the state; `later` waits for the date in `until`."""
    wanted = request.POST.get("state", "")
    if wanted not in STATES:
        raise change.WrongState(wanted)
    until = moment(request.POST.get("until", "")) if wanted == LATER else None
    change.change_state(request.reach, number=number, state=STATES[wanted], pending_until=until, now=clock.now())


@act
def topic(request: StaffRequest, number: int) -> None:
    """Say what kind of problem it is."""
    key = request.POST.get("topic", "")
    found = Topic.objects.filter(pk=key_of(key) or 0).first() if key else None
    if key and found is None:
        raise change.WrongTopic(key)
    change.change_topic(request.reach, number=number, topic=found, now=clock.now())


@act
def priority(request: StaffRequest, number: int) -> None:
    """Say how urgent it is."""
    wanted = next((one for one in Priority if str(one.value) == request.POST.get("priority")), None)
    if wanted is None:
        raise Http404
    change.change_priority(request.reach, number=number, priority=wanted, now=clock.now())


@act
def tags(request: StaffRequest, number: int) -> None:
    """Replace the tags by those between the commas."""
    given = [tag for tag in request.POST.get("tags", "").split(",") if tag.strip()]
    change.change_tags(request.reach, number=number, tags=given, now=clock.now())


@act
def language(request: StaffRequest, number: int) -> None:
    """Say in which language the requester is answered."""
    code = request.POST.get("language", "").strip().lower()
    if not (code.isascii() and code.isalpha() and len(code) in (2, 3)):
        raise Http404
    change.change_language(request.reach, number=number, language=code, now=clock.now())


@act
def add_participant(request: StaffRequest, number: int, participant: int) -> None:
    """Let an address that joined by itself take part from now on."""
    try:
        participants.add_participant(request.reach, number=number, participant_id=participant, now=clock.now())
    except Participant.DoesNotExist as error:
        raise Http404 from error


@act
def decline_participant(request: StaffRequest, number: int, participant: int) -> None:
    """Say that an address that joined by itself shall not take part."""
    try:
        participants.decline_participant(request.reach, number=number, participant_id=participant, now=clock.now())
    except Participant.DoesNotExist as error:
        raise Http404 from error


@act
def requester(request: StaffRequest, number: int) -> None:
    """Say who asks: whoever wrote `message` or is named in it, or a name and an address."""
    name, address = request.POST.get("name", ""), request.POST.get("address", "")
    if message := key_of(request.POST.get("message", "")):
        name, address = other_party(request.reach, number=number, message_id=message)
    change_requester(request.reach, number=number, name=name, address=address, now=clock.now())


@act
def reveal(request: StaffRequest, number: int) -> None:
    """Show the addresses and telephone numbers for a while; the reason is of the list, or in words."""
    reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
    revealing.reveal(request.reach, number=number, reason=reason, words=words, now=clock.now())


def _queue(request: StaffRequest, number: int) -> Queue:
    """The queue that was chosen, among those of the ticket's project. Raises WrongQueue."""
    given = request.POST.get("queue", "").strip()
    found = Queue.objects.filter(pk=key_of(given) or 0).first()
    if found is None:
        raise moving.WrongQueue(given)
    return found
