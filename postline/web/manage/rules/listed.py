"""The list of filters in their order, or of hints by weight; the order, switching off, deleting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postline.kit import clock
from postline.projects import changes
from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.rules import filters, queries
from postline.rules.keeping import WrongOrder, order_target
from postline.rules.models import Rule, RuleDay, RuleKind
from postline.web.manage.frame import seen
from postline.web.manage.rules import choices, examples
from postline.web.manage.rules.sentences import fault_words, rule_sentence
from postline.web.manage.rules.sort import Sort
from postline.web.shared.charts import BarChart, bar_chart
from postline.web.shared.decorators import StaffRequest

DAYS = 14  # of the little bars
SLOW_MICROS = 1000  # for one message: it is worth a look
SPARK = (168, 22)


@dataclass(frozen=True, slots=True)
class Line:
    """A rule in the list. `slow` is its time for one message, in words."""

    rule: Rule
    place: int
    sentence: str
    fault: str
    today: int
    week: int
    slow: str
    is_slow: bool
    spark: BarChart


def listed(request: StaffRequest, project: str, sort: Sort) -> HttpResponse:
    """All rules of this sort; `q` is looked for in their names and sentences."""
    it = sort.project(request, project)
    rules = in_order(request.reach, it, sort.kind)
    lines = _lines(it, rules, now=clock.now())
    sought = request.GET.get("q", "").strip()
    shown = [line for line in lines if _has(line, sought)] if sought else lines
    context = {
        "csrf": csrf_input(request),
        "rows": shown,
        "total": len(lines),
        "sought": sought,
        "may_order": sort.kind == "filter" and not sought and len(rules) > 1,
        "examples": examples.of(sort.kind, choices.offered(it)) if not lines else [],
        "seen": changes.last_change(order_target(it, sort.kind)),
    }
    return sort.show(request, "list.jinja", context, project=it)


def in_order(reach: Reach, project: Project, kind: str) -> list[Rule]:
    """Filters as they run, hints by weight."""
    rules = list(queries.rules_of(reach, project, RuleKind(kind)))
    return rules if kind == "filter" else sorted(rules, key=lambda rule: (-rule.weight, rule.name.casefold()))


def _has(line: Line, sought: str) -> bool:
    text = f"{line.rule.name}\n{line.sentence}\n{line.rule.slug}".casefold()
    return all(word in text for word in sought.casefold().split())


def _lines(project: Project, rules: Sequence[Rule], *, now: datetime) -> list[Line]:
    today = now.date()  # days are counted in UTC
    things = choices.offered(project)
    counted: dict[int, dict[date, RuleDay]] = {}
    for one in RuleDay.objects.filter(rule__in=rules, day__gt=today - timedelta(days=DAYS)):
        counted.setdefault(one.rule_id, {})[one.day] = one
    return [_line(rule, place, things, counted.get(rule.pk, {}), today) for place, rule in enumerate(rules, start=1)]


def _line(rule: Rule, place: int, things: choices.Offered, days: dict[date, RuleDay], today: date) -> Line:
    dates = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    hits = [days[day].hits if day in days else 0 for day in dates]
    week = [days[day] for day in dates[-7:] if day in days]
    asked, micros = sum(day.messages for day in week), sum(day.micros for day in week)
    each = micros / asked if asked else 0.0
    said = [(f"{date_format(day, 'j M')}: {_hits(count)}", count) for day, count in zip(dates, hits, strict=True)]
    label = _("Hits of the last %(days)d days: %(hits)d") % {"days": DAYS, "hits": sum(hits)}
    return Line(
        rule=rule,
        place=place,
        sentence=rule_sentence(rule, things),
        fault=fault_words(rule),
        today=hits[-1],
        week=sum(hits[-7:]),
        slow=_time(each) if asked else "",
        is_slow=each > SLOW_MICROS,
        spark=bar_chart(said, label=label, size=SPARK),
    )


def _hits(count: int) -> str:
    return ngettext("%(count)d hit", "%(count)d hits", count) % {"count": count}


def _time(micros: float) -> str:
    """`0.3 ms`, `40 µs`."""
    if micros < 100:
        return _("%(micros)d µs") % {"micros": max(1, round(micros))}
    return _("%(millis)s ms") % {"millis": f"{micros / 1000:.1f}"}


def place(request: StaffRequest, project: str, slug: str, sort: Sort) -> HttpResponse:
    """One filter at another place, typed as its number."""
    rule = sort.rule(request, project, slug)
    ids = [one.pk for one in in_order(request.reach, rule.project, sort.kind)]
    wanted = request.POST.get("place", "").strip()
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 9:
        ids.remove(rule.pk)
        ids.insert(max(0, min(int(wanted) - 1, len(ids))), rule.pk)
        try:
            filters.reorder(request.reach, rule.project, order=ids, now=clock.now())
        except WrongOrder:
            messages.info(request, _("Somebody else has changed the list. It is shown as it is now."))
        else:
            said = _("%(name)s is number %(place)s now.")
            messages.success(request, said % {"name": rule.name, "place": ids.index(rule.pk) + 1})
    return redirect(f"{reverse(sort.url('list'), args=[rule.project.slug])}#rule-{rule.slug}")


def order(request: StaffRequest, project: str, sort: Sort) -> HttpResponse:
    """All filters in a new order, as they were dragged: 204, or 409 where the list is another one by now."""
    it = sort.project(request, project)
    ids = {rule.slug: rule.pk for rule in in_order(request.reach, it, sort.kind)}
    wanted = [ids.get(slug, 0) for slug in request.POST.getlist("rule")]
    try:
        filters.reorder(request.reach, it, order=wanted, seen=seen(request), now=clock.now())
    except (WrongOrder, changes.ChangedMeanwhile):
        return HttpResponse(status=409)
    return HttpResponse(str(changes.last_change(order_target(it, sort.kind))), content_type="text/plain")
