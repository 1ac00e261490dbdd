"""Keyset paging: the next page begins behind the last row shown, so it costs the same at any depth (DESIGN 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

HIGHEST = 2**63 - 1  # of a bigint
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the key to ask for the next ones with (None: there are no more)."""

    rows: list[Row]
    next: int | None


def key_of(text: str) -> int | None:
    """The id that stands in an address or a form; None for anything else, however long it is."""
    return int(text) if text.isdecimal() and len(text) < 20 and int(text) <= HIGHEST else None


def newest_first(rows: QuerySet[Row], *, before: str, size: int) -> Page[Row]:
    """The `size` rows with the highest ids, below `before`: a key as it stands in an address, or anything else."""
    key = key_of(before)
    if key is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows.order_by("-pk")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)
