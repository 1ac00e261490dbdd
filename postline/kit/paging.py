"""Keyset paging: the next page begins behind the last row shown, so it costs the same at any depth (DESIGN 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the key to ask for the next ones with (None: there are no more)."""

    rows: list[Row]
    next: int | None


def newest_first(rows: QuerySet[Row], *, before: int | None, size: int) -> Page[Row]:
    """The `size` rows with the highest ids, below `before` where it is given."""
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)
