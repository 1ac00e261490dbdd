"""See what is hidden of one ticket, for a while and for a reason."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Path, Router, Schema, Status
from pydantic import Field

from postline.api.v1.caller import Call
from postline.api.v1.ticket_numbers import number_of
from postline.api.v1.types import KEYED, WRITE, Given, Moment, Number, Text
from postline.kit import clock
from postline.tickets.actions.reveal import LONGEST_WORDS, reveal

router = Router(tags=["Tickets"])


class GivenReason(Given):
    """What it is for: `identify` the requester, `call` them, `look-up` in another system, `abuse`, or `other`."""

    reason: Literal["identify", "call", "look-up", "abuse", "other"]
    words: Annotated[Text, Field(max_length=LONGEST_WORDS)] = Field("", description="Needed with `other`.")


class RevealObject(Schema):
    """Until when you see the ticket unmasked."""

    ticket: str
    reason: str
    at: Moment
    until: Moment


@router.post(
    "/tickets/{number}/reveal",
    response={201: RevealObject, **WRITE},
    operation_id="reveal",
    summary="Reveal personal data",
    openapi_extra=KEYED,
)
def reveal_ticket(request: Call, number: Path[Number], given: GivenReason) -> Status[RevealObject]:
    """For a quarter of an hour you, and nobody else, get this ticket with its addresses and telephone numbers. It is
    written into its history and the audit log. While it lasts, the same again changes nothing."""
    found = reveal(request.auth, number=number_of(number), reason=given.reason, words=given.words, now=clock.now())
    ticket = number_of(number)
    return Status(201, RevealObject(ticket=str(ticket), reason=found.reason, at=found.at, until=found.until))
