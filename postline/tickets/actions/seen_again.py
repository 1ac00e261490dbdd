"""A message that is there already came once more, perhaps through another mailbox."""

from __future__ import annotations

from collections.abc import Sequence

from postline.tickets.models import Message


def seen_again(message_id: int, *, mailbox_ids: Sequence[int]) -> None:
    """Add the mailboxes that saw the message to those known."""
    message = Message.objects.select_for_update().only("id", "mailboxes").get(pk=message_id)
    known = [*message.mailboxes, *(key for key in mailbox_ids if key not in message.mailboxes)]
    if known != message.mailboxes:
        message.mailboxes = known
        message.save(update_fields=["mailboxes"])
