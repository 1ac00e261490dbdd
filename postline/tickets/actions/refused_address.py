"""Addresses that mail could not be delivered to: kept until they write again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from postline.kit.sql import rows
from postline.tickets.models import RefusedAddress


def mark_refused(project_id: int, replies: Mapping[str, str], *, now: datetime) -> None:
    """Keep that these addresses refuse mail, and what was said."""
    for address, reply in replies.items():
        RefusedAddress.objects.update_or_create(
            project_id=project_id, address=address.lower(), defaults={"reply": reply, "since": now}
        )


def refused(keys: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of the (project, address in lower case) that refuse mail."""
    return {(project, address) for project, address in rows(REFUSED, _parameters(keys))}


def wrote_again(keys: Collection[tuple[int, str]]) -> None:
    """These addresses live: they have just written. One statement for many, intake calls it for every message."""
    if keys:
        rows(WROTE_AGAIN, _parameters(sorted(keys)))


def _parameters(keys: Sequence[tuple[int, str]]) -> dict[str, list[int] | list[str]]:
    return {"projects": [project for project, _ in keys], "addresses": [address for _, address in keys]}


REFUSED = """
SELECT project_id, address FROM tickets_refusedaddress AS one
JOIN unnest(%(projects)s::bigint[], %(addresses)s::text[]) AS asked(project, wanted)
    ON one.project_id = asked.project AND one.address = asked.wanted
"""

WROTE_AGAIN = """
DELETE FROM tickets_refusedaddress AS one
USING unnest(%(projects)s::bigint[], %(addresses)s::text[]) AS alive(project, wrote)
WHERE one.project_id = alive.project AND one.address = alive.wrote
"""
