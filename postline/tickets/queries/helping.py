"""Whether the second line is to help the first: as a project says, once the oldest waits too long there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from postline.kit.sql import rows


@dataclass(frozen=True, slots=True)
class FirstLine:
    """How the first line of a project is doing. `oldest`: since when the one that waits longest does."""

    waiting: int
    oldest: datetime | None
    needs_help: bool


def first_line_of(project_id: int, *, now: datetime) -> FirstLine:
    """As it is at this moment; tickets that somebody has in hand do not wait for help."""
    ((waiting, oldest, needs_help),) = rows(FIRST_LINE, {"project": project_id, "now": now})
    return FirstLine(waiting, oldest, needs_help)


FIRST_LINE = """
SELECT count(ticket.id), min(ticket.waiting_since), coalesce(min(ticket.waiting_since)
    < %(now)s::timestamptz - make_interval(mins => min(project.helps_first_line_after)), false)
FROM projects_project AS project
LEFT JOIN projects_queue AS queue ON queue.project_id = project.id AND queue.line = 1 AND queue.retired_at IS NULL
LEFT JOIN tickets_ticket AS ticket ON ticket.queue_id = queue.id AND ticket.state IN ('new', 'open')
    AND (ticket.taken_until IS NULL OR ticket.taken_until < %(now)s)
WHERE project.id = %(project)s
"""
