"""I5, I11: what the outbox says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from postline.ops.verify.invariant import Violation, violations

GRACE = timedelta(seconds=60)  # a live sender takes over what a dead one left


def consistent(now: datetime) -> Iterator[Violation]:
    """I5: the state of a message is what its recipients say, and every attempt is a row."""
    yield from violations("""
        WITH told AS (
            SELECT message_id, count(*) AS all_of_them, count(*) FILTER (WHERE state = 'waiting') AS waiting,
                count(*) FILTER (WHERE state = 'failed') AS failed,
                count(*) FILTER (WHERE state NOT IN ('waiting', 'sent', 'failed')) AS odd,
                count(*) FILTER (WHERE (state IN ('sent', 'failed')) <> (finished_at IS NOT NULL)) AS without_time
            FROM outbox_recipient GROUP BY message_id
        ), tries AS (
            SELECT message_id, count(*) AS attempts, count(*) FILTER (WHERE finished_at IS NOT NULL) AS finished
            FROM outbox_attempt GROUP BY message_id
        ), looked_at AS (
            SELECT message.id, CASE
                WHEN told.message_id IS NULL THEN 'has no recipient'
                WHEN told.odd + told.without_time > 0 THEN 'its recipients contradict themselves'
                WHEN message.state = 'sent' AND told.waiting + told.failed > 0
                    THEN 'is sent, but not to all recipients'
                WHEN message.state = 'failed' AND (told.waiting > 0 OR told.failed = 0)
                    THEN 'has failed, but its recipients have not'
                WHEN message.state = 'waiting' AND told.waiting = 0 THEN 'is waiting, but no recipient waits'
                WHEN (message.state IN ('sent', 'failed')) <> (message.finished_at IS NOT NULL)
                    THEN 'is ' || message.state || ', but its end is not'
                WHEN (message.state = 'sending') <> (message.claimed_by <> '' AND message.claimed_until IS NOT NULL)
                    THEN 'is ' || message.state || ', but its claim is not'
                WHEN message.attempts <> coalesce(tries.attempts, 0)
                    THEN 'counts ' || message.attempts || ' attempts and has ' || coalesce(tries.attempts, 0)
                WHEN message.state = 'sent' AND coalesce(tries.finished, 0) = 0 THEN 'is sent, but nobody tried'
            END AS wrong
            FROM outbox_outboxmessage AS message
            LEFT JOIN told ON told.message_id = message.id
            LEFT JOIN tries ON tries.message_id = message.id
        )
        SELECT 'outbox ' || id, wrong FROM looked_at WHERE wrong IS NOT NULL
    """)


def no_dead_claims(now: datetime) -> Iterator[Violation]:
    """I11: no claim has run out for longer than a live sender would leave it."""
    yield from violations(
        """
        SELECT 'outbox ' || id, 'is in the hands of ' || claimed_by || ', who let its claim run out'
        FROM outbox_outboxmessage WHERE state = 'sending' AND claimed_until < %(long_ago)s
        """,
        {"long_ago": now - GRACE},
    )
