"""The one place that asks what time it is. The domain gets `now` as a parameter; only the doors call this."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
