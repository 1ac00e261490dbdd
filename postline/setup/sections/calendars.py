"""The calendars of a project, and what goes by which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import StringConstraints

from postline.projects import calendars
from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.setup.section import Entry, Name, Section, Site

Weekday = Annotated[str, StringConstraints(pattern="^[0-6]$")]  # Monday is 0


class ExceptionEntry(Entry):
    day: date
    name: str = ""
    hours: list[tuple[str, str]] = []


class CalendarEntry(Entry):
    slug: str
    name: Name
    time_zone: str = ""  # none: that of the project
    hours: dict[Weekday, list[tuple[str, str]]] = {}
    country: str = ""
    subdivision: str = ""
    feed_url: str = ""
    feed_name: str = ""
    feed_days: list[tuple[date, str]] = []
    exceptions: list[ExceptionEntry] = []
    of_project: bool = False
    of_queues: list[str] = []

    @property
    def key(self) -> str:
        return self.slug


def export(project: Project) -> Sequence[CalendarEntry]:
    """By their short names, each with whether the project goes by it, and which queues do."""
    known = calendars.export(project)
    return [
        CalendarEntry(
            **one,
            of_project=known["project"] == one["slug"],
            of_queues=[queue for queue, calendar in known["queues"].items() if calendar == one["slug"]],
        )
        for one in known["calendars"]
    ]


def bring_in(site: Site, entries: Sequence[CalendarEntry]) -> None:
    """Raises WrongFile."""
    for entry in entries:
        with site.place("calendars", entry.key):
            for slug in entry.of_queues:
                site.queue(slug)
            own = entry.model_dump(mode="json", exclude={"of_project", "of_queues"})
            given = {
                "calendars": [{**own, "time_zone": entry.time_zone or site.project.time_zone}],
                "queues": dict.fromkeys(entry.of_queues, entry.slug),
                **({"project": entry.slug} if entry.of_project else {}),
            }
            calendars.import_(site.reach, site.project, given, now=site.now)


SECTION = Section("calendars", _("Calendars"), CalendarEntry, ProjectRight.WORKING_TIME, export, bring_in)
