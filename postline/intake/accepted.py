"""What somebody has accepted from quarantine: it becomes a ticket in the queue that they chose, whatever it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from postline.intake.models import RawMessage
from postline.intake.parse import ParsedMessage
from postline.intake.parse.addresses import addresses
from postline.intake.parse.headers import split
from postline.intake.parse.values import Address
from postline.intake.reader import Unreadable
from postline.tickets.arrival import Arrival

HEAD_OCTETS = 16_000
LONGEST_SUBJECT = 2_000


def legible(raw: RawMessage, message: ParsedMessage | Unreadable) -> ParsedMessage | Unreadable:
    """A message that nobody can read becomes a ticket of what its first lines say, with its source behind it."""
    if raw.accepted_into_id is None or isinstance(message, ParsedMessage):
        return message
    return by_its_head(bytes(raw.content))


def by_its_head(content: bytes) -> ParsedMessage:
    """Sender and subject alone, from the first lines: of whatever it is, at little cost."""
    headers, _start = split(content[:HEAD_OCTETS])
    return ParsedMessage(
        message_id="",
        in_reply_to=(),
        references=(),
        date=None,
        sender=next(iter(addresses(headers.raw("from"))), Address("", "")),
        reply_to=(),
        to=(),
        cc=(),
        subject=headers.text("subject")[:LONGEST_SUBJECT],
        text="",
        html="",
        new_text="",
        attachments=(),
        language="",
        kind="letter",
        headers=headers.shown(),
        defects=("unreadable",),
        digest=hashlib.sha256(content).digest(),
    )


def as_wanted(raw: RawMessage, arrival: Arrival) -> Arrival:
    """Into the queue that was chosen, or the one that has taken over from it meanwhile."""
    queue = raw.accepted_into
    while queue is not None and queue.successor is not None:
        queue = queue.successor
    if queue is None or queue.retired_at is not None:
        return arrival
    return replace(arrival, queue_id=queue.pk)
