"""A calendar: made, changed, its holidays read from a file, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postline.kit import clock
from postline.projects import calendar_changes, changes, managed
from postline.projects.calendar_changes import InUse, WrongAddress
from postline.projects.holiday_days import MOST_BYTES, NotACalendar, WrongPlace, named
from postline.projects.models import Calendar, CalendarException, Metric, Project, Target
from postline.projects.projects import WrongTimeZone
from postline.projects.rights import ProjectRight
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.projects.working_rules import working_time
from postline.projects.working_time import WorkingTime, WrongHours
from postline.web.manage.calendar_form import CalendarForm
from postline.web.manage.frame import conflict, seen, show, status_of
from postline.web.manage.projects import slug_fault
from postline.web.manage.working_time import drawn_week, minutes_in_words, sets_working_time
from postline.web.shared.decorators import StaffRequest

FRIDAY, EVENING = 4, time(20, 50)
USUAL_MINUTES = 8 * 60
FAULTS = (WrongTimeZone, WrongPlace, WrongAddress, WrongHours)


@dataclass(frozen=True, slots=True)
class Sample:
    """When a request would be due that comes on a Friday evening; None: never."""

    comes: datetime
    due: datetime | None
    minutes: str


@require_http_methods(["GET", "HEAD", "POST"])
@sets_working_time
def new(request: StaffRequest, project: str) -> HttpResponse:
    """Make a calendar; the first one is the project's at once."""
    it = managed.project_for(request.reach, project, ProjectRight.WORKING_TIME)
    form = CalendarForm(request.POST or None, calendar=None, time_zone=it.time_zone)
    if request.method == "POST" and "parts" not in request.POST and form.is_valid():
        settings = form.settings()
        try:
            made = calendar_changes.add_calendar(
                request.reach, project=it, slug=_free_slug(it, settings.name), settings=settings, now=clock.now()
            )
        except FAULTS as error:
            form.refuse(error)
        except (WrongSlug, SlugTaken) as error:
            form.add_error("name", slug_fault(error))
        else:
            messages.success(request, _("The calendar %(name)s is made.") % {"name": made.name})
            return redirect("manage-calendar", it.slug, made.slug)
    context = {"form": form, "calendar": None, **WORDS}
    return show(request, "calendar.jinja", context, at="working-time", project=it, status=status_of(request, None))


@require_http_methods(["GET", "HEAD", "POST"])
@sets_working_time
def calendar(request: StaffRequest, project: str, calendar: str) -> HttpResponse:
    """Its settings; what holidays come of them; when a request that comes on Friday evening would be due."""
    it = managed.calendar_for(request.reach, project, calendar)
    form = CalendarForm(request.POST or None, calendar=it, time_zone=it.time_zone)
    missed: changes.ChangedMeanwhile | None = None
    if request.method == "POST" and "parts" not in request.POST and form.is_valid():
        try:
            changed = calendar_changes.change_calendar(
                request.reach, calendar_id=it.pk, settings=form.settings(), seen=seen(request), now=clock.now()
            )
        except FAULTS as error:
            form.refuse(error)
        except changes.ChangedMeanwhile as error:
            missed = error
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was different."))
            return redirect("manage-calendar", it.project.slug, it.slug)
    working = working_time(it, {one.day: one.hours for one in it.exceptions.all()})
    year = clock.now().astimezone(working.zone).year
    context = {
        "form": form,
        "calendar": it,
        "days": drawn_week(it),
        "years": [(one, _holidays(it, one)) for one in (year, year + 1)],
        "sample": _sample(it.project, working, now=clock.now()),
        "seen": changes.last_change(calendar_changes.target(it)),
        **conflict(missed),
        **WORDS,
    }
    status = status_of(request, missed)
    return show(request, "calendar.jinja", context, at="working-time", project=it.project, status=status)


@require_POST
@sets_working_time
def put_file(request: StaffRequest, project: str, calendar: str) -> HttpResponse:
    """Holidays out of an uploaded .ics file; without a file those that were read are forgotten."""
    it = managed.calendar_for(request.reach, project, calendar)
    file = request.FILES.get("file")
    if file is None and "forget" not in request.POST:
        messages.error(request, _("Choose an .ics file first."))
    elif file is not None and (file.size or 0) > MOST_BYTES:
        messages.error(request, _("The file is too large: an .ics file with holidays has less than a megabyte."))
    else:
        name, content = (file.name or "", file.read()) if file is not None else ("", b"")
        try:
            days = calendar_changes.put_file(
                request.reach, calendar_id=it.pk, name=name, content=content, now=clock.now()
            )
        except NotACalendar:
            messages.error(request, _("This is no .ics file with days in it. Export it from your calendar once more."))
        else:
            messages.success(request, _("Days read: %(num)d.") % {"num": days} if content else _("Saved."))
    return redirect("manage-calendar", it.project.slug, it.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@sets_working_time
def delete(request: StaffRequest, project: str, calendar: str) -> HttpResponse:
    """Asks which calendar takes its place, where it is in use."""
    it = managed.calendar_for(request.reach, project, calendar)
    others = list(it.project.calendars.exclude(pk=it.pk).order_by("name"))
    queues = list(it.project.queues.filter(calendar=it, retired_at=None).order_by("position"))
    in_use = bool(queues) or it.project.calendar_id == it.pk
    fault = ""
    if request.method == "POST":
        chosen = request.POST.get("heir", "")
        heir = next((one for one in others if one.slug == chosen), None)
        is_answered = heir is not None or chosen == "-" or not in_use
        if is_answered:
            try:
                calendar_changes.delete_calendar(
                    request.reach, calendar_id=it.pk, heir=heir, instead=in_use, now=clock.now()
                )
            except InUse:  # since this moment
                is_answered = False
            else:
                messages.success(request, _("The calendar %(name)s is deleted.") % {"name": it.name})
                return redirect("manage-working-time", it.project.slug)
        if not is_answered:
            fault = _("Choose what takes its place.")
    context = {"calendar": it, "others": others, "queues": queues, "in_use": in_use, "fault": fault}
    status = 422 if fault else 200
    return show(request, "calendar_delete.jinja", context, at="working-time", project=it.project, status=status)


def _moment(moment: datetime) -> str:
    """`Friday, 6 March, 20:50`, in the calendar's own time zone."""
    return f"{formats.date_format(moment, 'l, j E')}, {moment:%H:%M}"


def _short_day(day: date) -> str:
    return str(formats.date_format(day, "D, j M"))


WORDS = {"moment": _moment, "short_day": _short_day}


def _holidays(it: Calendar, year: int) -> Sequence[tuple[date, str]]:
    """The days of a year on which nobody works whatever the weekday says."""
    found = {date.fromisoformat(day): name for day, name in it.feed_days}
    found |= named(it.country, it.subdivision, year, translation.get_language() or "en")
    worked = {one.day for one in CalendarException.objects.filter(calendar=it, day__year=year) if one.hours}
    return sorted((day, name) for day, name in found.items() if day.year == year and day not in worked)


def _sample(project: Project, working: WorkingTime, *, now: datetime) -> Sample:
    local = now.astimezone(working.zone)
    friday = local.date() + timedelta(days=(FRIDAY - local.weekday()) % 7)
    comes = datetime.combine(friday, EVENING, tzinfo=working.zone)
    general = Target.objects.filter(project=project, metric=Metric.FIRST_ANSWER, queue=None, topic=None, priority=None)
    minutes = general.values_list("minutes", flat=True).first() or USUAL_MINUTES
    due = working.add(comes, minutes)
    return Sample(comes, due.astimezone(working.zone) if due else None, minutes_in_words(minutes))


def _free_slug(project: Project, name: str) -> str:
    base = slugify(name)[:40].strip("-") or "calendar"
    taken = {"new", *project.calendars.values_list("slug", flat=True)}
    return next(one for one in (base, *(f"{base}-{number}" for number in range(2, 1000))) if one not in taken)
