"""Calendars: when somebody works. Their settings change in `calendar_changes.py`."""

from __future__ import annotations

from datetime import datetime

from postline.projects.working_rules import rules_of
from postline.projects.working_time import WorkingTime


def working_time_of(project_id: int, queue_id: int | None, *, now: datetime | None = None) -> WorkingTime:
    """When somebody works in the queue, else in its project; always, where nobody has set a calendar. Kept from one
    call to the next until a calendar changes: one small query, with `now` one for all calls of that moment."""
    return rules_of(project_id, now=now).working_time(queue_id)
