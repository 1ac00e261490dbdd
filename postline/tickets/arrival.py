"""What arriving needs to know about a message; filled by intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postline.tickets.models import Other

ROBOTS = ("bounce", "auto-reply", "feedback-report")  # kinds that nobody has written: they reopen nothing


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file of a received message and where it stands in the raw bytes."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool
    content_id: str
    place: str


@dataclass(frozen=True, slots=True)
class Filtered:
    """What a filter did: `data` is that of its event, `notes` the texts that it wrote, `rule` its name and version."""

    rule: str
    data: Mapping[str, Any]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that is to become part of a ticket.

    `ticket_id` is the ticket that it belongs to, None for a new one; `joined_by` says how it was found and `joined_to`
    which message its reference hit. `other_role`, `other_name`, `other_address` and `beside` are as in the models
    Message and Body. `digest` is what makes two deliveries the same message, once per project. What filters have set
    (from `priority` on) changes an old ticket only where `filtered` says that there was one.
    """

    project_id: int
    queue_id: int
    mailbox_ids: Sequence[int]
    source: str
    raw_id: int | None
    digest: bytes | None
    message_id: str
    sender_name: str
    sender_address: str
    to: Sequence[tuple[str, str]]
    cc: Sequence[tuple[str, str]]
    subject: str
    text: str
    new_text: str
    html: str
    language: str
    kind: str = "letter"
    flags: Sequence[str] = ()
    files: Sequence[ArrivedFile] = field(default=())
    sent_at: datetime | None = None
    ticket_id: int | None = None
    joined_by: str = ""
    joined_to: int | None = None
    other_role: str = ""
    other_name: str = ""
    other_address: str = ""
    beside: str = ""
    report: dict[str, str] | None = None
    topic_id: int | None = None
    fields: dict[str, str] = field(default_factory=dict)
    priority: int | None = None
    tags: Sequence[str] = ()
    owner_id: int | None = None
    answer_language: str | None = None  # where it is not that of the message
    moved_to: int | None = None  # of a follow-up: the queue that a filter puts its ticket into
    filtered: Sequence[Filtered] = ()
    hints: Sequence[Mapping[str, Any]] | None = None  # None: what is kept stays


def participants(arrival: Arrival) -> list[tuple[str, str]]:
    """The names and addresses that take part in a new ticket: who wrote the letter, and who passed it on."""
    found = [(arrival.sender_name, arrival.sender_address)]
    if arrival.other_role == Other.FORWARDED_BY:
        found.append((arrival.other_name, arrival.other_address))
    return [one for one in found if one[1]]


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of it. `project_id` is the ticket's: it may have been handed over to another one than the message
    came to. `closed_at`: since when the ticket had been closed; it `stays_closed` or was opened again."""

    ticket_id: int
    number: int
    message_id: int
    is_new: bool
    queue_id: int
    project_id: int
    closed_at: datetime | None = None
    stays_closed: bool = False
