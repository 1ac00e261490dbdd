"""Retire a queue: what is in use hands over to a successor, its tickets are moved there in batches.

The queue takes in nothing more from the moment it has a successor; people go on working on what is left in it. Moving
begins at once and is finished by any worker, so that neither a large queue nor a process that dies stops it half-way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import transaction

from postline.kit.sql import rows
from postline.projects import audit
from postline.projects.models import Line, Mailbox, Queue, Topic
from postline.projects.queues import NotInUse, target
from postline.projects.rights import ProjectRight, Reach, Right, people_with
from postline.tickets.announcements import CHANGES
from postline.tickets.clocks.follow import follow
from postline.tickets.history import Happening
from postline.tickets.models import State, Ticket

BATCH = 500


class Pointing(Protocol):
    """Something that leads to queues: it names what leads to one, and makes it lead to another one. Packages above
    register theirs at start (`POINTING`)."""

    def named(self, queue: Queue) -> Sequence[str]:
        """The names of what leads to this queue."""
        ...

    def redirect(self, reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        """Let all of that lead to the other one, within the transaction of the caller, who has seen to the rights."""
        ...


class NeedsSuccessor(Exception):
    """Tickets, mailboxes or other queues need the queue: say which one takes over."""


class WrongSuccessor(Exception):
    """The message is a code: `other-project`, `not-in-use`, `first-line`, `open-to-all` or `below`."""


@transaction.atomic
def retire(reach: Reach, *, queue_id: int, successor: Queue | None, now: datetime) -> Queue:
    """Retire a queue. Mailboxes, topics, queues below it, follow-ups, filters, templates… go over to `successor`
    at once; its tickets are moved by `empty_retired`: whoever retires it may move them. A queue that nothing needs is
    retired at once, without one.

    Raises Forbidden, NotInUse, NeedsSuccessor, WrongSuccessor.
    """
    queue = Queue.objects.select_for_update(of=("self",)).select_related("project", "parent").get(pk=queue_id)
    reach.require_in_project(ProjectRight.QUEUES, queue.project_id)
    if not queue.is_in_use:
        raise NotInUse(queue.slug)
    needed = is_needed(queue)
    if successor is None:
        if needed:
            raise NeedsSuccessor(queue.slug)
        queue.retired_at, queue.retired_by = now, reach.person
    else:
        _require_fitting(queue, successor)
        reach.require(Right.MOVE, queue.pk)
        reach.require(Right.MOVE_INTO, successor.pk)
        for one in POINTING.values():
            one.redirect(reach, queue, successor, now=now)
        queue.successor, queue.retired_by = successor, reach.person
    queue.save(update_fields=["retired_at", "retired_by", "successor"])
    detail = {
        "project": queue.project_id,
        "before": {"name": queue.name},
        "after": {},
        "successor": successor.slug if successor else "",
    }
    audit.record(actor=reach.person.login, action="queue.retired", target=target(queue), detail=detail, now=now)
    return queue


def is_needed(queue: Queue) -> bool:
    """Whether tickets, mailboxes, topics, filters or other queues lead to it."""
    return Ticket.objects.filter(queue=queue).exists() or any(leads_to(queue).values())


def leads_to(queue: Queue) -> dict[str, list[str]]:
    """What leads to it, by name: what goes over to its successor. The keys are codes."""
    return {code: list(one.named(queue)) for code, one in POINTING.items()}


def tickets_left(queue: Queue) -> int:
    """How many tickets still are to be moved."""
    return Ticket.objects.filter(queue=queue).count()


def empty_retired(*, now: datetime) -> int:
    """Move one batch out of each queue that has a successor; one that is empty is retired. Returns how many tickets
    were moved: call it again until it is 0. Open tickets go first."""
    moved = 0
    for queue in Queue.objects.select_related("successor").exclude(successor=None).order_by("pk"):
        found = _move_batch(queue, OPEN_FIRST, now=now) or _move_batch(queue, ALL, now=now)
        if not found and queue.retired_at is None:
            Queue.objects.filter(pk=queue.pk, retired_at=None).update(retired_at=now)
        moved += found
    return moved


@transaction.atomic
def _move_batch(queue: Queue, which: str, *, now: datetime) -> int:
    heir = queue.successor
    assert heir is not None  # noqa: S101 - tells the type checker what the query above says
    while heir.successor is not None:  # it was retired itself meanwhile
        heir = heir.successor
    values = {
        "from": queue.pk,
        "to": heir.pk,
        "keepers": [person.pk for person in people_with(Right.TAKE, heir)],
        "person": queue.retired_by_id,
        "kind": str(Happening.MOVED),
        "channel": CHANGES,
        "now": now,
        "limit": BATCH,
    }
    moved = [ticket_id for _told, ticket_id in rows(MOVE.format(which), values)]
    for ticket in Ticket.objects.filter(pk__in=moved).exclude(state__in=(State.CLOSED, State.MERGED)):
        follow(ticket, now=now)  # other targets may hold there; it does not wait anew
    return len(moved)


def _require_fitting(queue: Queue, successor: Queue) -> None:
    if successor.project_id != queue.project_id:
        raise WrongSuccessor("other-project")
    if not successor.is_in_use or successor.pk == queue.pk:
        raise WrongSuccessor("not-in-use")
    if queue.line == Line.SECOND and successor.line == Line.FIRST:
        raise WrongSuccessor("first-line")  # nothing passes the first line a second time
    if queue.private and not (successor.private and successor.group_id == queue.group_id):
        raise WrongSuccessor("open-to-all")
    above = dict(Queue.objects.filter(project=queue.project_id).values_list("pk", "parent_id"))
    ancestor = successor.parent_id
    while ancestor is not None:
        if ancestor == queue.pk:
            raise WrongSuccessor("below")
        ancestor = above[ancestor]


class _Mailboxes:
    def named(self, queue: Queue) -> Sequence[str]:
        return list(Mailbox.objects.filter(queue=queue).order_by("address").values_list("address", flat=True))

    def redirect(self, _reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        Mailbox.objects.filter(queue=queue).update(queue=successor)


class _Topics:
    def named(self, queue: Queue) -> Sequence[str]:
        found = Topic.objects.filter(queue=queue, retired_at=None).order_by("position", "name")
        return list(found.values_list("name", flat=True))

    def redirect(self, _reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        Topic.objects.filter(queue=queue).update(queue=successor if successor.line == Line.SECOND else None)


class _Returning:
    """Queues of the first line whose follow-ups go there."""

    def named(self, queue: Queue) -> Sequence[str]:
        return list(Queue.objects.filter(return_queue=queue).order_by("position").values_list("name", flat=True))

    def redirect(self, _reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        returning = Queue.objects.filter(return_queue=queue)
        returning.filter(pk=successor.pk).update(return_queue=None)
        returning.exclude(pk=successor.pk).update(return_queue=successor)


class _Below:
    """Queues below it go up one level."""

    def named(self, queue: Queue) -> Sequence[str]:
        below = Queue.objects.filter(parent=queue, retired_at=None).order_by("position")
        return list(below.values_list("name", flat=True))

    def redirect(self, _reach: Reach, queue: Queue, successor: Queue, *, now: datetime) -> None:
        Queue.objects.filter(parent=queue).update(parent=queue.parent)


POINTING: dict[str, Pointing] = {
    "mailboxes": _Mailboxes(),
    "topics": _Topics(),
    "follow-ups": _Returning(),
    "below": _Below(),
}


# what is taken first, in the order of an index
OPEN_FIRST = "state IN ('new', 'open') ORDER BY waiting_since"
ALL = "true ORDER BY updated_at"

# whoever may take tickets of the successor keeps what they have in hand
MOVE = """
WITH batch AS (
    SELECT id FROM tickets_ticket WHERE queue_id = %(from)s AND {}, id
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE tickets_ticket AS ticket
    SET queue_id = %(to)s::bigint, event_count = event_count + 1, updated_at = %(now)s::timestamptz,
        owner_id = CASE WHEN owner_id = ANY(%(keepers)s::bigint[]) THEN owner_id END,
        assigned = assigned AND coalesce(owner_id = ANY(%(keepers)s::bigint[]), false),
        taken_by_id = CASE WHEN taken_by_id = ANY(%(keepers)s::bigint[]) THEN taken_by_id END,
        taken_until = CASE WHEN taken_by_id = ANY(%(keepers)s::bigint[]) THEN taken_until END
    FROM batch WHERE ticket.id = batch.id
    RETURNING ticket.id, ticket.number, ticket.event_count
), written AS (
    INSERT INTO tickets_event (ticket_id, number, kind, person_id, at, data)
    SELECT id, event_count, %(kind)s::text, %(person)s::bigint, %(now)s::timestamptz,
        jsonb_build_object('from', %(from)s::bigint, 'to', %(to)s::bigint, 'retired', true)
    FROM moved
)
SELECT pg_notify(%(channel)s, concat_ws(' ', number, event_count, %(kind)s::text, %(from)s::bigint, %(to)s::bigint)), id
FROM moved
"""
