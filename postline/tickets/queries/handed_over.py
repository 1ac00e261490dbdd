"""Where a ticket can be handed over to, where it came from, and what of it the people of its old project still read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postline.kit.sql import rows
from postline.projects.models import Queue
from postline.projects.rights import Reach, Right
from postline.tickets.models import HandOver, Ticket


@dataclass(frozen=True, slots=True)
class Target:
    """A queue of another project, and all that is told of it: the names of both. `is_back`: it came from there."""

    queue_id: int
    project_slug: str
    project_name: str
    slug: str
    name: str
    is_back: bool


@dataclass(frozen=True, slots=True)
class CameFrom:
    """How the ticket came into its project."""

    project: str
    by: str
    at: datetime
    reason: str
    event: int


def targets_for(ticket: Ticket) -> list[Target]:
    """The queues of other projects that take it in, and the one that it came from, first, whatever that accepts now.
    For those alone who may hand it over; a project that could not answer is none."""
    last = HandOver.objects.filter(ticket=ticket).select_related("queue__project").order_by("-event").first()
    back = heir_of(last.queue) if last and last.source_id != ticket.project_id else None
    found = rows(TARGETS, {"project": ticket.project_id, "back": back.pk if back else None})
    return [Target(*one) for one in found]


def heir_of(queue: Queue) -> Queue:
    """The queue, or the one that has taken over from it."""
    while queue.successor is not None:
        queue = queue.successor
    return queue


def came_from(ticket: Ticket) -> CameFrom | None:
    """The last handing over, by which it came where it is; None where it has always been there."""
    found = rows(CAME_FROM, {"ticket": ticket.pk})
    return CameFrom(*found[0]) if found else None


def left_behind(reach: Reach, number: int) -> HandOver | None:
    """The last time that the ticket left a project where the person may read what it was until then: they saw the
    queue that it was in, or had worked at it and that queue is not private. None where there is none."""
    related = ("ticket__requester", "queue__project", "source", "target", "person", "requester", "topic")
    for one in HandOver.objects.select_related(*related).filter(ticket__number=number).order_by("-event"):
        if one.source_id in reach.projects and _may_read(reach, one):
            return one
    return None


def _may_read(reach: Reach, left: HandOver) -> bool:
    if reach.may(Right.SEE, heir_of(left.queue).pk):
        return True
    worked = {"ticket": left.ticket_id, "person": reach.person.pk, "project": left.source_id, "event": left.event}
    return not left.queue.private and bool(rows(WORKED_THERE, worked))


@dataclass(frozen=True, slots=True)
class Left:
    """One thing that was there: a message (`direction` says whose), or a note."""

    at: datetime
    direction: str
    who: str
    address: str
    text: str
    files: Sequence[str]


def what_was_left(left: HandOver) -> list[Left]:
    """Messages and notes as they were when the ticket went, oldest first, without a way to anything else of it.
    Addresses and numbers stand in it as they are: what is shown goes through `shown.Shown`."""
    values = {"messages": left.messages, "notes": left.notes, "project": left.source_id, "shown": SHOWN}
    return [Left(*one) for one in rows(LEFT, values)]


SHOWN = 12_000  # letters of one text

TARGETS = """
SELECT queue.id, project.slug, project.name, queue.slug, queue.name, queue.id IS NOT DISTINCT FROM %(back)s::bigint
FROM projects_queue AS queue JOIN projects_project AS project ON project.id = queue.project_id
WHERE project.id <> %(project)s AND project.archived_at IS NULL
    AND (queue.accepts_from_projects AND NOT queue.private OR queue.id = %(back)s::bigint)
    AND queue.retired_at IS NULL AND queue.successor_id IS NULL
    AND EXISTS (SELECT FROM projects_mailbox WHERE project_id = project.id)
ORDER BY queue.id IS NOT DISTINCT FROM %(back)s::bigint DESC, project.name, queue.line, queue.position, queue.id
"""

CAME_FROM = """
SELECT project.name, person.login, over.at, over.reason, over.event
FROM tickets_handover AS over
JOIN projects_project AS project ON project.id = over.source_id
JOIN projects_person AS person ON person.id = over.person_id
WHERE over.ticket_id = %(ticket)s ORDER BY over.event DESC LIMIT 1
"""

# an event belongs to the project that the ticket was in until it left that one
PROJECT_OF_EVENT = """coalesce((
    SELECT source_id FROM tickets_handover WHERE ticket_id = did.ticket_id AND event > did.number
    ORDER BY event LIMIT 1
), ticket.project_id)"""

WORKED_THERE = f"""
SELECT 1 FROM tickets_event AS did JOIN tickets_ticket AS ticket ON ticket.id = did.ticket_id
WHERE did.ticket_id = %(ticket)s AND did.person_id = %(person)s AND did.number < %(event)s
    AND {PROJECT_OF_EVENT} = %(project)s LIMIT 1
"""  # noqa: S608 - constants of ours

LEFT = """
SELECT at, direction, who, address, text, files FROM (
SELECT message.id, message.created_at AS at, message.direction, coalesce(author.login, nullif(message.sender_name, ''),
        message.sender_address) AS who, message.sender_address AS address,
    left(CASE WHEN body.new_text <> '' THEN body.new_text ELSE coalesce(body.text, '') END, %(shown)s) AS text,
    ARRAY(SELECT filename FROM tickets_attachment WHERE message_id = message.id ORDER BY id) AS files
FROM tickets_message AS message
LEFT JOIN tickets_body AS body ON body.message_id = message.id
LEFT JOIN projects_person AS author ON author.id = message.author_id
WHERE message.id = ANY(%(messages)s::bigint[])
UNION ALL
SELECT note.id, note.created_at, 'note', coalesce(author.login, ''), '', note.text, '{}'
FROM tickets_note AS note LEFT JOIN projects_person AS author ON author.id = note.author_id
WHERE note.id = ANY(%(notes)s::bigint[]) AND note.project_id = %(project)s
) AS was ORDER BY at, direction = 'note', id
"""
