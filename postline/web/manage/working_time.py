"""Working time of a project: its calendars, who goes by which, and the targets with their escalation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from postline.kit import clock
from postline.projects import calendar_changes, managed, targets
from postline.projects.models import Act, Calendar, EscalationStep, Project, Queue, Target
from postline.projects.queues import NotInUse
from postline.projects.rights import ProjectRight
from postline.projects.working_time import week_of
from postline.tickets.clocks.recount import progress
from postline.tickets.models import Priority
from postline.web.manage.frame import show
from postline.web.manage.hours_text import Bar, bars
from postline.web.shared.decorators import StaffRequest, requires
from postline.web.shared.filters import duration

sets_working_time = requires(ProjectRight.WORKING_TIME)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A calendar with its week drawn and who goes by it."""

    calendar: Calendar
    days: Sequence[tuple[str, Sequence[Bar]]]
    of_project: bool
    queues: Sequence[Queue]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target in words."""

    target: Target
    where: Sequence[str]
    steps: Sequence[str]


@require_safe
@sets_working_time
def working_time(request: StaffRequest, project: str) -> HttpResponse:
    """Calendars as drawn weeks, targets as a table; while tickets follow a change, how far that is."""
    it = managed.project_for(request.reach, project, ProjectRight.WORKING_TIME)
    how_far = progress(it.pk)
    if request.htmx:
        return render(request, "manage/recount_progress.jinja", {"project": it, "how_far": how_far})
    queues = [queue for queue in managed.queues_of(it) if queue.is_in_use]
    context = {
        "calendars": _calendars(it, queues),
        "queues": queues,
        "targets": [_target_row(one) for one in targets.targets_of(it)],
        "how_far": how_far,
        "minutes_in_words": minutes_in_words,
    }
    return show(request, "working_time.jinja", context, at="working-time", project=it)


@require_POST
@sets_working_time
def use(request: StaffRequest, project: str) -> HttpResponse:
    """Which calendar the project goes by, and which a queue does that differs."""
    it = managed.project_for(request.reach, project, ProjectRight.WORKING_TIME)
    known = {one.slug: one for one in it.calendars.all()}
    queues = {f"queue_{queue.pk}": queue for queue in managed.queues_of(it) if queue.is_in_use}
    changed = False
    for name, place in [("project", None), *queues.items()]:
        if name in request.POST and (request.POST[name] in known or not request.POST[name]):
            try:
                changed |= calendar_changes.use_calendar(
                    request.reach, project=it, queue=place, calendar=known.get(request.POST[name]), now=clock.now()
                )
            except NotInUse:
                continue
    messages.success(request, _("Saved.") if changed else _("Nothing was different."))
    return redirect("manage-working-time", it.slug)


def drawn_week(calendar: Calendar) -> list[tuple[str, Sequence[Bar]]]:
    """Each day with its bar."""
    return [(str(WEEKDAYS_ABBR[day]), one) for day, one in enumerate(bars(week_of(calendar.hours)))]


def _calendars(project: Project, queues: Sequence[Queue]) -> list[CalendarRow]:
    return [
        CalendarRow(
            calendar,
            drawn_week(calendar),
            of_project=project.calendar_id == calendar.pk,
            queues=[queue for queue in queues if queue.calendar_id == calendar.pk],
        )
        for calendar in project.calendars.order_by("name", "pk")
    ]


def _target_row(it: Target) -> TargetRow:
    where = [
        _("queue %(name)s") % {"name": it.queue.name} if it.queue else "",
        _("topic %(name)s") % {"name": it.topic.name} if it.topic else "",
        _("priority %(name)s") % {"name": Priority(it.priority).label} if it.priority else "",
    ]
    steps = sorted(it.steps.all(), key=lambda one: (one.after_minutes, one.pk))
    return TargetRow(it, [one for one in where if one], [step_in_words(one) for one in steps])


def step_in_words(step: EscalationStep) -> str:
    """`after 30 min: move to Web`"""
    match step.act:
        case Act.MOVE:
            act = _("move to %(queue)s") % {"queue": step.queue.name if step.queue else ""}
        case Act.RAISE:
            act = _("raise the priority to “%(priority)s”") % {"priority": Priority(step.priority or 1).label}
        case _:
            act = _("tell the leads")
    if not step.after_minutes:
        return _("at once: %(act)s") % {"act": act}
    return _("after %(time)s: %(act)s") % {"time": minutes_in_words(step.after_minutes), "act": act}


def minutes_in_words(minutes: int) -> str:
    """`45 min`, `8 h`, `2 h 30`: of working time, so never in days."""
    hours, rest = divmod(minutes, 60)
    if not rest and hours:
        return ngettext("%(num)d hour", "%(num)d hours", hours) % {"num": hours}
    return duration(minutes * 60) if hours < 48 else _("%(hours)d h %(minutes)02d") % {"hours": hours, "minutes": rest}
