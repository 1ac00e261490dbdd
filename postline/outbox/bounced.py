"""What a bounce says of a message that we had handed over: a recipient has not got it after all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from postline.outbox.models import OutboxMessage, Recipient, State


def came_back(message: OutboxMessage, replies: Mapping[str, str], *, now: datetime) -> dict[str, str]:
    """Write down that these recipients (as the outbox spells them) did not get the message, and what was said.

    Returns those of whom it was not known. A message that is still being sent to others ends as they do; one of which
    we never learned that it was taken is not sent once more. Runs in the caller's transaction and locks the message:
    before its ticket, as senders do.
    """
    locked = OutboxMessage.objects.select_for_update().get(pk=message.pk)
    told = {}
    for recipient in Recipient.objects.filter(message=locked, address__in=list(replies)).exclude(state=State.FAILED):
        told[recipient.address] = replies[recipient.address]
        recipient.state, recipient.reply, recipient.finished_at = State.FAILED, replies[recipient.address], now
        recipient.save(update_fields=["state", "reply", "finished_at"])
    waiting = Recipient.objects.filter(message=locked, state=State.WAITING)
    if told and locked.state in (State.SENT, State.WAITING, State.HELD) and not waiting.exists():
        finished_at = locked.finished_at or now
        OutboxMessage.objects.filter(pk=locked.pk).update(state=State.FAILED, finished_at=finished_at)
    return told
