"""What one can ask a list of tickets for."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

from postline.api.v1.types import Cursor, GivenMoment, Limit, Line, Text

Order = Literal["-updated_at", "updated_at", "-created_at", "created_at", "-waiting_since", "waiting_since"]


class TicketFilter(Schema):
    """Several values of one parameter are separated by commas."""

    project: Line | None = Field(None, description="Slugs of projects.")
    queue: Line | None = Field(
        None, description="Slugs of queues. One that exists in several of the projects is refused without `project`."
    )
    state: Line | None = Field(None, description="`new`, `open`, `pending`, `closed`, `merged`.", examples=["new,open"])
    topic: Line | None = Field(None, description="Slugs of topics.")
    owner: Line | None = Field(None, description="Logins of those who are to answer.")
    q: Text | None = Field(
        None,
        max_length=200,
        description="A ticket number, the e-mail address of a requester, or words that all stand in the subject. "
        "Addresses are found only in queues where you see them, and so are words of a subject that names one. "
        "A search that takes too long is refused: narrow it by queue, state or date.",
    )
    updated_since: GivenMoment | None = Field(
        None, description="Changed at this moment or later; date, time and offset (ISO 8601)."
    )
    order: Order = Field(
        "-updated_at",
        description="`-` puts the latest first. By `waiting_since`, the list holds only tickets that wait for us "
        "(`new`, `open`).",
    )
    cursor: Cursor | None = None
    limit: Limit = 50

    @property
    def column(self) -> str:
        """The column that it is sorted by."""
        return self.order.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the latest come first."""
        return self.order.startswith("-")
