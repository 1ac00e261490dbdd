"""Which tickets, in which order: keyset-paged, each order along an index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import QueryCanceled

from postline.api.v1.errors import Refused, invalid
from postline.api.v1.names import listed, projects_named, queues_named, topics_named
from postline.api.v1.paging import read_cursor, write_cursor
from postline.api.v1.ticket_filter import TicketFilter
from postline.api.v1.ticket_object import RELATED
from postline.projects.models import Person, Project
from postline.projects.rights import Reach, Right
from postline.tickets import numbers
from postline.tickets.models import OPEN_STATES, Requester, State, Ticket
from postline.tickets.queries.access import visible_tickets

SEARCH_SECONDS = 3
MOST_WORDS = 8
MAY_BE_PERSONAL = r"@|\d([^\d[:alpha:]]{0,3}\d){4}"


def ticket_page(reach: Reach, wanted: TicketFilter) -> tuple[list[Ticket], str | None]:
    """The tickets that the caller sees and asks for, and the cursor of the next page. Raises Refused, Forbidden."""
    projects = projects_named(reach, listed(wanted.project))
    queues = _queues(reach, wanted, projects)
    narrowed = _narrowed(visible_tickets(reach), reach, wanted, projects)
    keys = _keys(narrowed, queues, wanted)
    page, more = keys[: wanted.limit], len(keys) > wanted.limit
    rows = Ticket.objects.select_related(*RELATED).in_bulk([key for key, _ in page])
    tickets = [rows[key] for key, _ in page if key in rows]
    return tickets, write_cursor(wanted.order, page[-1][1], page[-1][0]) if more else None


def _queues(reach: Reach, wanted: TicketFilter, projects: Sequence[Project]) -> list[int]:
    """The ids of the queues to look into. Raises Forbidden for a queue that the caller knows but may not look into."""
    slugs = listed(wanted.queue)
    if slugs:
        named = [queue.pk for queue in queues_named(reach, slugs, projects)]
        for key in named:
            reach.require(Right.SEE, key)
        return named
    return reach.queues_with(Right.SEE)


def _narrowed(
    tickets: QuerySet[Ticket], reach: Reach, wanted: TicketFilter, projects: Sequence[Project]
) -> QuerySet[Ticket]:
    if wanted.project:
        tickets = tickets.filter(project__in=projects)
    if wanted.state:
        tickets = tickets.filter(state__in=_states(wanted.state))
    if wanted.topic:
        tickets = tickets.filter(topic__in=topics_named(reach, listed(wanted.topic), projects))
    if wanted.owner:
        owners = Person.objects.filter(login__in=listed(wanted.owner)).values_list("pk", flat=True)
        tickets = tickets.filter(owner_id__in=list(owners))
    if wanted.updated_since:
        tickets = tickets.filter(updated_at__gte=wanted.updated_since)
    if wanted.q and wanted.q.strip():
        tickets = tickets.filter(_matching(reach, wanted.q.strip(), projects))
    if wanted.column == "waiting_since":
        tickets = tickets.filter(state__in=OPEN_STATES)  # the others wait for nothing: its index holds these alone
    return tickets


def _states(value: str) -> list[str]:
    states = listed(value)
    unknown = [state for state in states if state not in State.values]
    if unknown:
        raise invalid(state=f"“{unknown[0]}” is none of {', '.join(State.values)}.")
    return states


def _matching(reach: Reach, q: str, projects: Sequence[Project]) -> Q:
    """What was searched for. Where the caller is not shown addresses and numbers, they are not found either: whether
    there is something would tell them (decisions/0020-masking.md)."""
    number = numbers.parse(q)
    if number is not None:
        return Q(number=number)
    open_to_them = Q(queue_id__in=reach.queues_with(Right.PERSONAL))
    if "@" in q and " " not in q:
        who = Requester.objects.filter(project__in=projects, address=q.lower()).values_list("pk", flat=True)
        return Q(requester_id__in=list(who)) & open_to_them
    words = Q()
    for word in q.split()[:MOST_WORDS]:
        words &= Q(subject__icontains=word)
    return words & (open_to_them | ~Q(subject__regex=MAY_BE_PERSONAL))


def _keys(tickets: QuerySet[Ticket], queues: Sequence[int], wanted: TicketFilter) -> list[tuple[int, datetime]]:
    """Ids and sorting times of one page and one row more.

    Each queue gives its first rows along its own index and the lists are merged: so the cost does not grow with the
    number of tickets, which one scan over several queues could not promise.
    """
    sign = "-" if wanted.descending else ""
    order = (f"{sign}{wanted.column}", f"{sign}pk")
    if wanted.cursor:
        tickets = tickets.filter(_behind(wanted))
    heads = [
        tickets.filter(queue_id=queue).order_by(*order).values_list("pk", wanted.column)[: wanted.limit + 1]
        for queue in queues
    ]
    if not heads:
        return []
    merged = heads[0].union(*heads[1:], all=True).order_by(*order) if len(heads) > 1 else heads[0]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SEARCH_SECONDS}s"])
            return list(merged[: wanted.limit + 1])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise Refused(
                422,
                "too-slow",
                f"This took longer than {SEARCH_SECONDS} seconds. Narrow it by queue, state or date.",
                {"q": "Too many tickets to look through."},
            ) from error
        raise


def _behind(wanted: TicketFilter) -> Q:
    at, key = read_cursor(wanted.cursor or "", order=wanted.order)
    if at is None:
        raise invalid(cursor="This cursor belongs to another list.")
    column, side = wanted.column, "lt" if wanted.descending else "gt"
    return Q(**{f"{column}__{side}e": at}) & (Q(**{f"{column}__{side}": at}) | Q(**{f"pk__{side}": key}))
