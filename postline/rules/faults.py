"""Rules that cannot go on are switched off, and whoever is responsible is told (F20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from postline.kit.logs import logger
from postline.projects import audit
from postline.projects.alarms import raise_alarm
from postline.rules.keeping import ALARM, anew, target
from postline.rules.loaded import Unusable
from postline.rules.models import Rule

log = logger(__name__)


def switch_off(unusable: Iterable[Unusable], *, now: datetime) -> None:
    """Switch these off, each with its reason and in a transaction of its own; in the audit log nobody did it."""
    for one in unusable:
        _switch_off(one, now=now)


@transaction.atomic
def _switch_off(one: Unusable, *, now: datetime) -> None:
    rules = Rule.objects.select_for_update(of=("self",), no_key=True).select_related("project")
    rule = rules.filter(pk=one.rule_id, enabled=True).first()
    if rule is None:  # another worker was quicker
        return
    rule.enabled, rule.disabled_because, rule.disabled_detail = False, one.because, one.detail[:200]
    rule.save(update_fields=["enabled", "disabled_because", "disabled_detail"])
    anew(rule.project_id)
    detail = {
        "project": rule.project_id,
        "before": {"enabled": True},
        "after": {"enabled": False, "disabled_because": str(one.because)},
    }
    audit.record(actor="", action=f"{rule.kind}.disabled", target=target(rule), detail=detail, now=now)
    raise_alarm(ALARM, {"rule": rule.pk, "because": str(one.because)}, subject=target(rule), now=now)
    log.error("rule switched off", rule=rule.pk, because=str(one.because))
