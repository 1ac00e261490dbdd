"""Templates in the answer of a ticket: found while one types, put in with the values of the ticket, counted when the
answer leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from postline.kit import clock
from postline.outbox.put import File
from postline.projects.managed import NothingThere
from postline.projects.rights import Right
from postline.rules.models import Template, TemplateText
from postline.rules.templates import files, queries, render_for_person
from postline.rules.templates.render import best, marks_in
from postline.tickets.models import Ticket
from postline.tickets.queries.access import ticket_for
from postline.web.shared.decorators import StaffRequest, signed_in
from postline.web.shared.filters import size
from postline.web.workspace.editor import GapsLeft, TooLarge, Typed
from postline.web.workspace.page import ticket_page

MOST_IN_A_SELECT = 1000  # without a script all of them stand in one field
CONDITIONS, FILLED_IN = re.compile(r"\{%.*?%\}", re.DOTALL), re.compile(r"\{\{.*?\}\}", re.DOTALL)
CARRIED = ("text", "state", "until", "copies", "seen", "request_key", "gaps_told")


@dataclass(frozen=True, slots=True)
class Choice:
    """A template that is offered, in the language that it would have here."""

    template: Template
    words: TemplateText
    is_of_topic: bool

    @property
    def beginning(self) -> str:
        """The first words, to tell it from others; what is filled in stands as dots."""
        words = FILLED_IN.sub("…", CONDITIONS.sub("", self.words.text))
        return " ".join(words.split())[:160]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def templates(request: StaffRequest, number: int) -> HttpResponse:
    """The finder's list. A browser without a script sends the whole editor here, chooses, and comes back with it."""
    if request.method == "POST":
        return _chosen_without_script(request, number)
    ticket = ticket_for(request.reach, number)
    if "HX-Request" not in request.headers:
        return redirect("desk-ticket", number=number)
    found = queries.offered(ticket, words=request.GET.get("q", ""))
    return render(request, "workspace/template_choices.jinja", {"choices": _choices(found, ticket), "ticket": ticket})


@require_safe
@signed_in
def one(request: StaffRequest, number: int, template: str) -> HttpResponse:
    """A template with the values of the ticket in it, and the files that come along."""
    ticket = ticket_for(request.reach, number)
    found = queries.offered_one(ticket, template)
    words = best(list(found.texts.all()), ticket.language)
    if words is None:
        raise NothingThere
    text = render_for_person(words, ticket, request.reach, now=clock.now())
    kept = [
        {"id": file.pk, "name": file.filename, "size": size(file.size)} for file in files.files_of_templates([found.pk])
    ]
    return JsonResponse({"id": found.pk, "text": text.text, "missing": marks_in(text.text), "files": kept})


def require_no_gaps(typed: Typed) -> None:
    """Raises GapsLeft where places are still marked, unless the person was told."""
    marks = marks_in(typed.text)
    if marks and not typed.gaps_told:
        raise GapsLeft(marks)


def brought_along(request: StaffRequest, number: int, typed: Typed, *, room: int) -> tuple[list[int], list[File]]:
    """The templates that the answer was written with, and their files that were not left out. What does not belong to
    this ticket is left aside. `room` is how many bytes may still be sent. Raises TooLarge."""
    if not typed.templates:
        return [], []
    used = queries.usable(ticket_for(request.reach, number), typed.templates)
    found = files.to_send(used, typed.template_files)
    if sum(len(file.content) for file in found) > room:
        raise TooLarge
    return used, found


def _choices(found: Sequence[Template], ticket: Ticket) -> list[Choice]:
    choices = []
    for template in found:
        texts = list(template.texts.all())
        for text in texts:
            text.template = template
        template.project = ticket.project
        if (words := best(texts, ticket.language)) is not None:
            choices.append(Choice(template, words, bool(template.topic_id) and template.topic_id == ticket.topic_id))
    return choices


def _chosen_without_script(request: StaffRequest, number: int) -> HttpResponse:
    ticket = ticket_for(request.reach, number, Right.ANSWER)
    typed = Typed.read(request, kind="answer")
    slug = request.POST.get("template", "")
    if not slug:
        found = queries.offered(ticket, words=request.POST.get("q", ""), most=MOST_IN_A_SELECT)
        context = {
            "ticket": ticket,
            "choices": _choices(found, ticket),
            "carried": [(name, request.POST[name]) for name in CARRIED if name in request.POST],
            "typed": typed,
        }
        return render(request, "workspace/template_choose.jinja", context)
    template = queries.offered_one(ticket, slug)
    words = best(list(template.texts.all()), ticket.language)
    if words is None:
        raise NothingThere
    text = render_for_person(words, ticket, request.reach, now=clock.now()).text
    with_it = replace(
        typed,
        text="\n\n".join(filter(None, (typed.text.rstrip(), text))),
        templates=tuple(dict.fromkeys([*typed.templates, template.pk])),
        template_files=(*typed.template_files, *(file.pk for file in files.files_of_templates([template.pk]))),
    )
    return ticket_page(request, number, typed=with_it)
