"""Retire a topic: nobody chooses it any more. What is closed keeps it; what is not may go over to another one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postline.kit.sql import rows
from postline.projects import audit
from postline.projects.models import Topic
from postline.projects.rights import Reach
from postline.projects.topics import locked, target
from postline.tickets.announcements import CHANGES
from postline.tickets.history import Happening
from postline.tickets.models import State, Ticket


class WrongSuccessor(Exception):
    """The topic itself, one of another project, or one that is retired."""


def tickets_with(topic: Topic) -> tuple[int, int]:
    """How many tickets that are not closed have it, and whether any other has (0 or 1)."""
    every = Ticket.objects.filter(project=topic.project_id, topic=topic)
    going_on = every.exclude(state__in=(State.CLOSED, State.MERGED)).count()
    return going_on, int(every.filter(state__in=(State.CLOSED, State.MERGED))[:1].count())


@transaction.atomic
def retire(reach: Reach, *, topic_id: int, successor: Topic | None, now: datetime) -> Topic:
    """Retire a topic; those below it go up to its parent. With a successor, tickets that are not closed get that one;
    closed ones keep what they were about. Raises Forbidden, Retired, WrongSuccessor."""
    topic = locked(reach, topic_id)
    if successor is not None and (
        successor.pk == topic.pk or successor.project_id != topic.project_id or successor.retired_at is not None
    ):
        raise WrongSuccessor(successor.slug)
    Topic.objects.filter(parent=topic).update(parent=topic.parent)
    topic.retired_at = now
    topic.save(update_fields=["retired_at"])
    if successor is not None:
        values = {
            "from": topic.pk,
            "to": successor.pk,
            "project": topic.project_id,
            "person": reach.person.pk,
            "kind": str(Happening.TOPIC),
            "channel": CHANGES,
            "now": now,
        }
        rows(REPLACE, values)
    detail = {
        "project": topic.project_id,
        "before": {"name": topic.name},
        "after": {},
        "successor": successor.slug if successor else "",
    }
    audit.record(actor=reach.person.login, action="topic.retired", target=target(topic), detail=detail, now=now)
    return topic


REPLACE = """
WITH changed AS (
    UPDATE tickets_ticket SET topic_id = %(to)s::bigint, event_count = event_count + 1,
        updated_at = %(now)s::timestamptz
    WHERE topic_id = %(from)s AND project_id = %(project)s AND state IN ('new', 'open', 'pending')
    RETURNING id, number, queue_id, event_count
), written AS (
    INSERT INTO tickets_event (ticket_id, number, kind, person_id, at, data)
    SELECT id, event_count, %(kind)s::text, %(person)s::bigint, %(now)s::timestamptz,
        jsonb_build_object('from', %(from)s::bigint, 'to', %(to)s::bigint, 'retired', true)
    FROM changed
)
SELECT pg_notify(%(channel)s, concat_ws(' ', number, event_count, %(kind)s::text, queue_id)) FROM changed
"""
