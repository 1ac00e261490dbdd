"""An invariant, and what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Violation:
    """A row that should not be: where it is (`raw message 17`, `ticket 123456780`) and what is wrong with it."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """`name` as in the list of invariants, `title` says what holds, `find` yields what breaks it at a time."""

    name: str
    title: str
    find: Callable[[datetime], Iterator[Violation]]


def violations(query: str, parameters: Mapping[str, Any] | None = None) -> Iterator[Violation]:
    """Run a query that gives `where` and `what`, and fetch its rows bit by bit. Needs a transaction."""
    for where, what in rows(query, parameters):
        yield Violation(where, what)


def rows(query: str, parameters: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of any query, fetched bit by bit. Needs a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, parameters)
        yield from cursor
