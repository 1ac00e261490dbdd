"""The bytes behind a ticket's messages and files: cut out of the raw message when somebody asks for them."""

from __future__ import annotations

from postline.intake.models import RawMessage
from postline.intake.parse.message import cut
from postline.outbox.compose import CannotCompose, compose, needs_utf8
from postline.outbox.models import Enclosure, OutboxMessage
from postline.tickets.models import Attachment, Message


class NotStored(Exception):
    """There are no bytes: a request that was told, or a file that its raw message does not hold."""


def raw_of(message: Message) -> bytes:
    """The message as it came, byte for byte, or as it goes out. The caller has seen to the rights on its ticket.

    Raises NotStored.
    """
    if message.outbox_message is not None:
        return _going_out(message.outbox_message)
    content = RawMessage.objects.filter(pk=message.raw_id or 0).values_list("content", flat=True).first()
    if content is None:
        raise NotStored
    return bytes(content)


def file_of(attachment: Attachment) -> bytes:
    """The decoded content of a file, with its message fetched. The caller likewise. Raises NotStored."""
    if attachment.enclosure_id is not None:
        content = Enclosure.objects.filter(pk=attachment.enclosure_id).values_list("content", flat=True).first()
        if content is None:
            raise NotStored
        return bytes(content)
    try:
        return cut(raw_of(attachment.message), attachment.place)
    except KeyError as error:
        raise NotStored from error


def _going_out(message: OutboxMessage) -> bytes:
    try:
        return compose(message, message.enclosures.order_by("id"), utf8=needs_utf8(message))
    except CannotCompose as error:
        raise NotStored from error
