"""I17: rules, their versions, and what tickets say of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from postline.ops.verify.invariant import Violation, violations
from postline.projects.models import Project
from postline.rules.loaded import load
from postline.rules.models import WhyDisabled


def whole(now: datetime) -> Iterator[Violation]:
    """I17: every version of a rule is kept; what histories and hints name is one of them; what is switched on can be
    understood. What it names may be gone: the next message switches it off."""
    yield from violations("""
        SELECT 'rule ' || rule.id, 'is version ' || rule.version || ' and has ' || coalesce(kept.count, 0)
            || ' versions up to ' || coalesce(kept.last, 0)
        FROM rules_rule AS rule LEFT JOIN (
            SELECT rule_id, count(*) AS count, max(version) AS last FROM rules_ruleversion GROUP BY rule_id
        ) AS kept ON kept.rule_id = rule.id
        WHERE (kept.count, kept.last) IS DISTINCT FROM (rule.version::bigint, rule.version)
        UNION ALL
        SELECT 'rule ' || rule.id, 'is not what its last version says'
        FROM rules_rule AS rule JOIN rules_ruleversion AS kept
            ON kept.rule_id = rule.id AND kept.version = rule.version
        WHERE (kept.name, kept.condition, kept.steps, kept.suggestions, kept.weight, kept.acts_on)
            IS DISTINCT FROM
            (rule.name, rule.condition, rule.steps, rule.suggestions, rule.weight, rule.acts_on)
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'event ' || event.number || ' names a filter that there never was'
        FROM tickets_event AS event JOIN tickets_ticket AS ticket ON ticket.id = event.ticket_id
        LEFT JOIN rules_ruleversion AS kept ON kept.rule_id = (event.data ->> 'rule')::bigint
            AND kept.version = (event.data ->> 'version')::int
        WHERE event.kind = 'filtered' AND kept.id IS NULL
        UNION ALL
        SELECT 'ticket ' || ticket.number, 'has a hint of a rule that there never was'
        FROM tickets_ticket AS ticket CROSS JOIN jsonb_array_elements(ticket.hints) AS hint
        LEFT JOIN rules_ruleversion AS kept ON kept.rule_id = (hint ->> 'rule')::bigint
            AND kept.version = (hint ->> 'version')::int
        WHERE ticket.hints <> '[]' AND kept.id IS NULL
    """)
    for project in Project.objects.order_by("pk"):
        for one in load(project).unusable:
            if one.because == WhyDisabled.BROKEN:
                yield Violation(f"rule {one.rule_id}", f"is switched on and cannot be understood: {one.detail}")
