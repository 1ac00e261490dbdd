"""Calendars are set up here: made, changed, put to use, deleted; open tickets follow in the background."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from postline.projects import audit, changes
from postline.projects.holiday_days import as_kept, read_days, require_place
from postline.projects.models import Calendar, CalendarException, Project, Queue
from postline.projects.projects import WrongTimeZone
from postline.projects.queues import NotInUse
from postline.projects.rights import ProjectRight, Reach
from postline.projects.slugs import SlugTaken, require_slug
from postline.projects.working_rules import changed
from postline.projects.working_time import WrongHours, spans_of, week_of

MOST_EXCEPTIONS = 400


class WrongAddress(Exception):
    """No web address."""


class InUse(Exception):
    """The project, or queues of it, go by this calendar: say which one takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings:
    """What may be changed of a calendar; `exceptions`: day → name and hours, none of them: closed."""

    name: str
    time_zone: str
    hours: Mapping[str, Sequence[Sequence[str]]]
    country: str = ""
    subdivision: str = ""
    feed_url: str = ""
    exceptions: Mapping[date, tuple[str, Sequence[Sequence[str]]]]


def target(calendar: Calendar) -> str:
    """How the audit log names a calendar."""
    return f"calendar:{calendar.project.slug}/{calendar.slug}"


@transaction.atomic
def add_calendar(reach: Reach, *, project: Project, slug: str, settings: CalendarSettings, now: datetime) -> Calendar:
    """Make a calendar; the project's first one is put to use at once.

    Raises Forbidden, WrongSlug, SlugTaken, WrongTimeZone, WrongHours, WrongPlace, WrongAddress.
    """
    reach.require_in_project(ProjectRight.WORKING_TIME, project.pk)
    require_slug(slug)
    _require_fitting(settings)
    if project.calendars.filter(slug=slug).exists():
        raise SlugTaken(slug)
    is_first = not project.calendars.exists()
    made = Calendar.objects.create(project=project, slug=slug, **_values(settings))
    if made.feed_url:
        made.feed_next_at = now
        made.save(update_fields=["feed_next_at"])
    _keep_exceptions(made, settings)
    detail = {"project": project.pk, "before": {}, "after": _shown(made)}
    audit.record(actor=reach.person.login, action="calendar.created", target=target(made), detail=detail, now=now)
    if is_first:
        use_calendar(reach, project=project, queue=None, calendar=made, now=now)
    changed(project.pk, now=now)
    return made


@transaction.atomic
def change_calendar(reach: Reach, *, calendar_id: int, settings: CalendarSettings, seen: int, now: datetime) -> bool:
    """Change a calendar; whether anything was different.

    Raises Forbidden, WrongTimeZone, WrongHours, WrongPlace, WrongAddress, ChangedMeanwhile.
    """
    it = _locked(reach, calendar_id)
    changes.require_unchanged(reach, target(it), seen=seen, project_id=it.project_id)
    _require_fitting(settings)
    before = _shown(it)
    if settings.feed_url != it.feed_url:
        it.feed_next_at = now if settings.feed_url else None
        it.feed_trouble = ""
        it.feed_days = [] if it.feed_url or settings.feed_url else it.feed_days
        it.feed_read_at, it.feed_name = None, "" if settings.feed_url else it.feed_name
    for name, value in _values(settings).items():
        setattr(it, name, value)
    it.save()
    _keep_exceptions(it, settings)
    return _record(reach, it, before, now=now)


@transaction.atomic
def put_file(reach: Reach, *, calendar_id: int, name: str, content: bytes, now: datetime) -> int:
    """Take the holidays out of an .ics file instead of those of an address; without content: none any more. How many
    days it names. Raises Forbidden, NotACalendar."""
    it = _locked(reach, calendar_id)
    days = read_days(content, now=now) if content else []
    before = _shown(it)
    it.feed_days, it.feed_name = as_kept(days), name[:200] if content else ""
    it.feed_url, it.feed_next_at, it.feed_trouble = "", None, ""
    it.feed_read_at = now if content else None
    it.save()
    _record(reach, it, before, now=now)
    return len(days)


@transaction.atomic
def use_calendar(
    reach: Reach, *, project: Project, queue: Queue | None, calendar: Calendar | None, now: datetime
) -> bool:
    """Let the project, or this queue, go by a calendar; None: always open, or as the project. Whether anything was
    different. Raises Forbidden, NotInUse."""
    reach.require_in_project(ProjectRight.WORKING_TIME, project.pk)
    if calendar is not None and calendar.project_id != project.pk:
        raise Calendar.DoesNotExist
    place: Project | Queue
    if queue is None:
        place, name = Project.objects.select_for_update(no_key=True).get(pk=project.pk), f"project:{project.slug}"
    else:
        place = Queue.objects.select_for_update(no_key=True).get(pk=queue.pk, project=project)
        name = f"queue:{project.slug}/{queue.slug}"
        if not place.is_in_use:
            raise NotInUse(queue.slug)
    before = place.calendar
    if before == calendar:
        return False
    place.calendar = calendar
    place.save(update_fields=["calendar"])
    detail = {
        "project": project.pk,
        "before": {"calendar": before.slug if before else ""},
        "after": {"calendar": calendar.slug if calendar else ""},
    }
    audit.record(actor=reach.person.login, action="calendar.used", target=name, detail=detail, now=now)
    changed(project.pk, now=now)
    return True


@transaction.atomic
def delete_calendar(reach: Reach, *, calendar_id: int, heir: Calendar | None, instead: bool, now: datetime) -> None:
    """Delete a calendar. Where it is in use `instead` says that `heir` takes its place, None: always open, or as the
    project. Raises Forbidden, InUse."""
    it = _locked(reach, calendar_id)
    its_queues = list(Queue.objects.filter(calendar=it).select_related("project"))
    is_of_project = it.project.calendar_id == it.pk
    if (its_queues or is_of_project) and not instead:
        raise InUse(it.slug)
    if heir is not None and (heir.project_id != it.project_id or heir.pk == it.pk):
        raise Calendar.DoesNotExist
    if is_of_project:
        Project.objects.filter(pk=it.project_id).update(calendar=heir)
    Queue.objects.filter(calendar=it).update(calendar=heir)
    detail = {"project": it.project_id, "before": _shown(it), "after": {}, "heir": heir.slug if heir else ""}
    audit.record(actor=reach.person.login, action="calendar.deleted", target=target(it), detail=detail, now=now)
    it.delete()
    changed(it.project_id, now=now)


def _locked(reach: Reach, calendar_id: int) -> Calendar:
    it = Calendar.objects.select_for_update(of=("self",)).select_related("project").get(pk=calendar_id)
    reach.require_in_project(ProjectRight.WORKING_TIME, it.project_id)
    return it


def _require_fitting(settings: CalendarSettings) -> None:
    if settings.time_zone not in zoneinfo.available_timezones():
        raise WrongTimeZone(settings.time_zone)
    week_of(settings.hours)
    require_place(settings.country, settings.subdivision)
    parts = urlsplit(settings.feed_url)
    if settings.feed_url and (parts.scheme not in ("https", "http") or not parts.hostname or parts.username):
        raise WrongAddress(settings.feed_url)
    if len(settings.exceptions) > MOST_EXCEPTIONS:
        raise WrongHours(-1, "many")
    for _name, hours in settings.exceptions.values():
        spans_of(hours, day=-1)


def _values(settings: CalendarSettings) -> dict[str, Any]:
    return {
        "name": settings.name,
        "time_zone": settings.time_zone,
        "hours": {day: [list(one) for one in hours] for day, hours in sorted(settings.hours.items()) if hours},
        "country": settings.country,
        "subdivision": settings.subdivision,
        "feed_url": settings.feed_url.strip(),
    }


def _keep_exceptions(it: Calendar, settings: CalendarSettings) -> None:
    it.exceptions.exclude(day__in=list(settings.exceptions)).delete()
    for day, (name, hours) in settings.exceptions.items():
        CalendarException.objects.update_or_create(
            calendar=it, day=day, defaults={"name": name[:100], "hours": [list(one) for one in hours]}
        )


def _shown(it: Calendar) -> dict[str, Any]:
    exceptions = it.exceptions.order_by("day")
    return {
        "name": it.name,
        "time_zone": it.time_zone,
        "hours": it.hours,
        "country": it.country,
        "subdivision": it.subdivision,
        "feed_url": it.feed_url,
        "feed_name": it.feed_name,
        "feed_days": len(it.feed_days),
        "exceptions": [[one.day.isoformat(), one.name, one.hours] for one in exceptions],
    }


def _record(reach: Reach, it: Calendar, before: Mapping[str, Any], *, now: datetime) -> bool:
    after = _shown(it)
    differing = [name for name in after if before[name] != after[name]]
    if not differing:
        return False
    detail = {
        "project": it.project_id,
        "before": {name: before[name] for name in differing},
        "after": {name: after[name] for name in differing},
    }
    audit.record(actor=reach.person.login, action="calendar.changed", target=target(it), detail=detail, now=now)
    changed(it.project_id, now=now)
    return True
