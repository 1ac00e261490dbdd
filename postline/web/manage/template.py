"""One answer template: written in its languages, with a preview in a real ticket, and its versions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postline.kit import clock
from postline.kit.templating import NotATemplate
from postline.projects import changes, managed
from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.rules.models import Template, TemplateVersion
from postline.rules.templates import change, queries, usage
from postline.rules.templates.change import Words, WrongTemplate
from postline.rules.templates.files import WrongFile
from postline.rules.templates.names import EXAMPLES, MEANINGS, names_for, values_for_person
from postline.rules.templates.render import as_sent, marks_in, rendered
from postline.tickets import numbers
from postline.tickets.models import Ticket
from postline.tickets.queries.access import NoSuchTicket, ticket_for, visible_tickets
from postline.web.manage.frame import conflict, seen, show
from postline.web.manage.projects import slug_fault
from postline.web.manage.template_differences import Step, steps_of
from postline.web.manage.template_form import Faults, Fields, chosen_files, faults_of, faults_told, file_fault
from postline.web.manage.templates import sets_up_templates, stale_words
from postline.web.shared.decorators import StaffRequest
from postline.web.workspace.page import LANGUAGES

VERSIONS = 10  # on a page
_MARK = re.compile(r"(⟦[^⟦⟧\n]*⟧)")


@dataclass(frozen=True, slots=True)
class Edited:
    """The words in one language: what was typed, what is wrong with it, how it reads in a ticket."""

    language: str
    words: Words
    faults: Faults
    preview: list[tuple[str, bool]] = field(default_factory=list)  # stretches of text, and whether one is a mark


@require_http_methods(["GET", "HEAD", "POST"])
@sets_up_templates
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Make one. Without a short name it is made from the name."""
    it = managed.project_for(request.reach, project, ProjectRight.TEMPLATES)
    if request.method != "POST":
        given = {name: request.GET.get(name, "") for name in ("queue", "topic")}
        return _page(request, it, None, Fields.empty(it, **given), {})
    fields = Fields.typed(request)
    if "save" not in request.POST:
        return _page(request, it, None, fields, faults_of(fields))
    try:
        made = change.add(
            request.reach,
            project=it,
            slug=fields.slug or slugify(fields.name)[:50].strip("-") or _next_slug(it),
            settings=fields.settings(it, enabled=True),
            added=chosen_files(request),
            now=clock.now(),
        )
    except (WrongSlug, SlugTaken) as error:
        return _page(request, it, None, fields, faults_of(fields) | {"slug": [str(slug_fault(error))]})
    except WrongTemplate as error:
        return _page(request, it, None, fields, faults_of(fields) | faults_told(error))
    except WrongFile as error:
        return _page(request, it, None, fields, faults_of(fields) | file_fault(error))
    messages.success(request, _("The template %(name)s is made.") % {"name": made.name})
    return redirect("manage-template", it.slug, made.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_up_templates
def template(request: StaffRequest, project: str, template: str) -> HttpResponse:
    """Change one; with `?version=` the words of an older version stand in the form."""
    it = queries.template_for(request.reach, project, template)
    if request.method != "POST":
        return _page(request, it.project, it, Fields.of(it, _older(request, it)), {})
    fields = Fields.typed(request)
    if "save" not in request.POST:
        return _page(request, it.project, it, fields, faults_of(fields))
    try:
        changed = change.change(
            request.reach,
            template_id=it.pk,
            settings=fields.settings(it.project, enabled=it.enabled),
            added=chosen_files(request),
            removed=fields.removed,
            seen=seen(request),
            now=clock.now(),
        )
    except changes.ChangedMeanwhile as error:
        return _page(request, it.project, it, fields, {}, missed=error)
    except WrongTemplate as error:
        return _page(request, it.project, it, fields, faults_of(fields) | faults_told(error))
    except WrongFile as error:
        return _page(request, it.project, it, fields, faults_of(fields) | file_fault(error))
    messages.success(request, _("Saved.") if changed else _("Nothing was different."))
    return redirect("manage-template", it.project.slug, it.slug)


@require_POST
@sets_up_templates
def preview(request: StaffRequest, project: str) -> HttpResponse:
    """For the page, while somebody types: each language as it reads in a ticket, or what is wrong with it."""
    it = managed.project_for(request.reach, project, ProjectRight.TEMPLATES)
    fields = Fields.typed(request)
    context = _previewed(request, it, fields, faults_of(fields))
    return render(request, "manage/template_preview.jinja", context)


@require_safe
@sets_up_templates
def versions(request: StaffRequest, project: str, template: str) -> HttpResponse:
    """Who changed what, the last change first."""
    it = queries.template_for(request.reach, project, template)
    before = request.GET.get("before", "")
    kept = TemplateVersion.objects.filter(template=it).select_related("person").order_by("-version")
    kept = kept.filter(version__lt=int(before)) if before.isdecimal() and len(before) < 10 else kept
    found = list(kept[: VERSIONS + 1])
    steps: list[Step] = steps_of(found)[:VERSIONS]
    following = found[VERSIONS - 1].version if len(found) > VERSIONS else None
    context = {"template": it, "steps": steps, "following": following}
    return show(request, "template_versions.jinja", context, at="templates", project=it.project)


def _page(
    request: StaffRequest,
    project: Project,
    it: Template | None,
    fields: Fields,
    faults: Faults,
    *,
    missed: changes.ChangedMeanwhile | None = None,
) -> HttpResponse:
    now = clock.now()
    further: dict[str, Any] = {"template": it, "seen": 0, "files": [], "stale": [], "used": 0}
    if it is not None:
        further |= {
            "seen": changes.last_change(change.target(project, it.slug)),
            "files": list(it.files.defer("content").order_by("pk")),
            "stale": stale_words(it, now=now),
            "used": usage.recently([it.pk], now=now).get(it.pk, 0),
        }
    queues = [
        one for one in project.queues.order_by("line", "position") if one.is_in_use or str(one.pk) == fields.queue
    ]
    context = {
        **further,
        **_previewed(request, project, fields, faults),
        "fields": fields,
        "faults": faults,
        "queues": queues,
        "topics": project.topics.order_by("name"),
        "further_languages": [code for code in LANGUAGES if code not in fields.texts],
        "names": {EXAMPLES.get(name, name): MEANINGS[name] for name in MEANINGS},
        "automatic_names": names_for(automatic=True),
        **conflict(missed),
    }
    status = 409 if missed else 422 if faults and request.method == "POST" else 200
    return show(request, "template.jinja", context, at="templates", project=project, status=status)


def _previewed(request: StaffRequest, project: Project, fields: Fields, faults: Faults) -> dict[str, Any]:
    ticket, ticket_fault = _ticket(request, project, fields.ticket)
    return {
        "edited": [
            Edited(code, words, faults, _pieces(request, project, ticket, words, code, is_automatic=fields.automatic))
            for code, words in fields.texts.items()
        ],
        "ticket": ticket,
        "ticket_fault": ticket_fault,
        "faults": faults,
    }


def _pieces(
    request: StaffRequest, project: Project, ticket: Ticket | None, words: Words, language: str, *, is_automatic: bool
) -> list[tuple[str, bool]]:
    """How it reads: with marks, or as a filter sends it."""
    now = clock.now()
    values = (
        values_for_person(ticket, request.reach, language=language, now=now) if ticket else {"project": project.name}
    )
    try:
        text = as_sent(words.text, values, language) if is_automatic else rendered(words.text, values, language).text
    except NotATemplate:
        return []
    return [(part, bool(marks_in(part))) for part in _MARK.split(text) if part]


def _ticket(request: StaffRequest, project: Project, typed: str) -> tuple[Ticket | None, str]:
    """The ticket for the preview, of this project and seen by this person: the one of this number, else the newest."""
    number = numbers.parse(typed) if typed else None
    if typed and number is None:
        return None, _("This is no ticket number.")
    if number is None:
        number = (
            visible_tickets(request.reach)
            .filter(project=project)
            .order_by("-updated_at", "-id")
            .values_list("number", flat=True)
            .first()
        )
    if number is None:
        return None, ""
    try:
        found = ticket_for(request.reach, number)
    except NoSuchTicket:
        return None, _("You see no ticket of this number.")
    if found.project_id != project.pk:
        return None, _("This ticket belongs to another project.")
    return found, ""


def _older(request: StaffRequest, it: Template) -> dict[str, Any] | None:
    version = request.GET.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        return None
    found = TemplateVersion.objects.filter(template=it, version=int(version)).first()
    return found.content if found else None


def _next_slug(project: Project) -> str:
    """For a name without Latin letters."""
    taken = set(Template.objects.filter(project=project).values_list("slug", flat=True))
    number = len(taken) + 1
    while f"template-{number}" in taken:
        number += 1
    return f"template-{number}"
