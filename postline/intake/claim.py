"""Takes raw messages in hand: the oldest that nobody else has. Any number of workers at once."""

from __future__ import annotations

from postline.intake.models import RawMessage
from postline.kit.sql import rows

BATCH_BYTES = 32 << 20


def claim(most: int) -> list[RawMessage]:
    """Lock the oldest waiting rows until the transaction ends; a few large ones make a small batch."""
    found = rows(CLAIM, {"most": most, "most_bytes": BATCH_BYTES}, binary=True)
    return [
        RawMessage(
            pk=key,
            source=source,
            envelope_from=envelope_from,
            envelope_to=envelope_to,
            content=content,
            attempts=attempts,
            authentication=authentication,
        )
        for key, source, envelope_from, envelope_to, content, attempts, authentication in found
    ]


# The state stands in the text so that the partial index `raw_waiting` is used by the prepared statement.
CLAIM = """
WITH locked AS MATERIALIZED (
    SELECT id, size FROM intake_rawmessage WHERE state = 'waiting' ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM locked
)
SELECT raw.id, source, envelope_from, envelope_to, content, attempts, authentication
FROM counted JOIN intake_rawmessage AS raw USING (id)
WHERE before = 0 OR before + size <= %(most_bytes)s
ORDER BY id
"""
