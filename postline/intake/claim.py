"""Takes raw messages in hand: the oldest that nobody else has. Any number of workers at once."""

from __future__ import annotations

from datetime import datetime

from postline.intake.models import RawMessage
from postline.kit.sql import rows

BATCH_BYTES = 32 << 20


def claim(most: int, *, now: datetime) -> list[RawMessage]:
    """Lock the oldest waiting rows until the transaction ends; a few large ones make a small batch. Those whose
    signatures are being checked are passed over until that is done, or has taken too long."""
    found = rows(CLAIM, {"most": most, "most_bytes": BATCH_BYTES, "now": now}, binary=True)
    return [
        RawMessage(
            pk=key,
            source=source,
            envelope_from=envelope_from,
            envelope_to=envelope_to,
            content=content,
            attempts=attempts,
            authentication=authentication,
            accepted_into_id=accepted_into,
        )
        for key, source, envelope_from, envelope_to, content, attempts, authentication, accepted_into in found
    ]


# The state stands in the text so that the partial index `raw_waiting` is used by the prepared statement.
CLAIM = """
WITH locked AS MATERIALIZED (
    SELECT id, size FROM intake_rawmessage
    WHERE state = 'waiting' AND (check_until IS NULL OR check_until <= %(now)s::timestamptz)
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM locked
)
SELECT raw.id, source, envelope_from, envelope_to, content, attempts, authentication, accepted_into_id
FROM counted JOIN intake_rawmessage AS raw USING (id)
WHERE before = 0 OR before + size <= %(most_bytes)s
ORDER BY id
"""
