"""Lists: my queues with what waits in them, the tickets of a queue, what is mine, what a requester has asked before.

Written as SQL with one round trip each: these pages are opened all day (DESIGN 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.models import Ticket
from postline.tickets.queries.shown import PREVIEW_CUT, Shown, shown_in_lists

PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """A queue and how it is doing: how many wait, since when the oldest does, how many of them are the person's."""

    id: int
    project_id: int
    project_slug: str
    project_name: str
    project_colour: str
    project_logo: str  # the digest of its logo, empty without one
    slug: str
    name: str
    line: int
    parent_id: int | None
    private: bool
    target_minutes: int
    waiting: int
    oldest: datetime | None
    mine: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class TicketRow:
    """What a list shows of a ticket. `due_at` is of its most urgent clock; `target_minutes` then reaches from the
    beginning of the wait until that, else it is what the queue promises."""

    id: int
    number: int
    subject: str
    preview: str
    state: str
    priority: int
    created_at: datetime
    updated_at: datetime
    waiting_since: datetime | None
    pending_until: datetime | None
    return_count: int
    requester_name: str
    requester_address: str
    owner: str | None
    taken_by: str | None
    taken_until: datetime | None
    queue_slug: str
    queue_name: str
    queue_line: int
    target_minutes: int
    undelivered: bool
    due_at: datetime | None
    queue_id: int
    attention: list[str]  # what hints tell to look out for

    def holder(self, now: datetime) -> str | None:
        """The login of who works at it at this moment."""
        return self.taken_by if self.taken_until is not None and self.taken_until > now else None


class Filter(StrEnum):
    """Which tickets of a queue a list shows."""

    WAITING = "waiting"
    PENDING = "pending"
    CLOSED = "closed"
    ALL = "all"


class WrongPlace(Exception):
    """A page's address that names no place in a list."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ends: the sorting time and the id of its last row."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """The place that `str()` has written. Raises WrongPlace."""
        try:
            microseconds, _, key = text.partition("-")
            place = cls(EPOCH + int(microseconds) * MICROSECOND, int(key))
        except (ValueError, OverflowError) as error:
            raise WrongPlace(text) from error
        if not 0 <= place.id < 2**63:
            raise WrongPlace(text)
        return place


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some rows of a list and where it goes on; None at its end."""

    rows: list[TicketRow]
    next: Place | None


def my_queues(reach: Reach) -> list[QueueFigures]:
    """The queues that the person sees, as a tree read from top to bottom, with their figures."""
    values = {"queues": reach.queues_with(Right.SEE), "person": reach.person.pk}
    return _in_tree_order(_fetch(QueueFigures, QUEUES, values))


def queue_page(
    reach: Reach, *, queue_id: int, which: Filter = Filter.WAITING, after: Place | None = None, limit: int = PAGE
) -> TicketPage:
    """A page of a queue's tickets: waiting ones oldest first, others by their last change, newest first.

    A queue that the person does not see has no rows.
    """
    if not reach.may(Right.SEE, queue_id):
        return TicketPage([], None)
    column = "waiting_since" if which == Filter.WAITING else "updated_at"
    direction, beyond = ("ASC", ">") if which == Filter.WAITING else ("DESC", "<")
    where = f"t.queue_id = %(queue)s AND {FILTERS[which]}"
    if after is not None:
        where += f" AND (t.{column}, t.id) {beyond} (%(at)s, %(id)s)"
    found = _tickets(
        reach,
        f"{TICKETS} WHERE {where} ORDER BY t.{column} {direction}, t.id {direction} LIMIT %(limit)s",
        {"queue": queue_id, "at": after and after.at, "id": after and after.id, "limit": limit + 1},
    )
    if len(found) <= limit:
        return TicketPage(found, None)
    last = found[limit - 1]
    at = last.waiting_since if which == Filter.WAITING else last.updated_at
    return TicketPage(found[:limit], Place(at or last.updated_at, last.id))


def mine(reach: Reach, *, limit: int = PAGE) -> list[TicketRow]:
    """The open tickets that the person is to answer, those that wait longest first."""
    return _tickets(
        reach,
        f"{TICKETS} WHERE t.state IN ('new', 'open') AND t.owner_id = %(person)s AND t.queue_id = ANY(%(queues)s)"
        " ORDER BY t.waiting_since, t.id LIMIT %(limit)s",
        {"person": reach.person.pk, "queues": reach.queues_with(Right.SEE), "limit": limit},
    )


def in_hand(reach: Reach, *, now: datetime) -> int | None:
    """The number of the ticket that the person has taken last and still holds."""
    held = Ticket.objects.filter(taken_by=reach.person, taken_until__gt=now)
    return held.order_by("-taken_until", "-id").values_list("number", flat=True).first()


def tickets_of_requester(
    reach: Reach, *, requester_id: int, besides: int | None = None, is_masked: bool = False, limit: int = 6
) -> list[TicketRow]:
    """The newest tickets of a requester that the person may see.

    `is_masked`: who the requester is, is hidden from the person; then only where that is so, too.
    """
    queues = reach.queues_with(Right.SEE)
    if is_masked:
        queues = [queue for queue in queues if not reach.may(Right.PERSONAL, queue)]
    return _tickets(
        reach,
        f"{TICKETS} WHERE t.requester_id = %(requester)s AND t.queue_id = ANY(%(queues)s)"
        " AND t.id IS DISTINCT FROM %(besides)s ORDER BY t.id DESC LIMIT %(limit)s",
        {
            "requester": requester_id,
            "queues": queues,
            "besides": besides,
            "limit": limit,
        },
    )


def tickets_of_address(reach: Reach, *, address: str, limit: int = PAGE) -> list[TicketRow]:
    """The newest tickets of whoever writes from this address, in every project that the person sees.

    Only in queues where they see addresses: elsewhere, whether there is something would tell who it is from.
    """
    seen = set(reach.queues_with(Right.SEE))
    return _tickets(
        reach,
        f"{TICKETS} WHERE r.address = %(address)s AND r.project_id = ANY(%(projects)s)"
        " AND t.queue_id = ANY(%(queues)s) ORDER BY t.id DESC LIMIT %(limit)s",
        {
            "address": address.strip().lower(),
            "projects": list(reach.projects),
            "queues": [queue for queue in reach.queues_with(Right.PERSONAL) if queue in seen],
            "limit": limit,
        },
    )


def _tickets(reach: Reach, sql: str, values: dict[str, Any]) -> list[TicketRow]:
    """The rows as the person is shown them."""
    found = _fetch(TicketRow, sql, values)
    how = shown_in_lists(reach, {row.queue_id for row in found})
    return [_as_shown(row, how[row.queue_id]) if how[row.queue_id].is_masked else row for row in found]


def _as_shown(row: TicketRow, shown: Shown) -> TicketRow:
    return replace(
        row,
        subject=shown.text(row.subject),
        preview=shown.cut(row.preview, most=PREVIEW_CUT),
        requester_name=shown.text(row.requester_name),
        requester_address=shown.address(row.requester_address),
    )


def _fetch(kind: type[Row], sql: str, values: dict[str, Any]) -> list[Row]:
    return [kind(*row) for row in rows(sql, values)]


def _in_tree_order(queues: Sequence[QueueFigures]) -> list[QueueFigures]:
    """Children behind their parents. A child whose parent is not seen stands at the top."""
    seen = {queue.id for queue in queues}
    children: dict[int | None, list[QueueFigures]] = {}
    for queue in queues:
        children.setdefault(queue.parent_id if queue.parent_id in seen else None, []).append(queue)
    ordered: list[QueueFigures] = []

    def visit(parent: int | None, depth: int) -> None:
        for queue in children.get(parent, []):
            ordered.append(replace(queue, depth=depth))
            visit(queue.id, depth + 1)

    visit(None, 0)
    return ordered


FILTERS = {
    Filter.WAITING: "t.state IN ('new', 'open')",
    Filter.PENDING: "t.state = 'pending'",
    Filter.CLOSED: "t.state = 'closed'",
    Filter.ALL: "true",
}

QUEUES = """
SELECT q.id, q.project_id, p.slug, p.name, p.colour, coalesce(logo.digest, ''), q.slug, q.name,
    q.line, q.parent_id, q.private, q.target_minutes,
    coalesce(w.waiting, 0), w.oldest, coalesce(w.mine, 0)
FROM projects_queue q
JOIN projects_project p ON p.id = q.project_id
LEFT JOIN projects_logo logo ON logo.project_id = p.id
LEFT JOIN (
    SELECT queue_id, count(*) AS waiting, min(waiting_since) AS oldest,
        count(*) FILTER (WHERE owner_id = %(person)s) AS mine
    FROM tickets_ticket WHERE state IN ('new', 'open') AND queue_id = ANY(%(queues)s) GROUP BY queue_id
) w ON w.queue_id = q.id
WHERE q.id = ANY(%(queues)s)
ORDER BY p.name, q.line, q.position, q.id
"""

TICKETS = """
SELECT t.id, t.number, t.subject, t.preview, t.state, t.priority, t.created_at, t.updated_at, t.waiting_since,
    t.pending_until, t.return_count, r.name, r.address, owner.login, holder.login, t.taken_until,
    q.slug, q.name, q.line,
    coalesce(ceil(extract(epoch FROM clock.due_at - t.waiting_since) / 60)::int, q.target_minutes), t.undelivered,
    clock.due_at, t.queue_id,
    ARRAY(SELECT DISTINCT hint ->> 'attention' FROM jsonb_array_elements(t.hints) AS hint WHERE hint ? 'attention')
FROM tickets_ticket t
JOIN tickets_requester r ON r.id = t.requester_id
JOIN projects_queue q ON q.id = t.queue_id
LEFT JOIN projects_person owner ON owner.id = t.owner_id
LEFT JOIN projects_person holder ON holder.id = t.taken_by_id
LEFT JOIN LATERAL (
    SELECT min(due_at) AS due_at FROM tickets_clock
    WHERE ticket_id = t.id AND met_at IS NULL AND stopped_at IS NULL
) clock ON true
"""
