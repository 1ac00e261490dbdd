"""One attempt: a claimed message is composed and handed to the relay. No transaction is open meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from postline.kit.logs import logger
from postline.outbox import addresses
from postline.outbox.addresses import BadAddress
from postline.outbox.claims import Claim, message_in_hand
from postline.outbox.compose import compose, needs_utf8
from postline.outbox.models import Enclosure, OutboxMessage, State
from postline.outbox.put import one_line
from postline.outbox.relay import LONGEST_REPLY, Connection, Letter, RelayUnavailable, Result

# Our own verdicts speak as a relay would (RFC 3463, RFC 6531)
NO_ADDRESS = Result(State.FAILED, "501 5.1.3 This is no e-mail address")
NO_UTF8 = Result(State.FAILED, "553 5.6.7 The relay does not offer SMTPUTF8, which this address needs")

log = logger(__name__)


def deliver(claim: Claim, connection: Connection) -> dict[str, Result]:
    """What became of each recipient who had not got the message yet. Writes nothing.

    Raises RelayUnavailable where it is the relay's trouble and not this message's.
    """
    message, enclosures = message_in_hand(claim)
    connection.ready()
    results = {address: verdict for address in claim.recipients if (verdict := _beforehand(address, connection))}
    left = [address for address in claim.recipients if address not in results]
    if left:
        try:
            letter = _letter(message, left, enclosures, offers_utf8=connection.offers_utf8)
        except Exception as error:  # whatever it is, it fails this row alone, and is shown there
            log.warning("outbox.cannot-compose", message=claim.key, error=type(error).__name__)
            reason = one_line(f"554 5.6.0 Cannot be composed: {error}")[:LONGEST_REPLY]
            results.update(dict.fromkeys(left, Result(State.FAILED, reason)))
        else:
            results.update(connection.deliver(letter))
    return results


def unavailable(claim: Claim, error: RelayUnavailable) -> dict[str, Result]:
    """What to record when the relay could not be reached: all are tried again."""
    return dict.fromkeys(claim.recipients, Result(State.WAITING, str(error)))


def _beforehand(address: str, connection: Connection) -> Result | None:
    """The verdict on an address that the relay need not be asked about."""
    try:
        parsed = addresses.parse(address)
    except BadAddress:
        return NO_ADDRESS
    return NO_UTF8 if parsed.needs_utf8 and not connection.offers_utf8 else None


def _letter(
    message: OutboxMessage, recipients: Sequence[str], enclosures: Sequence[Enclosure], *, offers_utf8: bool
) -> Letter:
    sender = str(addresses.parse(message.envelope_from)) if message.envelope_from else ""
    wants_utf8 = needs_utf8(message) or not all(address.isascii() for address in (sender, *recipients))
    utf8 = wants_utf8 and offers_utf8
    return Letter(sender, recipients, compose(message, enclosures, utf8=utf8), utf8)
