"""Who a message is from, as far as that can be believed: staff or not (S17), proved or not (S18), and whose letter it
is when somebody of the company has passed it on (MISSION I4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from postline.intake.addressed import Mailboxes
from postline.intake.authentication import Authentication, failed, passed
from postline.intake.parse import Address, Forwarded, ParsedMessage
from postline.intake.parse.forwards import is_forward_mark
from postline.intake.parse.language import language
from postline.intake.parse.replies import new_text
from postline.kit.sql import rows
from postline.projects.models import Mailbox
from postline.tickets.models import Other

NOBODY = Address("", "")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is put to a ticket: its sender is who asks. `other` is somebody who has to do with it besides,
    and `beside` the text of a forward that is not the sender's (models Message and Body)."""

    message: ParsedMessage
    role: Other | None = None
    other: Address = NOBODY
    beside: str = ""


def people_among(messages: Iterable[ParsedMessage]) -> frozenset[str]:
    """Those senders' addresses that belong to people of the desk, in one query."""
    wanted = sorted({message.sender.address.lower() for message in messages} - {""})
    return frozenset(address for (address,) in rows(PEOPLE, {"addresses": wanted})) if wanted else frozenset()


def is_believed(message: ParsedMessage, authentication: Authentication, mailbox: Mailbox) -> bool:
    """Whether a sender who is said to be of the company is: their domain is proved, or the mailbox's server lets in no
    false address of it. Never when the check failed."""
    address = message.sender.address
    watched = mailbox.believes_company and is_of(mailbox.project.company, address)
    return not failed(authentication) and (watched or passed(authentication, address.rpartition("@")[2]))


def flags(
    message: ParsedMessage,
    authentication: Authentication,
    *,
    believed: bool,
    mailboxes: Mailboxes,
    people: Collection[str],
) -> list[str]:
    """What the desk has to know about the sender; `believed`: see `is_believed`."""
    found = []
    address = message.sender.address.lower()
    if failed(authentication):
        found.append("sender-false")
    elif not passed(authentication, address.rpartition("@")[2]):
        found.append("sender-not-verified")
    if (address in people or mailboxes.find(address) is not None) and not believed:
        found.append("claims-to-be-staff")
    return found


def letter_of(message: ParsedMessage, *, mailbox: Mailbox, mailboxes: Mailboxes, believed: bool) -> Letter:
    """Whose request a message is that opens a ticket. What a believed member of the company's staff has forwarded is
    its author's; whatever anybody else has forwarded is their own, and its author is kept for an agent to choose."""
    forwarded, company = message.forwarded, mailbox.project.company
    if forwarded is not None and _is_somebody_else(forwarded.sender, message, mailboxes):
        if is_of(company, forwarded.sender.address):
            return Letter(message)  # a colleague's letter: nobody outside has asked
        if not (believed and is_of(company, message.sender.address)):
            return Letter(message, Other.FORWARDED_FROM, forwarded.sender, beside=forwarded.text)
        theirs = replace(
            message,
            sender=forwarded.sender,
            subject=forwarded.subject or message.subject,
            new_text=forwarded.text,
            language=language(forwarded.text) or message.language,
            date=forwarded.date or message.date,
        )
        return Letter(theirs, Other.FORWARDED_BY, message.sender, beside=_words_above(message, forwarded))
    for one in message.reply_to[:1]:
        if _is_somebody_else(one, message, mailboxes):
            return Letter(message, Other.REPLY_TO, one)
    return Letter(message)


def _words_above(message: ParsedMessage, letter: Forwarded) -> str:
    """What whoever forwarded a letter wrote themselves, above its mark or its header fields."""
    if letter.place:  # it is a part of its own
        return message.new_text
    above = message.text.partition(letter.text.strip())[0] if letter.text.strip() else message.text
    lines = above.strip().splitlines()
    mark = next((index for index, line in enumerate(lines) if is_forward_mark(line.strip())), None)
    if mark is not None:
        return "\n".join(lines[:mark]).strip()
    words = new_text(above)
    return "" if letter.sender.address in words else words  # nothing stands above the header fields


def is_of(company: Collection[str], address: str) -> bool:
    """Whether an address stands in a project's list of the company's own addresses and domains."""
    address = address.lower()
    return address in company or address.rpartition("@")[2] in company


def _is_somebody_else(one: Address, message: ParsedMessage, mailboxes: Mailboxes) -> bool:
    """Whether it is an address, neither the sender's nor one of our mailboxes."""
    address = one.address.lower()
    return address not in ("", message.sender.address.lower()) and mailboxes.find(one.address) is None


PEOPLE = "SELECT lower(email) FROM projects_person WHERE lower(email) = ANY(%(addresses)s::text[]) AND is_active"
