"""The filters and hints of a project. Their words and checks are those of `rules/exchange.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.rules import exchange
from postline.rules.models import ActsOn
from postline.setup.faults import Fault, WrongFile
from postline.setup.section import Entry, Name, Section, Site


class RuleEntry(Entry):
    kind: Literal["filter", "hint"]
    slug: str
    name: Name
    enabled: bool = False
    acts_on: ActsOn | None = None  # of a filter new requests, of a hint all messages
    weight: int = 50
    condition: Any
    steps: Any = None
    suggestions: Any = None

    @property
    def key(self) -> str:
        return f"{self.kind} {self.slug}"


def export(project: Project) -> Sequence[RuleEntry]:
    """Filters and then hints, in their order."""
    return [RuleEntry.model_validate(one) for one in exchange.export(project)]


def bring_in(site: Site, entries: Sequence[RuleEntry]) -> None:
    """Raises WrongFile."""
    try:
        report = exchange.import_(site.reach, site.project, [entry.written() for entry in entries], now=site.now)
    except exchange.WrongFile as error:
        raise WrongFile([Fault(f"rules › {one.rule}", _said(one)) for one in error.faults]) from error
    site.notes.extend(f"{one.rule}: {_said(one)}" for one in report.warnings)


def _said(fault: exchange.Fault) -> str:
    return fault.problem.sentence(get_language() or "en")


SECTION = Section(
    "rules",
    _("Filters and hints"),
    RuleEntry,
    ProjectRight.FILTERS,
    export,
    bring_in,
    right_too=ProjectRight.HINTS,
)
