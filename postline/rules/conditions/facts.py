"""What may be asked of a message that has arrived. Whoever takes it in fills this; see `asks.py` for how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

Named = tuple[str, str]  # a name and an address
ASKED_OF = {"fields": "field"}  # where what is asked is called otherwise than here


def _nothing() -> int:
    return 0


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A message and what is known around it. References are by slug, mailboxes by address.

    `local` is the moment in the project's time zone. What costs a query or a long look is a function: it is called
    when a condition comes to it, and its answer is kept. `letters_this_week` counts this message too; `earlier_…` do
    not count its own ticket.
    """

    sender: Named = ("", "")
    to: Sequence[Named] = ()
    cc: Sequence[Named] = ()
    reply_to: Sequence[Named] = ()
    subject: str = ""
    new_text: str = ""
    text: str = ""
    headers: Sequence[tuple[str, str]] = ()
    language: str = ""
    kind: str = "letter"
    attachments: Sequence[tuple[str, str]] = ()  # file name, content type
    spf: str = "unknown"
    dkim: str = "unknown"
    dmarc: str = "unknown"
    mailboxes: Sequence[str] = ()
    project: str = ""
    queue: str = ""
    topic: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    wizard: str = ""
    is_follow_up: bool = False
    local: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    earlier_tickets: Callable[[], int] = _nothing
    earlier_open: Callable[[], int] = _nothing
    letters_this_week: Callable[[], int] = _nothing
    is_working_time: Callable[[], bool] = _never
    has_misleading_link: Callable[[], bool] = _never
    kept: dict[tuple[str, str, str], tuple[Any, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def changed(self, **values: Any) -> Facts:
        """The same after a step has changed something; what was made ready of the rest is kept."""
        new = replace(self, **values)
        stale = {ASKED_OF.get(name, name) for name in values}
        new.kept.update({key: value for key, value in self.kept.items() if key[1] not in stale})
        return new
