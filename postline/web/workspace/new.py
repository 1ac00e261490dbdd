"""A new ticket by an agent: a first letter to somebody, or a request that was told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects.models import Queue, Topic
from postline.projects.rights import Forbidden, Right
from postline.tickets.actions.answer import NothingToSay, TooLong
from postline.tickets.actions.change import WrongTopic
from postline.tickets.actions.open import Contact, WrongAddress, note_request, write_first
from postline.tickets.models import State, Ticket
from postline.tickets.outgoing import NoMailbox
from postline.tickets.queries import lists
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.workspace.editor import TooLarge, files_of
from postline.web.workspace.page import LANGUAGES

STATES = {"pending": State.PENDING, "closed": State.CLOSED, "open": State.OPEN}
FIELDS = ("way", "queue", "name", "address", "phone", "subject", "text", "topic", "language", "state")


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed; every field by its name."""

    values: Mapping[str, str] = field(default_factory=dict)
    request_key: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def is_told(self) -> bool:
        """A request that somebody told, rather than a letter to them."""
        return self["way"] == "told"


@require_http_methods(["GET", "POST"])
@signed_in
def new(request: StaffRequest) -> HttpResponse:
    """The form; POST opens the ticket and goes there, or says which fields are wrong and keeps what was typed."""
    if not request.reach.queues_with(Right.ANSWER):
        raise Forbidden(Right.ANSWER)
    if request.method != "POST":
        given = {name: request.GET.get(name, "") for name in FIELDS}
        return _page(request, Form(given), {})
    form = Form(
        {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS},
        request.POST.get("request_key", "")[:64] or uuid.uuid4().hex,
    )
    reach = request.reach
    faults = _faults(form, set(reach.queues_with(Right.ANSWER)), set(reach.queues_with(Right.CLOSE)))
    if not faults:
        try:
            ticket = _open(request, form)
        except REFUSALS as error:
            faults = _refusal(error)
        else:
            if not form.is_told:
                messages.success(request, _("Sent to %(who)s") % {"who": ticket.requester.shown_name})
            return redirect("desk-ticket", number=ticket.number)
    return _page(request, form, faults)


REFUSALS = (WrongAddress, WrongTopic, NothingToSay, TooLong, NoMailbox, TooLarge)


def _open(request: StaffRequest, form: Form) -> Ticket:
    queue = Queue.objects.select_related("project", "return_queue").get(pk=key_of(form["queue"]) or 0)
    contact = Contact(name=form["name"], address=form["address"], phone=form["phone"])
    topic = Topic.objects.filter(pk=key_of(form["topic"]) or 0).first()
    if form.is_told:
        return note_request(
            request.reach,
            queue=queue,
            contact=contact,
            subject=form["subject"],
            text=form["text"],
            topic=topic,
            language=form["language"],
            request_key=form.request_key,
            now=clock.now(),
        )
    return write_first(
        request.reach,
        queue=queue,
        contact=contact,
        subject=form["subject"],
        text=form["text"],
        topic=topic,
        language=form["language"],
        state=STATES.get(form["state"], State.PENDING),
        files=files_of(request, most=settings.CONFIGURATION.max_message),
        request_key=form.request_key,
        now=clock.now(),
    )


def _faults(form: Form, allowed: set[int], closing: set[int]) -> dict[str, str]:
    """What is wrong with each field, before anything is done."""
    faults = {}
    if key_of(form["queue"]) not in allowed:
        faults["queue"] = _("Choose a queue")
    elif not form.is_told and form["state"] == "closed" and key_of(form["queue"]) not in closing:
        faults["queue"] = _("You cannot close tickets in this queue: choose what comes after sending.")
    if not form.is_told and not form["address"]:
        faults["address"] = _("Write the address that the letter goes to")
    if form.is_told and not (form["name"] or form["address"] or form["phone"]):
        faults["name"] = _("Write a name, an address or a telephone number")
    if not form["subject"]:
        faults["subject"] = _("Write in a few words what it is about")
    if not form["text"]:
        faults["text"] = _("Write what was told") if form.is_told else _("Write the letter")
    if form["language"] and not (
        form["language"].isascii() and form["language"].isalpha() and len(form["language"]) < 4
    ):
        faults["language"] = _("Choose a language of the list")
    return faults


def _refusal(error: Exception) -> dict[str, str]:
    match error:
        case WrongAddress():
            return {"address": _("This is no e-mail address. Write it as name@example.org")}
        case WrongTopic():
            return {"topic": _("Choose a topic of the queue’s project")}
        case NoMailbox():
            return {"queue": _("The project of this queue has no mailbox to send from")}
        case TooLong():
            return {"text": _("The text is longer than a message may be. Send it as a file.")}
        case TooLarge():
            return {"files": _("The files are larger than a message may be")}
    return {"text": _("Write something first")}


def _page(request: StaffRequest, form: Form, faults: dict[str, str]) -> HttpResponse:
    all_queues = lists.my_queues(request.chosen)
    queues = [queue for queue in all_queues if request.reach.may(Right.ANSWER, queue.id)]
    projects = {queue.project_id: queue.project_name for queue in queues}
    context = {
        "all_queues": all_queues,
        "queues": queues,
        "projects": projects,
        "topics": list(Topic.objects.filter(project_id__in=projects, retired_at=None).order_by("project_id", "name")),
        "languages": sorted(LANGUAGES),
        "form": form,
        "faults": faults,
        "now": clock.now(),
    }
    return render(request, "workspace/new.jinja", context, status=422 if faults else 200)
