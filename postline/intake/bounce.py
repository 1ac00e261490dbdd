"""A bounce of a message of ours: which one it was, for whom, and what follows (SAFETY S31, S32, S36).

Only what carries our signature names a message: in the report itself, in its headers, in its text, or the signed
address that it was sent to. Whoever has such a reference got it from us, and can harm nobody but the ticket it is of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postline.intake.parse import ParsedMessage
from postline.intake.parse.values import Bounce
from postline.kit.text import one_line
from postline.outbox.bounced import came_back
from postline.outbox.models import Kind, OutboxMessage, Recipient
from postline.tickets import references
from postline.tickets.actions.delivery import delayed, not_delivered
from postline.tickets.models import Message

IDS_LOOKED_AT = 50
TEXT_LOOKED_AT = 100_000  # letters of the report
LONGEST_REPLY = 500


@dataclass(frozen=True, slots=True)
class Returned:
    """A message of ours that was not delivered, or not yet: recipient, as the outbox spells it → what was said."""

    message: OutboxMessage
    replies: dict[str, str]
    is_permanent: bool

    @property
    def ticket_id(self) -> int | None:
        """The ticket that the report belongs to; None for a message to one of the staff."""
        return ticket_of(self.message)


def returned(message: ParsedMessage, *, project_id: int, recipients: Sequence[str], now: datetime) -> Returned | None:
    """The message of ours that the bounce is about; it is written down in the outbox at once.

    `recipients` are those of the bounce itself. None: it is about nothing that this project sent, or says what is
    known already.
    """
    ours = about(message, project_id=project_id, recipients=recipients)
    if ours is None:
        return None
    permanent = [one for one in message.bounces if one.is_permanent]
    is_permanent = bool(permanent) or not message.bounces  # a report that cannot be read is looked at by a person
    replies = _replies(ours, message, permanent)
    if is_permanent and not (replies := came_back(ours, replies, now=now)):
        return None
    return Returned(ours, replies, is_permanent)


def about(message: ParsedMessage, *, project_id: int, recipients: Sequence[str]) -> OutboxMessage | None:
    """The message of this project that the bounce is about; nothing is changed."""
    return _named(message, project_id=project_id) or _by_address(message, recipients, project_id=project_id)


def is_about_staff_mail(message: ParsedMessage) -> bool:
    """Whether it is about a message to one of the staff: no message of a ticket comes of it."""
    return OutboxMessage.objects.filter(message_id__in=_candidates(message), kind=Kind.ACCOUNT).exists()


def ticket_of(ours: OutboxMessage) -> int | None:
    """The ticket in which a message of ours stands."""
    return Message.objects.filter(outbox_message=ours).values_list("ticket_id", flat=True).first()


def follow(found: Returned, *, report: int | None, now: datetime) -> None:
    """What must happen to ticket and address. `report` is the bounce as a message of the ticket."""
    if found.is_permanent:
        not_delivered(message=found.message, replies=found.replies, report=report, now=now)
    elif report is not None:
        delayed(message=found.message, report=report, now=now)


def _named(message: ParsedMessage, *, project_id: int) -> OutboxMessage | None:
    """By its Message-ID: a signed one of this project, or that of a message to the staff, which nobody can guess."""
    ids = _candidates(message)
    found = {one.message_id: one for one in OutboxMessage.objects.filter(message_id__in=ids)}
    for one in ids:
        ours = found.get(one)
        if ours is None:
            continue
        if ours.kind == Kind.ACCOUNT:
            return ours
        if ours.project_id == project_id and references.number_in_message_id(one) is not None:
            return ours
    return None


def _candidates(message: ParsedMessage) -> list[str]:
    quoted = references.message_ids_in_text(message.text[:TEXT_LOOKED_AT])
    ids = [one.original_message_id for one in message.bounces]
    ids += [*message.in_reply_to, *reversed(message.references), *quoted]
    return list(dict.fromkeys(one for one in ids if one))[:IDS_LOOKED_AT]


def _by_address(message: ParsedMessage, recipients: Sequence[str], *, project_id: int) -> OutboxMessage | None:
    """Some servers report to Reply-To, without a word of the original: the last message that went from this ticket to
    whom the report names."""
    number = next((n for one in recipients if (n := references.number_in_reply_address(one)) is not None), None)
    failed = [one.recipient.lower() for one in message.bounces if one.recipient]
    if number is None or not failed:
        return None
    sent = Recipient.objects.filter(
        address__in=failed, message__project_id=project_id, message__ticket_message__ticket__number=number
    )
    last = sent.select_related("message").order_by("-message_id").first()
    return last.message if last else None


def _replies(ours: OutboxMessage, message: ParsedMessage, permanent: Sequence[Bounce]) -> dict[str, str]:
    """For each recipient of ours what was said. A report often names the address that mail is forwarded to, or none:
    then it is about the only recipient, or the first."""
    known = list(Recipient.objects.filter(message=ours).order_by("id").values_list("address", flat=True))
    spelled = {address.lower(): address for address in known}
    replies: dict[str, str] = {}
    for one in permanent:
        address = spelled.get(one.recipient.lower())
        said = " ".join(filter(None, (one.status, one.diagnostic)))
        if address is None and known:
            address, said = known[0], " ".join(filter(None, (one.recipient, said)))
        if address is not None:
            replies.setdefault(address, one_line(said)[:LONGEST_REPLY])
    if not message.bounces and known:
        replies[known[0]] = one_line(message.subject)[:LONGEST_REPLY]
    return replies
