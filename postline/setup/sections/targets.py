"""The targets of a project with their escalation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from postline.projects import targets
from postline.projects.models import Act, Metric, Project
from postline.projects.rights import ProjectRight
from postline.setup.section import Entry, Section, Site


class StepEntry(Entry):
    after_minutes: int = 0
    act: Act
    queue: str = ""
    priority: int | None = None


class TargetEntry(Entry):
    metric: Metric
    minutes: int
    warn_minutes: int = 0
    queue: str = ""
    topic: str = ""
    priority: int | None = None
    steps: list[StepEntry] = []

    @property
    def key(self) -> str:
        return " / ".join(filter(None, [self.metric, self.queue, self.topic, str(self.priority or "")]))


def export(project: Project) -> Sequence[TargetEntry]:
    """By what they measure, the general ones first."""
    return [TargetEntry(**one) for one in targets.export(project)]


def bring_in(site: Site, entries: Sequence[TargetEntry]) -> None:
    """Raises WrongFile."""
    for entry in entries:
        with site.place("targets", entry.key):
            targets.import_(site.reach, site.project, [_given(entry)], now=site.now)


def _given(entry: TargetEntry) -> dict[str, Any]:
    """As `targets.shown` has it: a step says only what it needs."""
    given = entry.model_dump(mode="json")
    unneeded = ("", None)
    given["steps"] = [{name: value for name, value in one.items() if value not in unneeded} for one in given["steps"]]
    return given


SECTION = Section("targets", _("Targets"), TargetEntry, ProjectRight.WORKING_TIME, export, bring_in)
