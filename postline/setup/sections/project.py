"""What a project itself is: its name, language, time zone and looks, and whose forwards it believes. The logo stays."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from postline.projects import changes
from postline.projects.looks import Looks, change_looks
from postline.projects.models import Colour, Project
from postline.projects.projects import change_project, target
from postline.projects.rights import ProjectRight
from postline.setup.section import Entry, Name, Section, Site


class ProjectEntry(Entry):
    slug: str
    name: Name
    language: str = "en"
    time_zone: str = "UTC"
    company: list[str] = []
    colour: Colour = Colour.BLUE
    languages: list[str] = []
    sender_name: str = ""
    signature: str = ""
    helps_first_line_after: int | None = None

    @property
    def key(self) -> str:
        return "project"  # there is one; its short name in the file is that of where it came from


def export(project: Project) -> Sequence[ProjectEntry]:
    """The one entry of this section."""
    return [
        ProjectEntry(
            slug=project.slug,
            name=project.name,
            language=project.language,
            time_zone=project.time_zone,
            company=project.company,
            colour=Colour(project.colour),
            languages=project.languages,
            sender_name=project.sender_name,
            signature=project.signature,
            helps_first_line_after=project.helps_first_line_after,
        )
    ]


def bring_in(site: Site, entries: Sequence[ProjectEntry]) -> None:
    """Raises WrongFile."""
    for entry in entries:
        with site.place("project", entry.slug):
            change_project(
                site.reach,
                project_id=site.project.pk,
                name=entry.name,
                language=entry.language,
                time_zone=entry.time_zone,
                company="\n".join(entry.company),
                seen=changes.last_change(target(site.project)),
                now=site.now,
            )
            looks = Looks(
                colour=entry.colour,
                languages=entry.languages,
                sender_name=entry.sender_name,
                signature=entry.signature,
                helps_first_line_after=entry.helps_first_line_after,
            )
            seen = changes.last_change(target(site.project))
            change_looks(site.reach, project_id=site.project.pk, looks=looks, seen=seen, now=site.now)


SECTION = Section("project", _("Project"), ProjectEntry, ProjectRight.SETTINGS, export, bring_in)
