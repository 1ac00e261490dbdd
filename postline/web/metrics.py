"""`/metrics` for Prometheus: what waits and for how long, what was done, which processes live.

Levels are read from the database, with a fixed number of queries and at most every two seconds; totals come with the
heartbeats of all processes. Any web process therefore shows the whole installation, some seconds late.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from postline.kit import clock
from postline.kit.http.forwarded import UNBELIEVED
from postline.kit.metrics import families
from postline.projects.heartbeats import living
from postline.projects.rights import ProjectRight, reach_of
from postline.projects.tokens import person_of_token

FRESH_S = 2.0


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For loopback, POSTLINE_ALLOW_NETWORKS, or the token of somebody who sees the whole installation."""
    try:
        if not (_is_near(request) or _has_token(request)):
            return _answer(401, b"A token is needed: Authorization: Bearer TOKEN\n", "text/plain; charset=utf-8")
    except (DatabaseError, InterfaceError):
        return _answer(503, b"the database does not answer\n", "text/plain; charset=utf-8")
    return _answer(200, SCRAPE.text(), CONTENT_TYPE_LATEST)


class Scrape:
    """The text of the last scrape, while it is fresh."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text, self._read_at = b"", float("-inf")

    def text(self) -> bytes:
        """All metrics. Where the database is away they say only that."""
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_S:
                registry = CollectorRegistry(auto_describe=False)
                registry.register(Installation(clock.now()))
                self._text = generate_latest(registry)
                self._read_at = time.monotonic()
            return self._text


class Installation(Collector):
    """Everything that is known about the installation at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """The families, after all queries have worked."""
        try:
            found = [*self._levels(), *self._queues(), *self._alarms(), *self._processes()]
        except (DatabaseError, InterfaceError):
            yield _gauge("postline_database_up", "Whether the database answers.", 0)
        else:
            yield _gauge("postline_database_up", "Whether the database answers.", 1)
            yield from found

    def _levels(self) -> Iterator[Metric]:
        names = list(LEVELS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(f"({sql})" for _help, sql in LEVELS.values()), {"now": self._now})
            row = cursor.fetchone()
        for name, value in zip(names, row, strict=True):
            yield _gauge(name, LEVELS[name][0], float(value or 0))

    def _queues(self) -> Iterator[Metric]:
        labels = ["project", "queue"]
        waiting = GaugeMetricFamily("postline_tickets_waiting", "Tickets that wait for us.", labels=labels)
        oldest = GaugeMetricFamily("postline_tickets_oldest_seconds", "Since when the oldest waits.", labels=labels)
        with connection.cursor() as cursor:
            cursor.execute(QUEUES, {"now": self._now})
            for project, queue, count, seconds in cursor.fetchall():
                waiting.add_metric([project, queue], count)
                oldest.add_metric([project, queue], float(seconds or 0))
        yield from (waiting, oldest)

    def _alarms(self) -> Iterator[Metric]:
        alarms = GaugeMetricFamily("postline_alarms", "Alarms that are not over, acknowledged or not.", labels=["code"])
        with connection.cursor() as cursor:
            cursor.execute(ALARMS, {"now": self._now})
            for code, count in cursor.fetchall():
                alarms.add_metric([code], count)
        yield alarms

    def _processes(self) -> Iterator[Metric]:
        rows = living(now=self._now)
        alive = GaugeMetricFamily("postline_role_processes", "Processes seen in the last 30 s.", labels=["role"])
        for role in ROLES:
            alive.add_metric([role], sum(row.role == role for row in rows))
        yield alive
        yield from families((row.process, row.samples) for row in rows)


def _is_near(request: HttpRequest) -> bool:
    """Behind a proxy that nobody told us to trust, everybody would seem to be loopback: then nobody is near."""
    scope = request.META.get("asgi.scope") or {}
    if scope.get(UNBELIEVED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback or any(address in network for network in settings.CONFIGURATION.allow_networks)


def _has_token(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return False
    person = person_of_token(token.strip(), now=clock.now())
    return person is not None and reach_of(person).may_in_project(ProjectRight.OUTBOX, None)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _answer(status: int, content: bytes, content_type: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return HttpResponse(content, status=status, content_type=content_type, headers=headers)


SCRAPE = Scrape()
ROLES = ("web", "receiver", "fetcher", "worker")

# Each is answered from a partial index. States stand in the text so that it is used.
LEVELS = {
    "postline_raw_waiting": (
        "Messages that are stored and not handled yet.",
        "SELECT count(*) FROM intake_rawmessage WHERE state = 'waiting'",
    ),
    "postline_raw_oldest_seconds": (
        "Since when the oldest of them waits.",
        "SELECT extract(epoch FROM %(now)s - min(received_at)) FROM intake_rawmessage WHERE state = 'waiting'",
    ),
    "postline_quarantine": (
        "Messages in quarantine.",
        "SELECT count(*) FROM intake_rawmessage WHERE state = 'quarantined'",
    ),
    "postline_outbox_waiting": (
        "Messages that are to be sent.",
        "SELECT count(*) FROM outbox_outboxmessage WHERE state IN ('waiting', 'sending')",
    ),
    "postline_outbox_oldest_seconds": (
        "Since when the oldest of them waits.",
        "SELECT extract(epoch FROM %(now)s - min(created_at)) FROM outbox_outboxmessage"
        " WHERE state IN ('waiting', 'sending')",
    ),
    "postline_outbox_failed": (
        "Messages that were given up.",
        "SELECT count(*) FROM outbox_outboxmessage WHERE state = 'failed' AND state IN ('failed', 'held')",
    ),
    "postline_outbox_held": (
        "Messages on hold since a restore.",
        "SELECT count(*) FROM outbox_outboxmessage WHERE state = 'held' AND state IN ('failed', 'held')",
    ),
    "postline_database_bytes": ("Size of the database.", "SELECT pg_database_size(current_database())"),
    "postline_database_connections": (
        "Connections to the database.",
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()",
    ),
}

QUEUES = """
SELECT project.slug, queue.slug, coalesce(waiting.count, 0), extract(epoch FROM %(now)s - waiting.oldest)
FROM projects_queue AS queue
JOIN projects_project AS project ON project.id = queue.project_id
LEFT JOIN (
    SELECT queue_id, count(*) AS count, min(waiting_since) AS oldest
    FROM tickets_ticket WHERE state IN ('new', 'open') GROUP BY queue_id
) AS waiting ON waiting.queue_id = queue.id
WHERE queue.retired_at IS NULL OR waiting.count > 0
ORDER BY project.slug, queue.slug
"""

ALARMS = "SELECT code, count(*) FROM projects_alarm WHERE until IS NULL OR until > %(now)s GROUP BY code ORDER BY code"
