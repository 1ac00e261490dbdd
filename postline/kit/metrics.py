"""Counters of this process (Prometheus' kinds). Heartbeats carry them to the database, so that one scrape shows all.

Labels are words of a short list: never an address, a name or a number of a ticket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric

REGISTRY = CollectorRegistry(auto_describe=False)
Samples = list[list[Any]]  # [[family, kind, help, [[name, labels, value], …]], …]
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

requests = Counter("postline_http_requests", "Answered requests.", ["method", "status"], registry=REGISTRY)
request_seconds = Histogram(
    "postline_http_request_seconds", "From the complete request to its answer.", buckets=BUCKETS, registry=REGISTRY
)
kept = Counter("postline_messages_kept", "Messages stored durably, by door.", ["source"], registry=REGISTRY)
handled = Counter("postline_messages_handled", "Messages that the pipeline went through.", registry=REGISTRY)
bad_tokens = Counter(
    "postline_bad_tokens", "Messages with a reference to a ticket that somebody made up.", registry=REGISTRY
)
sent = Counter("postline_outbox_recipients", "Recipients after an attempt, by result.", ["result"], registry=REGISTRY)


def samples() -> Samples:
    """What was counted so far, in a form that JSON can hold. Nothing for what was never counted."""
    found: Samples = []
    for family in REGISTRY.collect():
        values = [[one.name, one.labels, one.value] for one in family.samples if not one.name.endswith("_created")]
        if any(value for _name, _labels, value in values):
            found.append([family.name, family.type, family.documentation, values])
    return found


def families(told: Iterable[tuple[str, Samples]]) -> Sequence[Metric]:
    """The samples of several processes as Prometheus' families, each sample labelled with its `process`."""
    merged: dict[str, Metric] = {}
    for process, found in told:
        for name, kind, documentation, values in found:
            family = merged.setdefault(name, Metric(name, documentation, kind))
            for sample, labels, value in values:
                family.add_sample(sample, {**labels, "process": process}, value)
    return list(merged.values())


def method_of(method: str) -> str:
    """The method of a request as a label: whatever a client invents is one word."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
