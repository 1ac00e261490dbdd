"""What is told by NOTIFY when a transaction commits: a ticket has changed; somebody is at a ticket.

Whoever listens (`/live/`) tells it on to those who may see the queue. PostgreSQL tells the same thing once in a
transaction, in the order of commits. What is told holds ids, codes and logins, and is written down nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right

CHANGES = "postline_changes"
PRESENCE = "postline_presence"

# For statements that write an event themselves: an expression over a row `ticket`, with %(happening)s for its kind.
ANNOUNCED = f"""pg_notify('{CHANGES}',
    concat_ws(' ', ticket.number, ticket.event_count, %(happening)s::text, ticket.queue_id))"""


@dataclass(frozen=True, slots=True)
class Change:
    """An event of a ticket, and the queues that it concerns: where the ticket is, and where it was before."""

    number: int
    event: int
    kind: str
    queues: frozenset[int]

    @classmethod
    def parse(cls, told: str) -> Self:
        """Read what `announce` has written."""
        number, event, kind, *queues = told.split(" ")
        return cls(int(number), int(event), kind, frozenset(map(int, queues)))


class Doing(StrEnum):
    """What a person does at a ticket."""

    LOOKS = "looks"
    WRITES = "writes"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Presence:
    """A person has a ticket open, in one of the tabs of their browser."""

    number: int
    queue: int
    person: int
    login: str
    tab: str
    doing: Doing

    @classmethod
    def parse(cls, told: str) -> Self:
        """Read what `announce_presence` has written."""
        number, queue, person, login, tab, doing = json.loads(told)
        return cls(number, queue, person, login, tab, Doing(doing))


def announce(*, number: int, event: int, kind: str, queues: Iterable[int]) -> None:
    """Tell of a ticket's event once the transaction commits."""
    told = f"{number} {event} {kind} {' '.join(map(str, sorted(queues)))}"
    rows("SELECT pg_notify(%s, %s)", [CHANGES, told])


def announce_presence(reach: Reach, *, number: int, tab: str, doing: Doing) -> bool:
    """Tell that the person is at this ticket, in one query; False when they see no such ticket."""
    person = reach.person
    told = rows(
        TELL_PRESENCE, [PRESENCE, person.pk, person.login, tab, str(doing), number, reach.queues_with(Right.SEE)]
    )
    return bool(told)


TELL_PRESENCE = """
SELECT pg_notify(%s, json_build_array(number, queue_id, %s::bigint, %s::text, %s::text, %s::text)::text)
FROM tickets_ticket WHERE number = %s AND queue_id = ANY(%s)
"""
