"""The two sorts of rules that have pages: filters and hints. What differs between their pages stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postline.projects import managed
from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.rules import queries
from postline.rules.models import Rule, RuleKind
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest


@dataclass(frozen=True, slots=True)
class Words:
    """How a sort is called on its pages."""

    many: Promise
    new: Promise
    search: Promise
    none: Promise
    none_more: Promise
    made: Promise
    is_on: Promise
    is_off: Promise


@dataclass(frozen=True, slots=True)
class Sort:
    """Filters, or hints. `kind` as on the rows, `area` the part of their addresses."""

    kind: str
    area: str
    right: ProjectRight
    words: Words

    def url(self, page: str) -> str:
        """The name of the address of one of its pages."""
        return f"manage-{self.area}" if page == "list" else f"manage-{self.kind}-{page}"

    def project(self, request: StaffRequest, slug: str) -> Project:
        """The project, where the person may set up this sort. Raises NothingThere."""
        return managed.project_for(request.reach, slug, self.right)

    def rule(self, request: StaffRequest, project: str, slug: str) -> Rule:
        """One of them. Raises NothingThere."""
        return queries.rule_for(request.reach, project, RuleKind(self.kind), slug)

    def show(
        self, request: StaffRequest, template: str, context: Mapping[str, Any], *, project: Project, status: int = 200
    ) -> HttpResponse:
        """A page of this sort."""
        own = {"kind": self.kind, "words": self.words, "at_url": self.url}
        return show(request, f"rules/{template}", {**own, **context}, at=self.area, project=project, status=status)


FILTERS = Sort(
    "filter",
    "filters",
    ProjectRight.FILTERS,
    Words(
        many=_("Filters"),
        new=_("New filter"),
        search=_("Search in the filters"),
        none=_("No filter yet"),
        none_more=_(
            "A filter looks at every message that arrives and does what you tell it: another queue, a topic, a tag,"
            " an answer. You try it on past messages before it is switched on."
        ),
        made=_("The filter is kept, switched off."),
        is_on=_("The filter is on."),
        is_off=_("The filter is off."),
    ),
)
HINTS = Sort(
    "hint",
    "hints",
    ProjectRight.HINTS,
    Words(
        many=_("Hints"),
        new=_("New hint"),
        search=_("Search in the hints"),
        none=_("No hint yet"),
        none_more=_(
            "A hint says on the ticket what it is probably about, or what to look out for, with the reason. It never"
            " does anything by itself."
        ),
        made=_("The hint is kept, switched off."),
        is_on=_("The hint is on."),
        is_off=_("The hint is off."),
    ),
)
