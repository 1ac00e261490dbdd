"""How often somebody has written before: asked for a whole batch at once, and only where a rule wants to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postline.kit.sql import rows
from postline.tickets.arrival import Arrived

WEEK = timedelta(days=7)
MOST = 1_000  # tickets of one requester that are looked at: who has more is a machine


@dataclass(slots=True)
class Record:
    """The tickets of a requester, those of them that are open, and the letters of the last seven days."""

    tickets: set[int] = field(default_factory=set)
    open: set[int] = field(default_factory=set)
    letters: int = 0


class Earlier:
    """What is known of these requesters, each a project and an address in lower case. The first question asks the
    database for all of them; what arrives meanwhile is added."""

    def __init__(self, requesters: Iterable[tuple[int, str]], *, now: datetime) -> None:
        self._requesters = sorted({one for one in requesters if one[1]})
        self._now = now
        self._records: dict[tuple[int, str], Record] | None = None

    def tickets(self, project_id: int, address: str, *, besides: int | None) -> int:
        """How many tickets they have, this one aside."""
        return len(self._of(project_id, address).tickets - {besides})

    def open(self, project_id: int, address: str, *, besides: int | None) -> int:
        """How many of them are open."""
        return len(self._of(project_id, address).open - {besides})

    def letters(self, project_id: int, address: str) -> int:
        """How many letters they wrote within seven days, the one that is being looked at among them."""
        return self._of(project_id, address).letters + 1

    def add(self, project_id: int, address: str, arrived: Arrived) -> None:
        """A letter of theirs has just become part of a ticket; before the first question the rows tell of it."""
        if self._records is not None:
            _count(self._records.setdefault((project_id, address), Record()), arrived)

    def _of(self, project_id: int, address: str) -> Record:
        if self._records is None:
            self._records = self._read()
        return self._records.get((project_id, address)) or Record()

    def _read(self) -> dict[tuple[int, str], Record]:
        asked = {
            "projects": [project for project, _address in self._requesters],
            "addresses": [address for _project, address in self._requesters],
            "since": self._now - WEEK,
            "most": MOST,
        }
        return {
            (project, address): Record(set(tickets), set(opened), letters)
            for project, address, tickets, opened, letters in rows(EARLIER, asked)
        }


def _count(record: Record, arrived: Arrived) -> None:
    record.letters += 1
    if arrived.is_new:
        record.tickets.add(arrived.ticket_id)
        record.open.add(arrived.ticket_id)


EARLIER = """
SELECT requester.project_id, requester.address, coalesce(theirs.ids, '{}'), coalesce(theirs.open, '{}'), theirs.letters
FROM unnest(%(projects)s::bigint[], %(addresses)s::text[]) AS asked(project_id, address)
JOIN tickets_requester AS requester
    ON requester.project_id = asked.project_id AND requester.address = asked.address AND requester.address <> ''
CROSS JOIN LATERAL (
    SELECT array_agg(ticket.id) AS ids, array_agg(ticket.id) FILTER (WHERE ticket.state IN ('new', 'open')) AS open,
        coalesce(sum(CASE WHEN ticket.updated_at >= %(since)s THEN (
            SELECT count(*) FROM tickets_message AS message
            WHERE message.ticket_id = ticket.id AND message.direction IN ('inbound', 'told')
                AND message.sender_address = requester.address AND message.created_at >= %(since)s
        ) END), 0)::int AS letters
    FROM (
        SELECT id, state, updated_at FROM tickets_ticket
        WHERE requester_id = requester.id AND state <> 'merged' ORDER BY id DESC LIMIT %(most)s
    ) AS ticket
) AS theirs
"""
