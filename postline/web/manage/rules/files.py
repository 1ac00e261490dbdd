"""Filters or hints as a file: taken out, and read in after a preview of what would change.

`{"postline": "filters", "version": 1, "rules": […]}`, each rule as `rules/exchange.py` writes it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.backends.utils import csrf_input
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from postline.kit import clock
from postline.projects.models import Project
from postline.rules import exchange
from postline.rules.checks import Draft
from postline.rules.exchange import Report, WrongFile
from postline.rules.keeping import MOST_RULES, VERSIONED, TooManyRules, rules_in
from postline.rules.models import Rule, RuleKind
from postline.web.manage.rules import choices
from postline.web.manage.rules.compared import compared
from postline.web.manage.rules.sentences import rule_sentence, said_sentence
from postline.web.manage.rules.sort import Sort
from postline.web.shared.decorators import StaffRequest

VERSION = 1
LARGEST = 2_000_000  # octets


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file: the rule, the place in it, and what."""

    words: str
    rule: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A rule of the file and what would become of it."""

    name: str
    what: str
    meaning: str
    sentence: Markup


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change."""

    summary: str
    rows: list[Row]
    changes: int


class _OnlyTried(Exception):
    """Ends the transaction of a preview: nothing of it is kept."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def file(request: StaffRequest, project: str, sort: Sort) -> HttpResponse:
    """The page; a file that was chosen is shown, one that was seen is taken over."""
    it = sort.project(request, project)
    if request.method != "POST":
        return _page(request, sort, it)
    upload = request.FILES.get("file")
    content = upload.read(LARGEST + 1) if upload else request.POST.get("text", "").encode("utf-8", "replace")
    data = _read(sort, content)
    if isinstance(data, Fault):
        return _page(request, sort, it, faults=[data], status=422)
    there = {rule.slug: rule for rule in rules_in(it, sort.kind)}
    _leave_switches(data, there)
    signed = _sign(data, there)
    try:
        report = _tried(request, it, data)
        rows = _rows(sort, data, report, there, choices.offered(it))
        text = content.decode("utf-8-sig", "replace")
        shown = partial(_page, request, sort, it, rows=rows, text=text, signed=signed)
        if request.POST.get("do") != "import":
            return shown()
        if not report.added and not report.changed:  # pressed twice
            return redirect(sort.url("list"), it.slug)
        if request.POST.get("signed") != signed:
            return shown(outdated=True, status=409)
        exchange.import_(request.reach, it, data, now=clock.now())
    except WrongFile as error:
        return _page(request, sort, it, faults=[_fault(one) for one in error.faults], status=422)
    except TooManyRules:
        return _page(request, sort, it, faults=[Fault(_("A project has at most 500 rules of a kind."))], status=422)
    count = len(report.added) + len(report.changed)
    said = ngettext("%(count)d rule was taken over.", "%(count)d rules were taken over.", count)
    messages.success(request, said % {"count": count})
    return redirect(sort.url("list"), it.slug)


def download(request: StaffRequest, project: str, sort: Sort) -> HttpResponse:
    """All of them as JSON."""
    it = sort.project(request, project)
    rules = [rule for rule in exchange.export(it) if rule["kind"] == sort.kind]
    whole = {"postline": sort.area, "version": VERSION, "rules": rules}
    text = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{it.slug}-{sort.area}.json"'
    return response


def _read(sort: Sort, content: bytes) -> list[Any] | Fault:
    """The rules of a file, as far as it is one of ours."""
    if len(content) > LARGEST:
        return Fault(_("The file is larger than 2 MB."))
    try:
        whole = json.loads(content.decode("utf-8-sig"))
        written = json.dumps(whole, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return Fault(_("This is no JSON: line %(line)s cannot be read.") % {"line": error.lineno})
    except (UnicodeError, ValueError, RecursionError):
        return Fault(_("This is no file of rules."))
    if not isinstance(whole, dict) or not isinstance(whole.get("rules"), list) or b"\\u0000" in written:
        return Fault(_("This is no file of rules."))
    if whole.get("version") != VERSION:
        return Fault(_("Version %(version)s of this file is not known here.") % {"version": whole.get("version")})
    rules = whole["rules"]
    if whole.get("postline") != sort.area or any(
        isinstance(one, dict) and one.get("kind") != sort.kind for one in rules
    ):
        return Fault(_("This file has rules of the other kind: filters belong to the filters, hints to the hints."))
    if len(rules) > MOST_RULES:
        return Fault(_("The file has more than 500 rules."))
    return list(rules)


def _leave_switches(data: list[Any], there: dict[str, Rule]) -> None:
    """Nothing is switched on by a file: what is new comes in off, what is there stays as it is."""
    for one in data:
        if isinstance(one, dict):
            slug = one.get("slug")
            one["enabled"] = isinstance(slug, str) and slug in there and there[slug].enabled


def _tried(request: StaffRequest, project: Project, data: list[Any]) -> Report:
    """What would become of it. Raises WrongFile, TooManyRules."""
    try:
        with transaction.atomic():
            raise _OnlyTried(exchange.import_(request.reach, project, data, now=clock.now()))
    except _OnlyTried as only:
        return only.report


def _sign(data: list[Any], there: dict[str, Rule]) -> str:
    """What a preview is made of, as a short word: the file, and the rules that there are."""
    versions = sorted((slug, rule.version, rule.enabled) for slug, rule in there.items())
    return hashlib.sha256(json.dumps([data, versions], sort_keys=True).encode()).hexdigest()[:16]


def _page(
    request: StaffRequest,
    sort: Sort,
    project: Project,
    *,
    faults: list[Fault] | None = None,
    rows: list[Row] | None = None,
    text: str = "",
    signed: str = "",
    outdated: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "csrf": csrf_input(request),
        "total": rules_in(project, sort.kind).count(),
        "faults": faults or [],
        "preview": None if rows is None else _preview(rows),
        "signed": signed,
        "text": text,
        "outdated": outdated,
    }
    return sort.show(request, "file.jinja", context, project=project, status=status)


def _preview(rows: list[Row]) -> Preview:
    counts = {
        name: sum(1 for row in rows if row.meaning == meaning)
        for name, meaning in (("new", "success"), ("changed", "waiting"), ("same", "plain"))
    }
    summary = _("%(new)d new, %(changed)d changed, %(same)d as they are.") % counts
    return Preview(summary, rows, counts["new"] + counts["changed"])


def _rows(sort: Sort, data: list[Any], report: Report, there: dict[str, Rule], things: choices.Offered) -> list[Row]:
    usual, found = exchange.FIELDS[RuleKind(sort.kind)], []
    for one in data:
        draft = Draft(**{name: one.get(name, usual[name]) for name in VERSIONED if name in usual})
        after = said_sentence(draft, sort.kind, things, language=get_language() or "en")
        name = f"{sort.kind} {one['slug']}"
        if name in report.added:
            found.append(Row(draft.name, _("new, switched off"), "success", escape(after)))
        elif name in report.changed:
            before = rule_sentence(there[one["slug"]], things)
            found.append(Row(draft.name, _("changed"), "waiting", compared(before, after)))
        else:
            found.append(Row(draft.name, _("as it is"), "plain", Markup()))
    return found


def _fault(fault: exchange.Fault) -> Fault:
    path = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in fault.problem.path)
    words = fault.problem.sentence(get_language() or "en")
    return Fault(words, fault.rule.partition(" ")[2] or fault.rule, path.lstrip("."))
