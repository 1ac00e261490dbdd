"""The answer templates of a project, with their files. Their words and checks are those of `rules/templates`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.rules.templates import transfer
from postline.setup.section import Entry, Name, Section, Site


class TemplateEntry(Entry):
    slug: str
    name: Name
    queue: str = ""
    topic: str = ""
    automatic: bool = False
    enabled: bool = True
    texts: dict[str, Any] = {}  # by language: the text, or subject and text
    files: list[dict[str, str]] = []

    @property
    def key(self) -> str:
        return self.slug


def export(project: Project) -> Sequence[TemplateEntry]:
    """By their short names."""
    return [TemplateEntry(**one) for one in transfer.export(project)]


def bring_in(site: Site, entries: Sequence[TemplateEntry]) -> None:
    """Raises WrongFile."""
    for entry in entries:
        with site.place("templates", entry.key):
            transfer.import_(site.reach, site.project, [entry.model_dump(mode="json")], now=site.now)


SECTION = Section("templates", _("Templates"), TemplateEntry, ProjectRight.TEMPLATES, export, bring_in)
