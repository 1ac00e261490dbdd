"""Builds a ticket's page, also again with what was typed when something could not be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.translation import get_language

from postline.kit import clock
from postline.projects.form_fields import read
from postline.projects.rights import ProjectRight, Reach, Right
from postline.rules.histories import acted_in
from postline.rules.templates.files import files_of_templates
from postline.rules.templates.queries import names_of_templates
from postline.tickets.history import Happening
from postline.tickets.models import OPEN_STATES, Priority, State, Ticket, Why
from postline.tickets.queries.clocks import clock_facts, promised_minutes
from postline.tickets.queries.conversation import Conversation, Happened, QueueChoice, Said, conversation
from postline.tickets.queries.handed_over import came_from
from postline.tickets.queries.joined import how_joined
from postline.tickets.queries.merged import merged_here, merged_into
from postline.tickets.queries.suggestions import suggestions_for
from postline.web.shared.decorators import OpenView, StaffRequest, View, signed_in
from postline.web.workspace.editor import Typed
from postline.web.workspace.files import FILMS, PICTURES, SOUNDS
from postline.web.workspace.hints import Chip, chips
from postline.web.workspace.joined import asked_about, joined_words, report_rows, said_in
from postline.web.workspace.refusals import refusal_words
from postline.web.workspace.side import shown_queues
from postline.web.workspace.thread import (
    Names,
    entries,
    flag_meaning,
    flag_words,
    kind_words,
    metric_words,
    suggestion_words,
)
from postline.web.workspace.troubles import Trouble

LANGUAGES = ("en", "ru", "nl", "de", "fr", "es", "it", "pt", "pl", "uk", "tr", "ar", "he", "zh", "ja", "ko")


def ticket_page(
    request: StaffRequest,
    number: int,
    *,
    trouble: Trouble | None = None,
    held: int | None = None,
    typed: Typed | None = None,
) -> HttpResponse:
    """The page of a ticket. `typed` is kept in the editor; `held` is the id of the message that stopped an answer."""
    reach, now = request.reach, clock.now()
    talk = conversation(reach, number, whole="all" in request.GET, now=now)
    ticket = talk.ticket
    joined, is_merged = how_joined(ticket, talk.shown), ticket.state == State.MERGED
    queues, parts = (
        shown_queues(request, beside=lambda some: ticket.project_id in some.projects),
        merged_here(reach, ticket.pk),
    )
    seen = {queue.id for queue in queues}
    clocks = clock_facts(ticket, now=now)
    names = Names(
        queues={queue.id: queue.name for queue in talk.queues if not queue.private or queue.id in seen},
        topics={topic.id: topic.name for topic in talk.topics},
        private={queue.id for queue in talk.queues if queue.private},
        rules=acted_in(ticket.pk, project_id=ticket.project_id),
        rule=_rule_address(reach, ticket),
    )
    kinds = {step.what.kind for step in talk.steps if isinstance(step.what, Happened)}
    context = {
        "csrf": csrf_input(request),  # once: the page has a dozen forms
        "ticket": ticket,
        "talk": talk,
        "whole": "all" in request.GET,
        "entries": entries(talk, names, reader=reach.person.login),
        "queues": queues,
        "here": next((queue for queue in queues if queue.id == ticket.queue_id), None),
        "now": now,
        "may": {right.name.lower(): not is_merged and reach.may(right, ticket.queue_id) for right in Right},
        "is_merged": is_merged,
        "merged_into": merged_into(reach, ticket.pk) if is_merged else None,
        "may_take_apart": is_merged and reach.may(Right.MERGE, ticket.queue_id),
        "merged_here": parts,
        "merged_numbers": {one.number for one in parts},
        "suggestions": suggestions_for(reach, ticket, talk.shown) if not is_merged else [],
        "may_split": sum(1 for step in talk.steps if isinstance(step.what, Said) and step.what.is_theirs) > 1,
        "came_from": came_from(ticket) if Happening.TAKEN_OVER in kinds else None,
        "linked": linked(talk),
        "labels": labels_of(talk),
        "reason_of": suggestion_words,
        "reasons": list(Why),
        "holder": talk.holder if ticket.taken_until is not None and ticket.taken_until > now else None,
        "clocks": clocks,
        "promised": promised_minutes(ticket, clocks),
        "metric_words": metric_words,
        "is_mine": ticket.taken_by_id == reach.person.pk,
        "is_open": ticket.state in OPEN_STATES,
        "targets": targets_of(reach, ticket, talk.queues),
        "priorities": list(Priority),
        "languages": sorted({*LANGUAGES, ticket.language} - {""}),
        "answer": _shown_answer(talk, typed),
        "brought_files": files_of_templates(typed.templates) if typed else [],
        "note": _shown_note(talk, typed),
        "open_editor": typed.kind if typed and held is None else "",
        "trouble": trouble,
        "held": held,
        "pictures": PICTURES,
        "sounds": SOUNDS,
        "films": FILMS,
        "joined": joined,
        "joined_words": joined_words,
        "report_rows": report_rows,
        "shown": {message.id for message in said_in(talk)},
        "asked": asked_about(talk, joined),
        "flag_meaning": flag_meaning,
        "flag_words": flag_words,
        "kind_words": kind_words,
        "refusal_words": refusal_words,
        "hints": _hints(talk, names),
    }
    status = 409 if held is not None else trouble.status if trouble else 200
    return render(request, "workspace/ticket.jinja", context, status=status)


def labels_of(talk: Conversation) -> dict[str, str]:
    """What the form of the ticket's topic calls its fields, in the reader's language."""
    kept = next((topic.fields for topic in talk.topics if topic.id == talk.ticket.topic_id), "[]")
    language, otherwise = get_language() or "en", talk.ticket.project.language
    return {one.name: one.label_in(language, otherwise=otherwise) for one in read(json.loads(kept))}


def linked(talk: Conversation) -> list[tuple[str, int]]:
    """The tickets that this one follows or is followed by, as far as the reader sees them, each with the kind."""
    found = (step.what for step in talk.steps if isinstance(step.what, Happened))
    wanted = (Happening.FOLLOWS, Happening.FOLLOWED_BY)
    return [(one.kind, one.data["other"]) for one in found if one.kind in wanted and "other" in one.data]


def posted(view: View[...]) -> OpenView[...]:
    """Let in by POST alone; whoever reloads the address of an act gets the ticket. `view` takes its `number`."""

    @wraps(view)
    def checked(request: StaffRequest, number: int, **further: int) -> HttpResponseBase:
        if request.method != "POST":
            return redirect("desk-ticket", number=number)
        return view(request, number, **further)

    return signed_in(checked)


def targets_of(reach: Reach, ticket: Ticket, queues: Sequence[QueueChoice]) -> list[QueueChoice]:
    """Where the ticket can be moved to by this person, beside where it is."""
    return [
        queue
        for queue in queues
        if queue.id != ticket.queue_id and queue.retired_at is None and reach.may(Right.MOVE_INTO, queue.id)
    ]


def _hints(talk: Conversation, names: Names) -> list[Chip]:
    """What the rules say of it; of queues that the reader does not know, not the name."""
    wanted = {hint["template"] for hint in talk.ticket.hints if "template" in hint}
    found = chips(
        talk.ticket.hints,
        topics={topic.slug: (topic.id, topic.name) for topic in talk.topics},
        queues={queue.slug: names.queues[queue.id] for queue in talk.queues if queue.id in names.queues},
        topic_id=talk.ticket.topic_id,
        templates=names_of_templates(talk.ticket.project_id, wanted) if wanted else {},
    )
    return [replace(chip, words=talk.shown.text(chip.words), why=talk.shown.text(chip.why)) for chip in found]


def _rule_address(reach: Reach, ticket: Ticket) -> Callable[[str], str] | None:
    if not reach.may_in_project(ProjectRight.FILTERS, ticket.project_id):
        return None
    return lambda slug: reverse("manage-filter-rule", args=[ticket.project.slug, slug])


def _shown_answer(talk: Conversation, typed: Typed | None) -> Typed:
    """What stands in the editor: what was just sent and refused, else the draft."""
    if typed is not None and typed.kind == "answer":
        return typed
    draft = talk.drafts.get("answer")
    return Typed(text=draft.text if draft else "")


def _shown_note(talk: Conversation, typed: Typed | None) -> Typed:
    if typed is not None and typed.kind == "note":
        return typed
    draft = talk.drafts.get("note")
    return Typed(kind="note", text=draft.text if draft else "")
