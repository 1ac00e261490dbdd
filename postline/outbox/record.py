"""Writes down what became of an attempt: per recipient, per message, with the moment of the next try."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction

from postline.outbox import outcomes
from postline.outbox.claims import Claim
from postline.outbox.models import Attempt, OutboxMessage, Recipient, State
from postline.outbox.relay import Result

GIVE_UP = timedelta(days=4)  # RFC 5321, 4.5.4.1: at least 4 to 5 days
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
JITTER = 0.2  # of the pause, to either side: what failed together does not come back together

log = structlog.get_logger(__name__)


@transaction.atomic
def record(claim: Claim, results: Mapping[str, Result], *, now: datetime) -> bool:
    """Write the results down and end the claim. False when it was lost: then nothing at all is changed.

    Who accepted is never sent to again; who refused for good is told to `outcomes`; the others are tried again until
    GIVE_UP after the message was written, then they have failed as well.
    """
    held = OutboxMessage.objects.select_for_update().filter(
        pk=claim.message_id, state=State.SENDING, claimed_by=claim.sender
    )
    message = held.first()
    if message is None:
        return False
    given_up = now >= message.created_at + GIVE_UP
    newly_failed = False
    for recipient in Recipient.objects.filter(message=message, state=State.WAITING):
        result = results.get(recipient.address)
        if result is not None:
            _settle(recipient, result, given_up=given_up, now=now)
            newly_failed |= recipient.state == State.FAILED
    message.state = _state_of(message)
    message.claimed_by, message.claimed_until = "", None
    if message.state == State.WAITING:
        message.next_attempt_at = now + pause_after(message)
    else:
        message.finished_at = now
    message.save(update_fields=["state", "claimed_by", "claimed_until", "next_attempt_at", "finished_at"])
    _finish_attempt(claim, results, outcome=_outcome(results, given_up=given_up), now=now)
    if newly_failed:
        _tell(message, now=now)
    return True


def pause_after(message: OutboxMessage) -> timedelta:
    """How long to wait after so many attempts: one minute, doubled each time up to four hours, ± a fifth.

    The chance in it comes from the Message-ID, so that the same row always waits the same.
    """
    pause = min(FIRST_PAUSE * (1 << min(max(message.attempts - 1, 0), 16)), LONGEST_PAUSE)
    chance = zlib.crc32(f"{message.attempts} {message.message_id}".encode()) / 0xFFFFFFFF
    return pause * (1 + JITTER * (2 * chance - 1))


def _settle(recipient: Recipient, result: Result, *, given_up: bool, now: datetime) -> None:
    recipient.reply = result.reply
    recipient.state = State.FAILED if given_up and result.state == State.WAITING else result.state
    if recipient.state != State.WAITING:
        recipient.finished_at = now
    recipient.save(update_fields=["state", "reply", "finished_at"])


def _state_of(message: OutboxMessage) -> State:
    states = set(Recipient.objects.filter(message=message).values_list("state", flat=True))
    if State.WAITING in states:
        return State.WAITING
    return State.FAILED if State.FAILED in states else State.SENT


def _outcome(results: Mapping[str, Result], *, given_up: bool) -> State:
    """Of an attempt: the worst that happened to a recipient."""
    states = {result.state for result in results.values()}
    if State.FAILED in states or (given_up and State.WAITING in states):
        return State.FAILED
    return State.WAITING if State.WAITING in states else State.SENT


def _tell(message: OutboxMessage, *, now: datetime) -> None:
    """A fault in what others do about it must not undo our record: who has got the message would get it again."""
    try:
        with transaction.atomic():
            outcomes.failed(message, now=now)
    except OperationalError:
        raise  # a deadlock, or the database went away: all of it is done again
    except Exception:
        log.exception("outbox.outcome-not-told", message=message.pk)


def _finish_attempt(claim: Claim, results: Mapping[str, Result], *, outcome: State, now: datetime) -> None:
    # the reply that explains the outcome comes first
    replies = sorted(results.values(), key=lambda result: result.state != outcome)
    reply = replies[0].reply if replies else ""
    Attempt.objects.filter(pk=claim.attempt_id).update(finished_at=now, outcome=outcome, reply=reply)
