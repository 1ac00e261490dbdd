"""What the filters in a ticket's history were called when they acted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from postline.kit.sql import rows


@dataclass(frozen=True, slots=True)
class Acted:
    """A version of a rule; `slug` is empty where the rule is deleted."""

    name: str
    slug: str


def acted_in(ticket_id: int, *, project_id: int) -> Mapping[tuple[int, int], Acted]:
    """By rule and version, in one query: the filters of the project that the ticket is in, for what those of another
    one are called is not told here. The caller has fetched the ticket for a person."""
    found = rows(ACTED, {"ticket": ticket_id, "project": project_id})
    return {(rule, version): Acted(name, slug) for rule, version, name, slug in found}


ACTED = """
SELECT DISTINCT told.rule_id, told.version, told.name, CASE WHEN rule.deleted_at IS NULL THEN rule.slug ELSE '' END
FROM tickets_event AS event
JOIN rules_ruleversion AS told
    ON told.rule_id = (event.data ->> 'rule')::bigint AND told.version = (event.data ->> 'version')::int
JOIN rules_rule AS rule ON rule.id = told.rule_id
WHERE event.ticket_id = %(ticket)s AND event.kind = 'filtered' AND rule.project_id = %(project)s
"""
