"""Where a ticket is now that became part of another one, perhaps of one that became part of a third."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postline.kit.sql import Row, rows
from postline.projects.rights import Reach
from postline.tickets.queries.seen import SEEN, seen_by
from postline.tickets.queries.shown import shown_in_lists


def way_of(ticket_id: int) -> list[int]:
    """The tickets on the way from this one to where it is now, both included; one alone where it is not merged."""
    return [key for (key,) in rows(WAY, {"ticket": ticket_id})]


def named(number: int, *, project_id: int) -> tuple[int, int] | None:
    """The ids of the ticket that this number leads to from this project, merged or not, and of the project that it is
    in now: who writes to the project that it was handed over from still means it. None where it leads nowhere."""
    found = rows(NAMED, {"number": number, "project": project_id})
    return (found[0][0], found[0][1]) if found else None


@dataclass(frozen=True, slots=True)
class MergedTicket:
    """A ticket on the other side of a merge, as far as the reader may see it."""

    number: int
    subject: str
    by: str
    at: datetime


def merged_into(reach: Reach, ticket_id: int) -> MergedTicket | None:
    """The ticket that this one leads to in the end; None where it is not merged, or the person does not see it."""
    found = _as_shown(reach, rows(MERGED_INTO, {"ticket": ticket_id, **seen_by(reach)}))
    return found[0] if found else None


def merged_here(reach: Reach, ticket_id: int) -> Sequence[MergedTicket]:
    """The tickets that were merged straight into this one, oldest first."""
    return _as_shown(reach, rows(MERGED_HERE, {"ticket": ticket_id, **seen_by(reach)}))


def _as_shown(reach: Reach, found: Sequence[Row]) -> list[MergedTicket]:
    how = shown_in_lists(reach, {queue_id for *_, queue_id in found})
    return [MergedTicket(number, how[queue_id].text(subject), by, at) for number, subject, by, at, queue_id in found]


STEPS = """
WITH RECURSIVE way AS (
    SELECT %(ticket)s::bigint AS id, 0 AS step
    UNION ALL
    SELECT merge.into_id, step + 1 FROM way JOIN tickets_merge AS merge
        ON merge.ticket_id = way.id AND merge.undone_at IS NULL
)"""
WAY = f"{STEPS} SELECT id FROM way ORDER BY step"  # noqa: S608 - constants of ours

NAMED = """
SELECT id, project_id FROM tickets_ticket AS ticket WHERE number = %(number)s AND (
    state <> 'merged' OR EXISTS (SELECT FROM tickets_merge WHERE ticket_id = ticket.id AND undone_at IS NULL)
) AND (
    project_id = %(project)s
    OR EXISTS (SELECT FROM tickets_handover WHERE ticket_id = ticket.id AND source_id = %(project)s)
)
"""

MERGED_INTO = f"""{STEPS}
SELECT ticket.number, ticket.subject, person.login, merge.merged_at, ticket.queue_id
FROM way JOIN tickets_ticket AS ticket ON ticket.id = way.id
JOIN tickets_merge AS merge ON merge.ticket_id = %(ticket)s AND merge.undone_at IS NULL
JOIN projects_person AS person ON person.id = merge.person_id
WHERE ticket.state <> 'merged' AND {SEEN}
"""  # noqa: S608 - constants of ours

MERGED_HERE = f"""
SELECT ticket.number, ticket.subject, person.login, merge.merged_at, ticket.queue_id
FROM tickets_merge AS merge JOIN tickets_ticket AS ticket ON ticket.id = merge.ticket_id
JOIN projects_person AS person ON person.id = merge.person_id
WHERE merge.into_id = %(ticket)s AND merge.undone_at IS NULL AND {SEEN}
ORDER BY merge.merged_at, merge.id
"""  # noqa: S608 - constants of ours
