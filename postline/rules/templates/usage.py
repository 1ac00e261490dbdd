"""How often templates are used: counted when an answer leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum

from postline.rules.models import Template, TemplateDay

RECENT = timedelta(days=30)


@transaction.atomic
def count(template_ids: Collection[int], *, project_id: int, now: datetime) -> None:
    """An answer of this project left that was written with these templates; each counts once."""
    rows = Template.objects.filter(project=project_id, pk__in=set(template_ids))
    for key in rows.order_by("pk").select_for_update().values_list("pk", flat=True):
        Template.objects.filter(pk=key).update(used_count=F("used_count") + 1, last_used_at=now)
        day, _ = TemplateDay.objects.get_or_create(template_id=key, day=now.date())
        TemplateDay.objects.filter(pk=day.pk).update(used=F("used") + 1)


def recently(template_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """Template → how often it was used in the last 30 days; those that were not are missing."""
    days = TemplateDay.objects.filter(template__in=template_ids, day__gt=(now - RECENT).date())
    return dict(days.order_by().values_list("template").annotate(n=Sum("used")))
