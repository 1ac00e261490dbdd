"""Short names: they stand in addresses, in the REST interface and in the audit log, and do not change."""

from __future__ import annotations

import re

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?")
RESERVED = frozenset({"new"})  # a page of its own stands at this address


class WrongSlug(Exception):
    """A short name has 1 to 50 letters of a to z, digits and hyphens, none of them at its ends."""


class SlugTaken(Exception):
    """Something else has this short name, or had it once."""


def require_slug(slug: str) -> None:
    """Raises WrongSlug."""
    if not _SLUG.fullmatch(slug) or slug in RESERVED:
        raise WrongSlug(slug)
