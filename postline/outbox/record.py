"""Writes down what became of an attempt: per recipient, per message, with the moment of the next try."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from postline.kit.logs import logger
from postline.outbox import outcomes
from postline.outbox.claims import Claim
from postline.outbox.models import OutboxMessage, State
from postline.outbox.relay import Result

GIVE_UP = timedelta(days=4)  # RFC 5321, 4.5.4.1: at least 4 to 5 days
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
JITTER = 0.2  # of the pause, to either side: what failed together does not come back together

log = logger(__name__)


@transaction.atomic
def record(claim: Claim, results: Mapping[str, Result], *, now: datetime) -> bool:
    """Write the results down and end the claim. False when it was lost: then nothing at all is changed.

    Who accepted is never sent to again; who refused for good is told to `outcomes`; the others are tried again until
    GIVE_UP after the message was written, then they have failed as well.
    """
    results = _final(results) if now >= claim.created_at + GIVE_UP else results
    outcome, reply = _summary(results)
    with connection.cursor() as cursor:
        cursor.execute(
            RECORD,
            {
                "message": claim.key,
                "sender": claim.sender,
                "addresses": list(results),
                "states": [str(result.state) for result in results.values()],
                "replies": [result.reply for result in results.values()],
                "next": now + pause_after(attempts=claim.attempts, message_id=claim.message_id),
                "attempt": claim.attempt_id,
                "outcome": str(outcome),
                "reply": reply,
                "now": now,
            },
        )
        held, newly_failed = cursor.fetchone()
    if newly_failed:
        _tell(claim.key, now=now)
    return bool(held)


def pause_after(*, attempts: int, message_id: str) -> timedelta:
    """How long to wait after so many attempts: one minute, doubled each time up to four hours, ± a fifth.

    The chance in it comes from the Message-ID, so that the same row always waits the same.
    """
    pause = min(FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 16)), LONGEST_PAUSE)
    chance = zlib.crc32(f"{attempts} {message_id}".encode()) / 0xFFFFFFFF
    return pause * (1 + JITTER * (2 * chance - 1))


def _final(results: Mapping[str, Result]) -> dict[str, Result]:
    """There is no other attempt: who was to be tried again has failed."""
    return {
        address: Result(State.FAILED, result.reply) if result.state == State.WAITING else result
        for address, result in results.items()
    }


def _summary(results: Mapping[str, Result]) -> tuple[State, str]:
    """Of an attempt: the worst that happened to a recipient, and the reply that explains it."""
    for state in (State.FAILED, State.WAITING, State.SENT):
        for result in results.values():
            if result.state == state:
                return state, result.reply
    return State.SENT, ""  # nobody was left


def _tell(key: int, *, now: datetime) -> None:
    """A fault in what others do about it must not undo our record: who has got the message would get it again."""
    try:
        with transaction.atomic():
            outcomes.failed(OutboxMessage.objects.get(pk=key), now=now)
    except OperationalError:
        raise  # a deadlock, or the database went away: all of it is done again
    except Exception:
        log.exception("outbox.outcome-not-told", message=key)


# One statement. `held` is empty when the claim was lost, and with it everything below.
RECORD = """
WITH held AS (
    SELECT id FROM outbox_outboxmessage
    WHERE id = %(message)s AND state = 'sending' AND claimed_by = %(sender)s
    FOR UPDATE
), settled AS (
    UPDATE outbox_recipient AS recipient
    SET state = result.state, reply = result.reply,
        finished_at = CASE WHEN result.state <> 'waiting' THEN %(now)s END
    FROM held, unnest(%(addresses)s::text[], %(states)s::text[], %(replies)s::text[]) AS result (address, state, reply)
    WHERE recipient.message_id = held.id AND recipient.address = result.address AND recipient.state = 'waiting'
    RETURNING recipient.id, recipient.state
), verdict AS (
    SELECT held.id, CASE
        WHEN bool_or(coalesce(settled.state, recipient.state) = 'waiting') THEN 'waiting'
        WHEN bool_or(coalesce(settled.state, recipient.state) = 'failed') THEN 'failed'
        ELSE 'sent' END AS state
    FROM held JOIN outbox_recipient AS recipient ON recipient.message_id = held.id
        LEFT JOIN settled ON settled.id = recipient.id
    GROUP BY held.id
), message AS (
    UPDATE outbox_outboxmessage AS message
    SET state = verdict.state, claimed_by = '', claimed_until = NULL,
        next_attempt_at = CASE verdict.state WHEN 'waiting' THEN %(next)s ELSE next_attempt_at END,
        finished_at = CASE WHEN verdict.state <> 'waiting' THEN %(now)s END
    FROM verdict WHERE message.id = verdict.id
), attempt AS (
    UPDATE outbox_attempt AS attempt SET finished_at = %(now)s, outcome = %(outcome)s, reply = %(reply)s
    FROM held WHERE attempt.id = %(attempt)s
)
SELECT EXISTS (SELECT FROM held), EXISTS (SELECT FROM settled WHERE state = 'failed')
"""
