"""Which tickets a person sees, as a condition of SQL: the same rule as access.ticket_for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.queries.handed_over import PROJECT_OF_EVENT

# Over a row `ticket`: they did something with it while it was in the project where it is now.
WORKED_AT = f"""EXISTS (
    SELECT FROM tickets_event AS did
    WHERE did.ticket_id = ticket.id AND did.person_id = %(person)s AND {PROJECT_OF_EVENT} = ticket.project_id
)"""

# Over a row `ticket`: in a queue that they see, or one that they worked at and that is now in no private queue, nor in
# one that a rule hides from them.
SEEN = f"""(
    ticket.queue_id = ANY(%(queues)s::bigint[])
    OR (
        ticket.project_id = ANY(%(projects)s::bigint[])
        AND NOT ticket.queue_id = ANY(%(closed)s::bigint[])
        AND EXISTS (SELECT FROM projects_queue AS place WHERE place.id = ticket.queue_id AND NOT place.private)
        AND {WORKED_AT}
    )
)"""


def seen_by(reach: Reach) -> dict[str, Any]:
    """The values that SEEN needs."""
    return {
        "queues": reach.queues_with(Right.SEE),
        "projects": list(reach.projects),
        "closed": list(reach.closed),
        "person": reach.person.pk,
    }


def numbers_seen(reach: Reach, numbers: Collection[int]) -> set[int]:
    """Those of the tickets that the person sees: the numbers of others are not told."""
    if not numbers:  # as a rule
        return set()
    return {number for (number,) in rows(NUMBERS, {"numbers": list(numbers), **seen_by(reach)})}


NUMBERS = f"SELECT number FROM tickets_ticket AS ticket WHERE number = ANY(%(numbers)s::int[]) AND {SEEN}"  # noqa: S608 - constants of ours
