"""How much of a ticket a person is shown: addresses and telephone numbers stand masked where `Right.PERSONAL` is
missing in the ticket's queue, until they are revealed with a reason (MISSION X5; decisions/0020-masking.md).

What is stored stays as it is. Queries hand out what they fetch for a person through here, so that no page has to think
of it; `queries.to_show` fetches single things. The desk's own addresses and those of colleagues are nobody's secret.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postline.kit import masking
from postline.kit.files import is_text
from postline.kit.sql import rows
from postline.projects.rights import Reach, Right
from postline.tickets.models import Message, Ticket
from postline.tickets.models.showing import Showable

Row = TypeVar("Row", bound=Showable)
PREVIEW_CUT = 150  # letters; a preview that is longer may have been cut anywhere


class Masked(Exception):
    """What was asked for cannot be shown masked: source, files of words. `may_reveal`: the person can have it shown."""

    def __init__(self, number: int, *, may_reveal: bool) -> None:
        super().__init__(number)
        self.number, self.may_reveal = number, may_reveal


@dataclass(frozen=True, slots=True)
class Shown:
    """How a person is shown the personal data of one ticket. `until`: a reveal of theirs runs until then."""

    is_masked: bool
    own: Collection[str] = frozenset()  # addresses and domains that are no secret, lower case
    until: datetime | None = None
    may_reveal: bool = False

    def text(self, text: str) -> str:
        """Words of any length."""
        return masking.mask(text, keep=self._keep) if self.is_masked else text

    def cut(self, text: str, *, most: int) -> str:
        """Words that were cut off where they have `most` letters."""
        return self.text(text) if len(text) < most or not self.is_masked else masking.mask_cut(text, keep=self._keep)

    def address(self, address: str) -> str:
        """One e-mail address."""
        return masking.mask_address(address, keep=self._keep) if self.is_masked else address

    def phone(self, number: str) -> str:
        """One telephone number, however it is written."""
        return masking.mask_number(number) if self.is_masked else number

    def people(self, pairs: Iterable[Sequence[str]]) -> list[list[str]]:
        """Names with their addresses."""
        return [[self.text(name), self.address(address)] for name, address in pairs]

    def html(self, cleaned: str) -> str:
        """HTML as kit.html.clean makes it."""
        return masking.mask_html(cleaned, keep=self._keep) if self.is_masked else cleaned

    def value(self, value: Any) -> Any:
        """What JSON holds."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(one) for one in value]
            case dict():
                return {name: self.value(one) for name, one in value.items()}
        return value

    def ticket(self, ticket: Ticket) -> Ticket:
        """The ticket and its requester: as it is, or a copy that cannot be saved."""
        if not self.is_masked:
            return ticket
        found, requester = self._copy(ticket), self._copy(ticket.requester)
        found.preview = self.cut(ticket.preview, most=PREVIEW_CUT)
        requester.address, requester.phone = self.address(ticket.requester.address), self.phone(ticket.requester.phone)
        found.requester = requester
        return found

    def message(self, message: Message) -> Message:
        """The message with its body, likewise. The body's HTML is as it came: it is masked once it is cleaned."""
        if not self.is_masked:
            return message
        found, body = self._copy(message), self._copy(message.body)
        found.sender_address, found.other_address = (
            self.address(message.sender_address),
            self.address(message.other_address),
        )
        found.to, found.cc = self.people(message.to), self.people(message.cc)
        body.html = message.body.html
        found.body = body
        return found

    def require_open(self, ticket: Ticket) -> None:
        """Raises Masked where this person is not shown what the ticket holds."""
        if self.is_masked:
            raise Masked(ticket.number, may_reveal=self.may_reveal)

    def require_file(self, ticket: Ticket, *, filename: str, content_type: str, content: bytes) -> None:
        """Raises Masked for a file whose words could be read. Pictures and documents cannot be masked, nor searched:
        they stay open to whoever works with the ticket."""
        if self.is_masked and is_text(filename, content_type, content):
            raise Masked(ticket.number, may_reveal=self.may_reveal)

    def _copy(self, row: Row) -> Row:
        """The row with all its words masked, those of columns too that nobody has thought of here."""
        found = copy.copy(row)
        found.is_masked = True
        for field in row._meta.concrete_fields:
            if isinstance(field, models.TextField | models.JSONField | ArrayField):
                setattr(found, field.attname, self.value(getattr(row, field.attname)))
        return found

    def _keep(self, address: str) -> bool:
        return address in self.own or address.rpartition("@")[2] in self.own


OPEN = Shown(is_masked=False)


def shown_of(reach: Reach, ticket: Ticket, *, now: datetime) -> Shown:
    """How the person is shown this ticket, which they may see. Two queries where they lack the right, else none."""
    if reach.may(Right.PERSONAL, ticket.queue_id):
        return OPEN
    may_reveal = reach.may(Right.REVEAL, ticket.queue_id)
    running = rows(RUNNING, {"ticket": ticket.pk, "person": reach.person.pk, "now": now}) if may_reveal else []
    if running:
        return Shown(is_masked=False, until=running[0][0], may_reveal=True)
    return Shown(is_masked=True, own=own_addresses(reach), may_reveal=may_reveal)


def shown_in_lists(reach: Reach, queue_ids: Collection[int]) -> dict[int, Shown]:
    """How the person is shown tickets in lists, by queue: reveals count on the ticket's own page alone."""
    masked = {key for key in queue_ids if not reach.may(Right.PERSONAL, key)}
    hidden = Shown(is_masked=True, own=own_addresses(reach)) if masked else OPEN
    return {key: hidden if key in masked else OPEN for key in queue_ids}


def shown_after_act(reach: Reach, ticket: Ticket) -> Shown:
    """How the person is shown what an act of theirs answers: it is kept and given again (`Idempotency-Key`), longer
    than a reveal lasts, so none counts."""
    return shown_in_lists(reach, {ticket.queue_id})[ticket.queue_id]


def is_hidden_somewhere(reach: Reach) -> bool:
    """Whether there is a queue that the person sees, but not the addresses in it."""
    return any(not reach.may(Right.PERSONAL, queue) for queue in reach.queues_with(Right.SEE))


def own_addresses(reach: Reach) -> frozenset[str]:
    """Addresses and domains of ours: mailboxes, colleagues, and what the projects list as the company's."""
    return frozenset(address for (address,) in rows(OWN, {"projects": list(reach.projects)}))


RUNNING = """
SELECT until FROM tickets_reveal
WHERE ticket_id = %(ticket)s AND person_id = %(person)s AND until > %(now)s ORDER BY until DESC LIMIT 1
"""

OWN = """
SELECT lower(address) FROM projects_mailbox WHERE project_id = ANY(%(projects)s)
UNION SELECT lower(email) FROM projects_person WHERE email <> ''
UNION SELECT unnest(company) FROM projects_project WHERE id = ANY(%(projects)s)
"""
