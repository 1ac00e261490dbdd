"""Which templates somebody should look at again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from postline.rules.models import Template

LOOKED_AT_WITHIN = timedelta(days=183)
USED_WITHIN = timedelta(days=90)


class Stale(StrEnum):
    """Why a template should be looked at again."""

    OLD = "old"  # nobody looked at it for half a year, and it is still used
    QUEUE_GONE = "queue-gone"  # the queue that it is for takes in nothing more
    TOPIC_GONE = "topic-gone"


def warnings_for(template: Template, *, now: datetime) -> list[Stale]:
    """What is stale about a template, fetched with its queue and topic."""
    found = []
    is_used = template.last_used_at is not None and now - template.last_used_at < USED_WITHIN
    if template.enabled and is_used and now - template.reviewed_at > LOOKED_AT_WITHIN:
        found.append(Stale.OLD)
    if template.queue_was and (template.queue is None or not template.queue.is_in_use):
        found.append(Stale.QUEUE_GONE)
    if template.topic_was and (template.topic is None or template.topic.retired_at is not None):
        found.append(Stale.TOPIC_GONE)
    return found
