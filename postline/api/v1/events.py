"""The history of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from ninja import Path, Router, Schema

from postline.api.v1.caller import Call
from postline.api.v1.paging import read_cursor, write_cursor
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.ticket_object import PRIORITIES
from postline.api.v1.types import READ, Cursor, Limit, Moment, Number
from postline.projects.models import Person, Project, Queue, Topic
from postline.projects.rights import Reach
from postline.rules.models import Rule
from postline.tickets.history import Happening
from postline.tickets.models import Event
from postline.tickets.queries.access import ticket_for
from postline.tickets.queries.seen import numbers_seen

router = Router(tags=["Tickets"])

ORDER = "number"
Places = dict[Happening, tuple[str, ...]]
OF_QUEUES: Places = {
    Happening.MOVED: ("from", "to"),
    Happening.RETURNED: ("from", "to"),
    Happening.ANSWERED: ("queue",),
    Happening.OPENED: ("queue",),
    Happening.SPLIT_FROM: ("queue",),
    Happening.HANDED_OVER: ("from",),
    Happening.TAKEN_OVER: ("to",),
    Happening.FILTERED: ("queue",),
}
OF_PROJECTS: Places = {Happening.HANDED_OVER: ("project",), Happening.TAKEN_OVER: ("project",)}
OF_PEOPLE: Places = {Happening.ASSIGNED: ("from", "to"), Happening.FILTERED: ("owner",)}
OF_TOPICS: Places = {Happening.TOPIC: ("from", "to"), Happening.FILTERED: ("topic",)}
OF_RULES: Places = {Happening.FILTERED: ("rule",)}


class EventObject(Schema):
    """One row of history. `number` counts from 1 without gaps; `person` is null where the system acted.

    In `data`, queues, topics and projects are slugs and people logins; `message` and `note` are ids, `other` is the
    number of another ticket. What you know nothing of is null: a private queue, one of another project, a filter of
    one, a ticket that you do not see.
    """

    number: int
    kind: str
    person: str | None
    at: Moment
    data: dict[str, Any]


class EventPage(Schema):
    """Some events, and the cursor of the next ones; null at the end."""

    results: list[EventObject]
    next: str | None


@router.get("/tickets/{number}/events", response={200: EventPage, **READ}, operation_id="events", summary="List events")
def list_events(request: Call, number: Path[Number], cursor: Cursor | None = None, limit: Limit = 100) -> EventPage:
    """Everything that happened to the ticket, oldest first."""
    ticket = ticket_for(request.auth, number_of(number))
    last = read_cursor(cursor, order=ORDER)[1] if cursor else 0
    rows = Event.objects.filter(ticket=ticket, number__gt=last).select_related("person").order_by("number")
    events = list(rows[: limit + 1])
    page = events[:limit]
    more = len(events) > limit
    return EventPage(
        results=_shown(request.auth, page), next=write_cursor(ORDER, None, page[-1].number) if more else None
    )


def _shown(reach: Reach, events: Sequence[Event]) -> list[EventObject]:
    known = Queue.objects.filter(Q(private=False, project__in=reach.projects) | Q(pk__in=reach.queues))
    queues = dict(known.filter(pk__in=_ids(events, OF_QUEUES)).values_list("pk", "slug"))
    known_topics = Topic.objects.filter(project__in=reach.projects)
    topics = dict(known_topics.filter(pk__in=_ids(events, OF_TOPICS)).values_list("pk", "slug"))
    projects = dict(Project.objects.filter(pk__in=_ids(events, OF_PROJECTS)).values_list("pk", "slug"))
    people = dict(Person.objects.filter(pk__in=_ids(events, OF_PEOPLE)).values_list("pk", "login"))
    known_rules = Rule.objects.filter(project__in=reach.projects)
    rules = set(known_rules.filter(pk__in=_ids(events, OF_RULES)).values_list("pk", flat=True))
    tickets = numbers_seen(reach, [event.data["other"] for event in events if "other" in event.data])
    return [
        EventObject(
            number=event.number,
            kind=event.kind,
            person=event.person.login if event.person else None,
            at=event.at,
            data=_named(event, (queues, topics, people, projects), tickets, rules),
        )
        for event in events
    ]


def _ids(events: Sequence[Event], where: Places) -> list[int]:
    """The ids in the data of events; a 0, which nothing has, keeps the number of queries the same."""
    return [0, *{key for event in events for name in where.get(_kind(event), ()) if (key := event.data.get(name))}]


def _named(event: Event, known: Sequence[dict[int, str]], tickets: set[int], rules: set[int]) -> dict[str, Any]:
    data = dict(event.data)
    for where, names in zip((OF_QUEUES, OF_TOPICS, OF_PEOPLE, OF_PROJECTS), known, strict=True):
        for name in where.get(_kind(event), ()):
            if name in data or event.kind != Happening.FILTERED:  # a filter sets some of them
                data[name] = names.get(data.get(name, 0))
    if event.kind == Happening.FILTERED and data.get("rule") not in rules:
        data["rule"] = data["slug"] = None
    if event.kind == Happening.PRIORITY:
        data = {name: PRIORITIES.get(value, value) for name, value in data.items()}
    if "other" in data:
        data["other"] = str(data["other"]) if data["other"] in tickets else None
    data.pop("outbox", None)  # the inside of the house
    return data


def _kind(event: Event) -> Happening:
    return Happening(event.kind)
