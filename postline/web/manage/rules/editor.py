"""The editor of a filter or a hint: a new one, one that there is. The server draws it, with and without scripts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.backends.utils import csrf_input
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postline.kit import clock
from postline.projects import changes
from postline.projects.models import Project
from postline.rules.keeping import rules_in, target
from postline.rules.models import Rule, RuleVersion
from postline.web.manage.frame import conflict, seen
from postline.web.manage.rules import acts, choices, examples, form, keeping, tried, views
from postline.web.manage.rules.choices import Offered
from postline.web.manage.rules.form import Draft
from postline.web.manage.rules.rows import Rows, rows_of
from postline.web.manage.rules.sentences import OCCASIONS, draft_sentence, fault_words
from postline.web.manage.rules.sort import Sort
from postline.web.shared.decorators import StaffRequest


@dataclass
class Page:
    """What the page shows beside the rule itself."""

    draft: Draft
    focus: str = ""
    is_judged: bool = False  # whether what is wrong is said everywhere, or only where it can be read off at once
    asks_anyway: bool = False
    missed: changes.ChangedMeanwhile | None = None
    found: views.Findings = field(default_factory=views.Findings)
    trial: tried.Tried | None = None
    status: int = 200


def new(request: StaffRequest, project: str, sort: Sort) -> HttpResponse:
    """A rule from nothing, or from one of the examples."""
    it = sort.project(request, project)
    things = choices.offered(it)
    if request.method == "POST":
        return _posted(request, sort, it, None, things)
    draft = examples.draft(sort.kind, request.GET.get("example", ""), things)
    draft = draft or Draft(shown=Rows("all", (choices.first_row(),)), acts=(acts.first(sort.kind, things),))
    return shown(request, sort, it, None, things, Page(draft, focus="name"))


def rule(request: StaffRequest, project: str, slug: str, sort: Sort) -> HttpResponse:
    """A rule that there is."""
    it = sort.rule(request, project, slug)
    things = choices.offered(it.project)
    if request.method == "POST":
        return _posted(request, sort, it.project, it, things)
    return shown(request, sort, it.project, it, things, Page(draft_of(it)))


def draft_of(rule: Rule | RuleVersion, *, kind: str = "") -> Draft:
    """A rule, or a version of one of this kind, as its form shows it."""
    is_filter = (kind or getattr(rule, "kind", "")) == "filter"
    return Draft(
        name=rule.name,
        acts_on=rule.acts_on,
        shown=rows_of(rule.condition),
        acts=form.acts_of(rule.steps, word="do") if is_filter else form.acts_of(rule.suggestions),
        weight=str(rule.weight),
    )


def _posted(request: StaffRequest, sort: Sort, project: Project, rule: Rule | None, things: Offered) -> HttpResponse:
    draft = form.read(request.POST, {**choices.lists(), **acts.lists(sort.kind)})
    draft = replace(draft, shown=replace(draft.shown, rows=tuple(map(choices.in_shape, draft.shown.rows))))
    do = request.POST.get("do", "save")
    if do in ("save", "save-on"):
        return _save(request, sort, project, rule, things, draft, then_on=do == "save-on")
    if do == "try" or do.startswith("try:"):
        page = Page(draft)
        if not judge(page, sort, project, rule, things).faults:
            last = tried.wanted(request.POST.get("last", ""))
            page.trial = tried.begin(request.reach, project, sort, draft, things, last=last, do=do, now=clock.now())
        return shown(request, sort, project, rule, things, page)
    drawn, focus = form.press(_turned(sort, draft, things), do, choices.first_row(), acts.first(sort.kind, things))
    return shown(request, sort, project, rule, things, Page(drawn, focus=focus))


def _save(
    request: StaffRequest,
    sort: Sort,
    project: Project,
    rule: Rule | None,
    things: Offered,
    draft: Draft,
    *,
    then_on: bool,
) -> HttpResponse:
    page = Page(draft, status=422)
    found = judge(page, sort, project, rule, things)
    if found.faults:
        return shown(request, sort, project, rule, things, page)
    if found.warnings and request.POST.get("anyway") != sign(draft):
        page.asks_anyway = True
        return shown(request, sort, project, rule, things, page)
    try:
        kept = keeping.keep(request.reach, sort, project, rule, draft, seen=seen(request), now=clock.now())
    except changes.ChangedMeanwhile as error:
        page.missed, page.status = error, 409
        return shown(request, sort, project, rule, things, page)
    if then_on and not kept.rule.enabled:
        return redirect(sort.url("switch"), project.slug, kept.rule.slug)
    words = sort.words.made if kept.is_new else _("Saved.") if kept.is_changed else _("Nothing was different.")
    messages.success(request, str(words))
    return redirect(sort.url("rule"), project.slug, kept.rule.slug)


def judge(page: Page, sort: Sort, project: Project, rule: Rule | None, things: Offered) -> views.Findings:
    """All that is wrong with what was typed; written on the page too."""
    others = [one for one in rules_in(project, sort.kind) if rule is None or one.pk != rule.pk]
    page.found = views.findings(project, sort.kind, page.draft, things, others=others)
    page.is_judged = True
    return page.found


def _turned(sort: Sort, draft: Draft, things: Offered) -> Draft:
    """Where another question or act was chosen, what stood there for the old one gives way. Only while it is drawn
    anew: what is saved is what somebody has seen."""
    shown = [
        choices.turned(row, things) if f"row-{at}" in draft.turned else row for at, row in enumerate(draft.shown.rows)
    ]
    doing = [
        acts.turned(sort.kind, act, things) if f"act-{at}" in draft.turned else act for at, act in enumerate(draft.acts)
    ]
    return replace(draft, shown=replace(draft.shown, rows=tuple(shown)), acts=tuple(doing))


def sign(draft: Draft) -> str:
    """What was typed, as a short word: what somebody means is this and nothing that came later."""
    said = json.dumps([draft.condition, draft.acts_on, [(act.what, act.value) for act in draft.acts]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def shown(
    request: StaffRequest, sort: Sort, project: Project, rule: Rule | None, things: Offered, page: Page
) -> HttpResponse:
    draft = page.draft
    found = page.found
    if not page.is_judged:  # while somebody is still at it, only a wrong pattern is said
        judged = views.findings(project, sort.kind, draft, things, others=[])
        found = views.Findings(of_rows={at: one for at, one in judged.of_rows.items() if one.at is not None})
    context: dict[str, Any] = {
        "csrf": csrf_input(request),
        "rule": rule,
        "draft": draft,
        "sentence": draft_sentence(draft, sort.kind, things, language=get_language() or "en"),
        "occasions": OCCASIONS,
        "row_views": views.row_views(draft, things, found),
        "act_views": acts.views(sort.kind, draft, things, found.of_acts),
        "ask_groups": choices.ask_groups(),
        "act_choices": acts.offered(sort.kind, things),
        "lists_of_names": choices.names_offered(),
        "problems": found.faults,
        "warnings": found.warnings if not found.faults else [],
        "asks_anyway": sign(draft) if page.asks_anyway else "",
        "faults": {"name": "", "weight": "", **found.of_fields},
        "fault": fault_words(rule) if rule else "",
        "focus": page.focus,
        "seen": changes.last_change(target(rule)) if rule else 0,
        "trial": page.trial,
        "trial_only": False,
        "lasts": tried.LASTS,
        "last": tried.wanted(request.POST.get("last", "")),
        **conflict(page.missed),
    }
    return sort.show(request, "editor.jinja", context, project=project, status=page.status)
