"""Calendars: when somebody works. Their settings change in `calendar_changes.py`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from postline.projects import changes
from postline.projects.calendar_changes import CalendarSettings, add_calendar, change_calendar, target, use_calendar
from postline.projects.models import Calendar, CalendarException, Project, Queue
from postline.projects.rights import Reach
from postline.projects.working_rules import changed, rules_of
from postline.projects.working_time import WorkingTime


def working_time_of(project_id: int, queue_id: int | None, *, now: datetime | None = None) -> WorkingTime:
    """When somebody works in the queue, else in its project; always, where nobody has set a calendar. Kept from one
    call to the next until a calendar changes: one small query, with `now` one for all calls of that moment."""
    return rules_of(project_id, now=now).working_time(queue_id)


def export(project: Project) -> dict[str, Any]:
    """The calendars of a project for a file, and who goes by which; all by their short names."""
    exceptions: dict[int, list[dict[str, Any]]] = {}
    for one in CalendarException.objects.filter(calendar__project=project).order_by("day"):
        kept = {"day": one.day.isoformat(), "name": one.name, "hours": one.hours}
        exceptions.setdefault(one.calendar_id, []).append(kept)
    return {
        "calendars": [
            {name: getattr(one, name) for name in KEPT} | {"exceptions": exceptions.get(one.pk, [])}
            for one in Calendar.objects.filter(project=project).order_by("slug")
        ],
        "project": project.calendar.slug if project.calendar else "",
        "queues": dict(project.queues.exclude(calendar=None).order_by("slug").values_list("slug", "calendar__slug")),
    }


@transaction.atomic
def import_(reach: Reach, project: Project, given: Mapping[str, Any], *, now: datetime) -> None:
    """Make the calendars of a file, change those of the same short name, and let project and queues go by them as
    there; queues that the file does not name stay. What `calendar_changes.add_calendar` raises; KeyError where a
    calendar lacks its short name or a name, Queue.DoesNotExist for a queue that is not there."""
    own = {one.slug: one for one in Calendar.objects.filter(project=project)}
    for kept in given.get("calendars", ()):
        settings = CalendarSettings(
            name=kept["name"],
            time_zone=kept.get("time_zone", project.time_zone),
            hours=kept.get("hours", {}),
            country=kept.get("country", ""),
            subdivision=kept.get("subdivision", ""),
            feed_url=kept.get("feed_url", ""),
            exceptions={
                date.fromisoformat(one["day"]): (one.get("name", ""), one.get("hours", []))
                for one in kept.get("exceptions", ())
            },
        )
        it = own.get(kept["slug"])
        if it is None:
            it = add_calendar(reach, project=project, slug=kept["slug"], settings=settings, now=now)
            own[it.slug] = it
        else:
            seen = changes.last_change(target(it))
            change_calendar(reach, calendar_id=it.pk, settings=settings, seen=seen, now=now)
        if kept.get("feed_name") and not kept.get("feed_url"):
            days = [[date.fromisoformat(day).isoformat(), str(name)] for day, name in kept.get("feed_days", ())]
            Calendar.objects.filter(pk=it.pk).update(feed_name=kept["feed_name"], feed_days=days, feed_read_at=now)
    if "project" in given:
        use_calendar(reach, project=project, queue=None, calendar=own.get(given["project"]), now=now)
    for slug, calendar in given.get("queues", {}).items():
        queue = Queue.objects.select_related("project").get(project=project, slug=slug)
        use_calendar(reach, project=project, queue=queue, calendar=own[calendar], now=now)
    changed(project.pk, now=now)


KEPT = ("slug", "name", "time_zone", "hours", "country", "subdivision", "feed_url", "feed_name", "feed_days")
