"""The same person has written about the same thing before: it is suggested to merge, never done by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from postline.intake.parse.subjects import base_subject
from postline.kit.sql import rows
from postline.tickets.actions.suggest import suggest
from postline.tickets.models import Reason

WITHIN = timedelta(days=14)
LOOKED_AT = 20  # newest tickets of the requester; a machine may have thousands
COMPARED = 5  # of these: open ones
LETTERS = 2_000  # of a text
LIKE = 0.5  # part of the shorter one's words that both have…
COMMON = 5  # …and at least so many
_WORD = re.compile(r"[^\W_]{4,}")


def suggest_same(ticket_ids: Sequence[int], *, now: datetime) -> int:
    """Suggest for each of these new tickets the oldest of its requester's open ones that says the same. Returns how
    many were suggested. One statement for all: most requesters have no other open ticket."""
    if not ticket_ids:
        return 0
    found = rows(
        OPEN_ONES,
        {
            "tickets": list(ticket_ids),
            "since": now - WITHIN,
            "looked_at": LOOKED_AT,
            "compared": COMPARED,
            "letters": LETTERS,
        },
    )
    done: set[int] = set()
    for ticket_id, other_id, subject, text, other_subject, other_text in found:
        if ticket_id not in done and is_same(subject, text, other_subject, other_text):
            done.add(ticket_id)
            suggest(ticket_id, other_id, Reason.SAME_REQUESTER, now=now)
    return len(done)


def is_same(subject: str, text: str, other_subject: str, other_text: str) -> bool:
    """Whether two messages seem to be about one thing: the same subject, or enough of the same words."""
    base, other_base = base_subject(subject), base_subject(other_subject)
    if base and base == other_base:
        return True
    words, other_words = _words(f"{base} {text}"), _words(f"{other_base} {other_text}")
    common = len(words & other_words)
    return common >= COMMON and common >= LIKE * min(len(words), len(other_words))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


OPEN_ONES = """
SELECT new.id, other.id, new.subject, said.text, other.subject, other_said.text
FROM unnest(%(tickets)s::bigint[]) AS key
JOIN tickets_ticket AS new ON new.id = key
JOIN LATERAL (
    SELECT recent.id, recent.subject FROM (
        SELECT id, subject, state, created_at FROM tickets_ticket
        WHERE requester_id = new.requester_id AND id < new.id ORDER BY id DESC LIMIT %(looked_at)s
    ) AS recent
    WHERE recent.state IN ('new', 'open', 'pending') AND recent.created_at >= %(since)s
    ORDER BY recent.id LIMIT %(compared)s
) AS other ON true
LEFT JOIN LATERAL (
    SELECT left(CASE WHEN body.new_text <> '' THEN body.new_text ELSE body.text END, %(letters)s) AS text
    FROM tickets_message AS message JOIN tickets_body AS body ON body.message_id = message.id
    WHERE message.ticket_id = new.id AND message.direction IN ('inbound', 'told') ORDER BY message.id DESC LIMIT 1
) AS said ON true
LEFT JOIN LATERAL (
    SELECT left(CASE WHEN body.new_text <> '' THEN body.new_text ELSE body.text END, %(letters)s) AS text
    FROM tickets_message AS message JOIN tickets_body AS body ON body.message_id = message.id
    WHERE message.ticket_id = other.id AND message.direction IN ('inbound', 'told') ORDER BY message.id DESC LIMIT 1
) AS other_said ON true
ORDER BY new.id, other.id
"""
