"""Brings a set-up file into a project, new or there already; all of it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from postline.projects import audit
from postline.projects.models import Project
from postline.projects.projects import create_project, target
from postline.projects.rights import Forbidden, ProjectRight, Reach, reach_of
from postline.setup.document import Document, export
from postline.setup.section import Done, Entry, Site
from postline.setup.sections import SECTIONS


@dataclass(frozen=True, slots=True)
class Report:
    """What a file changed, or would change, section by section; `notes` say what is left to do by hand."""

    done: dict[str, Done]
    notes: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether everything was like this before."""
        return not any(done.added or done.changed for done in self.done.values())


@transaction.atomic
def bring_in(reach: Reach, *, project: Project, document: Document, now: datetime) -> Report:
    """Make and change what the file names; what it does not name stays. Raises Forbidden, WrongFile."""
    reach.require_in_project(ProjectRight.SET_UP, project.pk)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # one file at a time
    reach = reach_of(reach.person)  # as it is now that whoever was before is done
    reach.require_in_project(ProjectRight.SET_UP, project.pk)
    site = Site(reach, project, now)
    done: dict[str, Done] = {}
    for section in SECTIONS:
        if entries := document.get(section.name):
            if missing := section.missing(reach, project):
                raise Forbidden(missing)
            before = section.export(project)
            section.bring_in(site, entries)
            project.refresh_from_db()
            done[section.name] = _differences(entries, before, section.export(project))
    report = Report(done, site.notes)
    if not report.is_empty:
        _record(reach, project, report, now=now)
    return report


def preview(reach: Reach, *, project: Project, document: Document, now: datetime) -> Report:
    """What `bring_in` would do. Raises Forbidden, WrongFile."""
    with transaction.atomic():
        report = bring_in(reach, project=project, document=document, now=now)
        transaction.set_rollback(True)
    return report


@transaction.atomic
def start_project(
    reach: Reach, *, slug: str, name: str, language: str, time_zone: str, document: Document, now: datetime
) -> tuple[Project, Report]:
    """A new project that begins with what the file says.

    Raises Forbidden, WrongSlug, SlugTaken, WrongTimeZone, WrongFile.
    """
    project = create_project(reach, slug=slug, name=name, language=language, time_zone=time_zone, now=now)
    itself = {"name": name, "language": language, "time_zone": time_zone}
    given = {
        section: [entry.model_copy(update=itself) for entry in entries] if section == "project" else entries
        for section, entries in document.items()
    }
    return project, bring_in(reach_of(reach.person), project=project, document=given, now=now)


def likeness(reach: Reach, source: Project) -> Document:
    """What another project begins with to be set up like this one: all but mailboxes and people. Raises Forbidden."""
    reach.require_in_project(ProjectRight.SET_UP, source.pk)
    return export(reach, source, sections={section.name for section in SECTIONS if section.copied})


def _differences(entries: Sequence[Entry], before: Sequence[Entry], after: Sequence[Entry]) -> Done:
    """What became of what the file names."""
    was, done = {entry.key: entry for entry in before}, Done()
    named = {entry.key for entry in entries}
    for entry in after:
        if entry.key in named:
            if entry.key not in was:
                done.added.append(entry.key)
            else:
                (done.unchanged if was[entry.key] == entry else done.changed).append(entry.key)
    return done


def _record(reach: Reach, project: Project, report: Report, *, now: datetime) -> None:
    """Each change stands in the audit log by itself; this one says that they came from a file."""
    counts = {name: [len(done.added), len(done.changed)] for name, done in report.done.items()}
    detail = {"project": project.pk, "counts": counts}
    audit.record(
        actor=reach.person.login, action="project.set-up-imported", target=target(project), detail=detail, now=now
    )
