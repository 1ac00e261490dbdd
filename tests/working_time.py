"""Calendars and targets for tests, set up as a lead does it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from postline.projects.calendar_changes import CalendarSettings, add_calendar
from postline.projects.models import Calendar, Target, WorkingRules
from postline.projects.targets import Step, TargetSettings, add_target
from postline.tickets.clocks.recount import recount
from tests.scenes import NOW, Department
from tests.waiting import until

OFFICE = {str(day): [["09:00", "18:00"]] for day in range(5)}


def office(d: Department, *, slug: str = "office", now: datetime = NOW, **more: Any) -> Calendar:
    """A calendar of the project mail: Monday to Friday, nine to six; the first one is the project's."""
    settings = CalendarSettings(**{"name": slug.title(), "time_zone": "UTC", "hours": OFFICE, "exceptions": {}, **more})
    return add_calendar(d.reach("lead"), project=d.projects["mail"], slug=slug, settings=settings, now=now)


def target(
    d: Department, metric: str, minutes: int, *steps: Step, now: datetime = NOW, project: str = "mail", **more: Any
) -> Target:
    """A target of the project mail, for everything or, with `queue`, `topic`, `priority`, for that."""
    settings = TargetSettings(metric=metric, minutes=minutes, steps=steps, **more)
    login = "lead" if project == "mail" else "admin"
    return add_target(d.reach(login), project=d.projects[project], settings=settings, now=now)


def recounted(now: datetime) -> int:
    """What was changed is counted anew, as soon as transactions elsewhere on the server are over; in how many steps."""
    steps = 0

    def is_done() -> bool:
        nonlocal steps
        while recount(now=now):
            steps += 1
        return not WorkingRules.objects.filter(position__isnull=False).exists()

    until(is_done)
    return steps
