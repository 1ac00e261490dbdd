"""The rights that are set in a project, on top of what roles give."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postline.projects import changes
from postline.projects.grants import Where, Whom, change_rights, target, where_of, whom_of
from postline.projects.managed import NothingThere
from postline.projects.models import Grant, Line, Project
from postline.projects.rights import ProjectRight
from postline.setup.faults import Unfit
from postline.setup.section import Entry, Section, Site


class RightsEntry(Entry):
    whom: str  # line:1, group:web, person:anna
    where: str = ""  # queue:inbox, line:1, group:web; empty: all of the project
    allow: list[str] = []
    forbid: list[str] = []

    @property
    def key(self) -> str:
        return " in ".join(filter(None, [self.whom, self.where]))


def export(project: Project) -> Sequence[RightsEntry]:
    """One entry for each whom and where."""
    found: dict[tuple[str, str], dict[bool, list[str]]] = {}
    grants = Grant.objects.filter(project=project).select_related("group", "person", "queue", "queues_of_group")
    for one in grants.order_by("right"):
        whom = Whom(line=Line(one.line) if one.line else None, group=one.group, person=one.person)
        of_line = Line(one.queues_of_line) if one.queues_of_line else None
        where = Where(queue=one.queue, line=of_line, group=one.queues_of_group)
        found.setdefault((whom.code, where.code), {True: [], False: []})[one.allowed].append(one.right)
    return [
        RightsEntry(whom=whom, where=where, allow=rights[True], forbid=rights[False])
        for (whom, where), rights in sorted(found.items())
    ]


def bring_in(site: Site, entries: Sequence[RightsEntry]) -> None:
    """Rights that an entry does not name stay as they are. Raises WrongFile."""
    for entry in entries:
        with site.place("rights", entry.key):
            _put(site, entry)


def _put(site: Site, entry: RightsEntry) -> None:
    try:
        whom, where = whom_of(site.project, entry.whom), where_of(site.project, entry.where)
        change_rights(
            site.reach,
            project_id=site.project.pk,
            whom=whom,
            where=where,
            wanted={**dict.fromkeys(entry.allow, True), **dict.fromkeys(entry.forbid, False)},
            seen=changes.last_change(target(site.project, whom)),
            now=site.now,
        )
    except NothingThere as error:
        raise Unfit(_("There is no such line, group, person or queue in the project.")) from error


SECTION = Section("rights", gettext_lazy("Rights"), RightsEntry, ProjectRight.RIGHTS, export, bring_in)
