"""Pipe delivery: an MTA starts a program for each message and believes its exit code (sysexits.h)."""

from __future__ import annotations

from typing import BinaryIO

from django.db import Error as DatabaseError

from postline.intake.addressed import Mailboxes
from postline.intake.models import Source
from postline.intake.receive import Delivery, keep
from postline.kit import clock
from postline.kit.logs import logger

log = logger(__name__)

STORED = 0
NO_SUCH_MAILBOX = 67  # EX_NOUSER: the MTA tells the sender
TOO_LARGE = 65  # EX_DATAERR
TRY_LATER = 75  # EX_TEMPFAIL: the MTA keeps the message


def deliver(stream: BinaryIO, *, recipients: tuple[str, ...], sender: str, max_message: int) -> int:
    """Store one message from `stream`. Returns the exit code: 0 only when it is stored durably.

    Without `recipients` the message's own To and Cc say which mailbox it is for.
    """
    content = stream.read(max_message + 1)
    if len(content) > max_message:
        return TOO_LARGE
    try:
        if recipients:
            mailboxes = Mailboxes.now()
            found = [mailboxes.find(address) for address in recipients]
            if not all(mailbox is not None and mailbox.takes_mail for mailbox in found):
                return NO_SUCH_MAILBOX
        delivery = Delivery(content=content, source=Source.PIPE, envelope_from=sender, envelope_to=recipients)
        raw_id = keep(delivery, now=clock.now())
    except DatabaseError as error:
        log.warning("message not stored", error=type(error).__name__)
        return TRY_LATER
    log.info("message stored", raw=raw_id, size=len(content), source=str(Source.PIPE))
    return STORED
