"""What does not reach the desk: blocked senders, and what a filter in front of us calls spam.

Only what a project has set decides: no header that the sender wrote changes anything (S41).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from postline.intake.authentication import (
    Authentication,
    as_json,
    from_json,
    passed,
    said_by_server,
    server_names,
)
from postline.intake.models import RawMessage, Verdict
from postline.intake.parse import ParsedMessage
from postline.kit.sql import as_json as as_text
from postline.kit.sql import rows
from postline.projects.models import Mailbox

BLOCKED, SPAM = "blocked", "spam"  # reasons for quarantine
MOST_LABELS = 10  # of a domain that are looked up


@dataclass(frozen=True, slots=True)
class Listing:
    """What a project has said about a sender; see `ListedSender`."""

    verdict: str
    always: bool


class Listed:
    """What the projects say about the senders of a batch, asked for once."""

    def __init__(self, projects: Sequence[int], messages: Sequence[ParsedMessage]) -> None:
        wanted = {one for message in messages for one in patterns(message.sender.address)}
        found = rows(LISTED, {"projects": list(projects), "patterns": list(wanted)}) if wanted else []
        self._known = {(project, pattern): Listing(verdict, always) for project, pattern, verdict, always in found}

    def find(self, address: str, *, project_id: int) -> Listing | None:
        """The nearest one: the address itself, its domain, the domains above."""
        if not self._known:
            return None
        return next(
            (found for one in patterns(address) if (found := self._known.get((project_id, one))) is not None), None
        )

    def is_blocked(self, address: str, *, project_id: int) -> bool:
        """Whether the project does not want to hear from there."""
        found = self.find(address, project_id=project_id)
        return found is not None and found.verdict == Verdict.BLOCK

    def is_allowed(self, address: str, *, project_id: int) -> bool:
        """Whether the project lets in whatever comes from there, however much it is."""
        found = self.find(address, project_id=project_id)
        return found is not None and found.verdict == Verdict.ALLOW


def patterns(address: str) -> Iterator[str]:
    """All that a list may say of an address, the nearest first."""
    address = address.lower()
    _, at, domain = address.rpartition("@")
    if not at or not domain:
        return
    yield address
    labels = domain.split(".")[-MOST_LABELS:]
    for start in range(len(labels)):
        yield ".".join(labels[start:])


def reason_against(
    message: ParsedMessage,
    mailboxes: Sequence[Mailbox],
    listed: Listed,
    authentication: Authentication,
    *,
    requester: str = "",
) -> str:
    """Why the project of these mailboxes does not want to see the message; empty when it does. `requester` is who
    asks, where that is not the sender (S24)."""
    sender, project_id = message.sender.address, mailboxes[0].project_id
    if listed.is_blocked(sender, project_id=project_id) or listed.is_blocked(requester, project_id=project_id):
        return BLOCKED
    listing = listed.find(sender, project_id=project_id)
    if not any(_is_called_spam(message.headers, mailbox) for mailbox in mailboxes):
        return ""
    is_believed = listing is not None and (listing.always or passed(authentication, sender.rpartition("@")[2]))
    return "" if is_believed else SPAM


def said_about(raw: RawMessage, message: ParsedMessage, mailbox: Mailbox) -> Authentication:
    """What the mailbox's servers say in the message, else what our own check has found out."""
    said = said_by_server(message.headers, server_names(mailbox.believed_servers)) if mailbox.believed_servers else None
    return said if said is not None else from_json(raw.authentication)


def remember(results: Mapping[int, Authentication]) -> None:
    """Keep what was said in the messages with their raw rows."""
    if results:
        told = [{"id": raw_id, "authentication": as_json(one)} for raw_id, one in results.items()]
        rows(REMEMBER, {"told": as_text(told)})


def _is_called_spam(headers: Sequence[tuple[str, str]], mailbox: Mailbox) -> bool:
    name, value = mailbox.spam_header.lower(), mailbox.spam_value.lower()
    return bool(name and value) and any(
        one.lower() == name and said.strip().lower().startswith(value) for one, said in headers
    )


LISTED = """
SELECT project_id, pattern, verdict, always FROM intake_listedsender
WHERE project_id = ANY(%(projects)s::bigint[]) AND pattern = ANY(%(patterns)s::text[])
"""

REMEMBER = """
UPDATE intake_rawmessage AS raw SET authentication = told.authentication
FROM json_to_recordset(%(told)s::json) AS told(id bigint, authentication jsonb) WHERE raw.id = told.id
"""
