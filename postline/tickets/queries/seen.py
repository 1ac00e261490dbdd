"""Which tickets a person sees, as a condition of SQL: the same rule as access.ticket_for."""

from __future__ import annotations

from typing import Any

from postline.projects.rights import Reach, Right

# Over a row `ticket`: in a queue that they see, or one that they worked at and that is in no private queue now.
SEEN = """(
    ticket.queue_id = ANY(%(queues)s::bigint[])
    OR (
        ticket.project_id = ANY(%(projects)s::bigint[])
        AND EXISTS (SELECT FROM projects_queue AS place WHERE place.id = ticket.queue_id AND NOT place.private)
        AND EXISTS (SELECT FROM tickets_event WHERE ticket_id = ticket.id AND person_id = %(person)s)
    )
)"""


def seen_by(reach: Reach) -> dict[str, Any]:
    """The values that SEEN needs."""
    return {
        "queues": reach.queues_with(Right.SEE),
        "projects": list(reach.projects),
        "person": reach.person.pk,
    }
