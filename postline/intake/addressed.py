"""Which of our mailboxes a message is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from postline.intake.models import RawMessage
from postline.intake.parse import ParsedMessage
from postline.projects.models import Mailbox, Queue


class Mailboxes:
    """The mailboxes of this installation as they are now; asked for many addresses."""

    def __init__(self, mailboxes: Iterable[Mailbox]) -> None:
        self._by_address: Mapping[str, Mailbox] = {mailbox.address: mailbox for mailbox in mailboxes}
        self.domains = frozenset(address.rpartition("@")[2] for address in self._by_address)  # of our Message-IDs

    def of_project(self, project_id: int) -> list[Mailbox]:
        """All of a project, the oldest first."""
        found = [mailbox for mailbox in self._by_address.values() if mailbox.project_id == project_id]
        return sorted(found, key=lambda mailbox: mailbox.pk)

    def answering(self, project_id: int, asked: Mailbox) -> Mailbox:
        """The mailbox that was written to, unless the ticket is in another project by now: one of that."""
        others = self.of_project(project_id) if asked.project_id != project_id else []
        return others[0] if others else asked

    @classmethod
    def now(cls) -> Mailboxes:
        """Read from the database, in one query."""
        return cls(Mailbox.objects.select_related("project", "queue"))

    def find(self, address: str) -> Mailbox | None:
        """The mailbox that this address reaches: its own, or with a token behind `+`."""
        address = address.strip().lower()
        found = self._by_address.get(address)
        if found is None:
            local, _, domain = address.rpartition("@")
            plain, plus, _ = local.partition("+")
            found = self._by_address.get(f"{plain}@{domain}") if plus else None
            if found is not None and not found.plus_addressing:
                return None
        return found

    def __contains__(self, address: str) -> bool:
        return address.strip().lower() in self._by_address


def by_project(raw: RawMessage, message: ParsedMessage, mailboxes: Mailboxes) -> dict[int, list[Mailbox]]:
    """The mailboxes that a message came to, for each project. The first of each decides the queue: in the order
    envelope, To, Cc, and what is in the headers counts only where the envelope names none of ours. What somebody has
    accepted into a queue goes there alone, whatever it names."""
    if raw.accepted_into is not None:
        return _accepted(raw.accepted_into, mailboxes)
    found = _found(raw.envelope_to, mailboxes)
    if not found:
        found = _found([one.address for one in (*message.to, *message.cc)], mailboxes)
    result: dict[int, list[Mailbox]] = {}
    for mailbox in found:
        result.setdefault(mailbox.project_id, []).append(mailbox)
    return result


def _accepted(queue: Queue, mailboxes: Mailboxes) -> dict[int, list[Mailbox]]:
    """The mailbox that answers from there: that of the queue, else any of the project."""
    all_of_it = mailboxes.of_project(queue.project_id)
    of_queue = [mailbox for mailbox in all_of_it if mailbox.queue_id == queue.pk]
    return {queue.project_id: (of_queue or all_of_it)[:1]} if all_of_it else {}


def _found(addresses: Sequence[str], mailboxes: Mailboxes) -> list[Mailbox]:
    candidates = (mailboxes.find(address) for address in addresses)
    return list(dict.fromkeys(mailbox for mailbox in candidates if mailbox is not None))
