"""What a rule was before, who changed it, and what differs."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from postline.rules.conditions import Json
from postline.rules.keeping import VERSIONED
from postline.rules.models import Rule, RuleVersion


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, and what it was and is, as it is kept: conditions and steps are JSON."""

    field: str
    before: Json
    after: Json


def versions_of(rule: Rule) -> QuerySet[RuleVersion]:
    """All of them with their authors, the newest first. The caller has fetched the rule for a person."""
    return RuleVersion.objects.filter(rule=rule).select_related("person").order_by("-version")


def difference(before: RuleVersion | None, after: RuleVersion) -> list[Difference]:
    """What the second has made of the first; without a first one, all that it is."""
    found = []
    for name in VERSIONED:
        was, now = getattr(before, name) if before else None, getattr(after, name)
        if was != now and (before or now):
            found.append(Difference(name, was, now))
    return found
