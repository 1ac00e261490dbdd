"""Messages to send."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from postline.outbox.claims import claim
from postline.outbox.deliver import deliver
from postline.outbox.models import Kind, OutboxMessage, Recipient
from postline.outbox.put import Outgoing, put
from postline.outbox.record import record
from postline.outbox.relay import Connection
from tests.scenes import ANNA, NOW

SENDER = "host:1:sender"


def written(*, to: Sequence[tuple[str, str]] = (ANNA,), now: datetime = NOW, **other: Any) -> OutboxMessage:
    """An answer of support@mail.example to Anna, put into the outbox."""
    values: dict[str, Any] = {
        "kind": Kind.ANSWER,
        "project_id": None,
        "ticket_id": None,
        "message_id": f"{secrets.token_hex(8)}@mail.example",
        "envelope_from": "support@mail.example",
        "sender_name": "Support",
        "sender_address": "support@mail.example",
        "subject": "Re: I cannot sign in",
        "text": "Hello Anna,\n\ntry again.\n",
        "html": "<p>Hello Anna,</p>\n<p>try again.</p>",
    }
    return OutboxMessage.objects.get(pk=put(Outgoing(to=to, **{**values, **other}), now=now))


def try_once(connection: Connection, *, now: datetime = NOW, sender: str = SENDER) -> bool:
    """One attempt at what is due longest. False: nothing is due."""
    held = claim(sender=sender, now=now)
    if held is None:
        return False
    assert record(held, deliver(held, connection), now=now)
    return True


def states(message: OutboxMessage) -> dict[str, str]:
    """Address → state, of every recipient."""
    return dict(Recipient.objects.filter(message=message).values_list("address", "state"))
