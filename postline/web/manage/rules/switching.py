"""Switching a rule on, after its trial; switching it off; deleting it."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.backends.utils import csrf_input
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postline.kit import clock
from postline.projects import changes
from postline.rules import filters, hints
from postline.rules.checks import WrongRule
from postline.rules.keeping import target
from postline.rules.models import Rule
from postline.web.manage.frame import seen
from postline.web.manage.rules import choices, editor, tried
from postline.web.manage.rules.sentences import draft_sentence, fault_words
from postline.web.manage.rules.sort import Sort
from postline.web.shared.decorators import StaffRequest


def switch(request: StaffRequest, project: str, slug: str, sort: Sort) -> HttpResponse:
    """Off at once. On only from the page that shows the trial of the version that is there."""
    rule = sort.rule(request, project, slug)
    if request.method != "POST":
        return _page(request, sort, rule)
    if request.POST.get("to") == "off":
        doing(sort).switch(request.reach, rule_id=rule.pk, enabled=False, now=clock.now())
        messages.success(request, str(sort.words.is_off))
        return redirect(sort.url("list"), rule.project.slug)
    if request.POST.get("version") != str(rule.version) or seen(request) < changes.last_change(target(rule)):
        if rule.enabled:
            return redirect(sort.url("list"), rule.project.slug)  # pressed twice, or somebody else was quicker
        return _page(request, sort, rule, outdated=True, status=409)
    try:
        doing(sort).switch(request.reach, rule_id=rule.pk, enabled=True, now=clock.now())
    except WrongRule:
        return _page(request, sort, rule, status=422)
    messages.success(request, str(sort.words.is_on))
    return redirect(sort.url("list"), rule.project.slug)


def delete(request: StaffRequest, project: str, slug: str, sort: Sort) -> HttpResponse:
    """For good. The short name must be typed."""
    rule = sort.rule(request, project, slug)
    typed, fault = request.POST.get("word", ""), ""
    if request.method == "POST":
        if typed.strip() == rule.slug:
            doing(sort).delete(request.reach, rule_id=rule.pk, now=clock.now())
            messages.success(request, _("%(name)s is deleted.") % {"name": rule.name})
            return redirect(sort.url("list"), rule.project.slug)
        fault = _("Type the word as it stands here.")
    context = {"csrf": csrf_input(request), "rule": rule, "typed": typed, "fault": fault}
    return sort.show(request, "delete.jinja", context, project=rule.project, status=422 if fault else 200)


def _page(request: StaffRequest, sort: Sort, rule: Rule, *, outdated: bool = False, status: int = 200) -> HttpResponse:
    things, draft = choices.offered(rule.project), editor.draft_of(rule)
    found = editor.judge(editor.Page(draft), sort, rule.project, rule, things)
    problems = [one.words for one in found.faults]
    context: dict[str, Any] = {
        "csrf": csrf_input(request),
        "rule": rule,
        "sentence": draft_sentence(draft, sort.kind, things, language=get_language() or "en"),
        "fault": fault_words(rule),
        "problems": problems,
        "warnings": [one.words for one in found.warnings],
        "outdated": outdated,
        "seen": changes.last_change(target(rule)),
        "trial": None
        if problems
        else tried.begin(
            request.reach, rule.project, sort, draft, things, last=tried.USUAL, do=_look(request), now=clock.now()
        ),
        "trial_only": True,
        "lasts": tried.LASTS,
        "last": tried.USUAL,
    }
    return sort.show(request, "switch.jinja", context, project=rule.project, status=status)


def _look(request: StaffRequest) -> str:
    """The how-manieth look at the past it is."""
    return request.GET.get("do", "try")


def doing(sort: Sort) -> ModuleType:
    """The acts on rules of this sort."""
    return filters if sort.kind == "filter" else hints
