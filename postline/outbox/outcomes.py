"""What must follow when a message could not be delivered is known above: registered here at start."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postline.outbox.models import OutboxMessage

Handler = Callable[..., None]
_handlers: list[Handler] = []


def register(handler: Handler) -> None:
    """Call `handler(message=…, now=…)` in the transaction that marks a message as failed."""
    if handler not in _handlers:
        _handlers.append(handler)


def failed(message: OutboxMessage, *, now: datetime) -> None:
    """Tell everybody who asked that no further attempt will be made for some recipient of this message."""
    for handler in _handlers:
        handler(message=message, now=now)
