"""The versions of a rule: each with its author, as a sentence beside the one before; and back to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.backends.utils import csrf_input
from django.utils.translation import gettext as _
from markupsafe import Markup

from postline.kit import clock
from postline.kit.paging import key_of
from postline.projects import changes, managed
from postline.rules.keeping import target
from postline.rules.models import RuleVersion
from postline.rules.versions import versions_of
from postline.web.manage.frame import seen
from postline.web.manage.rules import choices, editor, keeping
from postline.web.manage.rules.compared import compared
from postline.web.manage.rules.sentences import rule_sentence
from postline.web.manage.rules.sort import Sort
from postline.web.shared.decorators import StaffRequest

PAGE = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A version; `name` only where it differs from the one before, or there is none before."""

    number: int
    at: datetime
    who: str
    name: Markup
    sentence: Markup
    is_current: bool


def versions(request: StaffRequest, project: str, slug: str, sort: Sort) -> HttpResponse:
    """The newest first."""
    rule = sort.rule(request, project, slug)
    before = key_of(request.GET.get("before", ""))
    found = versions_of(rule)
    if before is not None:
        found = found.filter(version__lt=before)
    kept = list(found[: PAGE + 1])
    things = choices.offered(rule.project)
    said = {one.version: rule_sentence(one, things, kind=rule.kind) for one in kept}
    rows = []
    for place, one in enumerate(kept[:PAGE]):
        older = kept[place + 1] if place + 1 < len(kept) else None
        name = compared(older.name, one.name) if older and older.name != one.name else Markup()
        sentence = compared(said[older.version], said[one.version]) if older else Markup("{}").format(said[one.version])
        who = one.person.login if one.person else ""
        rows.append(Line(one.version, one.at, who, name, sentence, one.version == rule.version))
    context = {
        "csrf": csrf_input(request),
        "rule": rule,
        "rows": rows,
        "next": kept[PAGE - 1].version if len(kept) > PAGE else None,
        "seen": changes.last_change(target(rule)),
    }
    return sort.show(request, "versions.jinja", context, project=rule.project)


def bring_back(request: StaffRequest, project: str, slug: str, number: int, sort: Sort) -> HttpResponse:
    """An older version becomes a new one with its content. What does not fit any more opens in the editor."""
    rule = sort.rule(request, project, slug)
    wanted = RuleVersion.objects.filter(rule=rule, version=number).first()
    if wanted is None:
        raise managed.NothingThere(str(number))
    draft = editor.draft_of(wanted, kind=rule.kind)
    page = editor.Page(draft, status=422)
    things = choices.offered(rule.project)
    if editor.judge(page, sort, rule.project, rule, things).faults:
        return editor.shown(request, sort, rule.project, rule, things, page)
    try:
        keeping.keep(request.reach, sort, rule.project, rule, draft, seen=seen(request), now=clock.now())
    except changes.ChangedMeanwhile as error:
        page.missed, page.status = error, 409
        return editor.shown(request, sort, rule.project, rule, things, page)
    messages.success(request, _("Version %(number)d is the current one again.") % {"number": number})
    return redirect(sort.url("versions"), rule.project.slug, rule.slug)
