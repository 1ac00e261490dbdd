"""The groups of a project."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from postline.projects import changes
from postline.projects.groups import change_group, create_group, target
from postline.projects.models import Group, Line, Project
from postline.projects.rights import ProjectRight
from postline.setup.section import Entry, Name, Section, Site


class GroupEntry(Entry):
    slug: str
    name: Name
    line: Line = Line.SECOND

    @property
    def key(self) -> str:
        return self.slug


def export(project: Project) -> Sequence[GroupEntry]:
    """By their short names."""
    return [
        GroupEntry(slug=group.slug, name=group.name, line=Line(group.line))
        for group in Group.objects.filter(project=project).order_by("slug")
    ]


def bring_in(site: Site, entries: Sequence[GroupEntry]) -> None:
    """Raises WrongFile."""
    present = {group.slug: group for group in Group.objects.filter(project=site.project).select_related("project")}
    for entry in entries:
        with site.place("groups", entry.key):
            _put(site, entry, present.get(entry.slug))


def _put(site: Site, entry: GroupEntry, group: Group | None) -> None:
    if group is None:
        create_group(site.reach, project=site.project, slug=entry.slug, name=entry.name, line=entry.line, now=site.now)
        return
    seen = changes.last_change(target(group))
    change_group(site.reach, group_id=group.pk, name=entry.name, line=entry.line, seen=seen, now=site.now)


SECTION = Section("groups", _("Groups"), GroupEntry, ProjectRight.STAFF, export, bring_in)
