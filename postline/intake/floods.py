"""Loops and floods: who writes the same again and again, or without end, is put aside (SAFETY S30, F30).

What is counted are sightings of senders within windows that slide. Reports of machines that write much and alike in
the course of their duty (bounces, complaint reports) are not counted, nor what comes over the API, nor old letters in
a mailbox that is read for the first time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from postline.intake.models import RawMessage, Sighting, Source
from postline.intake.parse import ParsedMessage
from postline.kit.sql import rows
from postline.projects.alarms import raise_alarm
from postline.projects.models import Alarm
from postline.tickets import references

MOST_ALIKE = 10  # replies of one sender with the same words, within ALIKE
ALIKE = timedelta(hours=1)
MOST_MESSAGES = 200  # of one sender within FLOOD: no person writes half as many
FLOOD = timedelta(minutes=10)
COUNTED = frozenset({"letter", "auto-reply", "mailing-list"})
FETCHED = (Source.IMAP, Source.POP3)
LETTERS_COMPARED = 400
NAMES_LOOKED_AT = 10  # addresses, and references, among which one of ours is looked for
NOTHING_ALIKE = 0  # what no reply can be is not compared: that would cost as much as all the rest
ALARM = "flood"
ALARM_LASTS = timedelta(hours=1)
TOLD_AGAIN = timedelta(minutes=1)
_NO_WORDS = re.compile(r"[\W\d_]+")
_NUMBER = re.compile(r"\d{3}")


@dataclass(frozen=True, slots=True)
class Seen:
    """How many messages of a sender there were, with this one: within FLOOD, and of the same words within ALIKE."""

    messages: int
    alike: int


Sightings = Mapping[int, Seen]  # by raw id


def count(messages: Sequence[tuple[RawMessage, ParsedMessage]], *, now: datetime) -> Sightings:
    """Count one more message of each sender; what is known of them by raw id. In one statement."""
    counted = [(raw, message) for raw, message in messages if _is_counted(raw, message, now=now)]
    if not counted:
        return {}
    found = rows(
        COUNT,
        {
            "senders": [_counted_as(raw, message) for raw, message in counted],
            "words": [_words(message) if _may_reply(raw, message) else NOTHING_ALIKE for raw, message in counted],
            "flood": now - FLOOD,
            "alike": now - ALIKE,
            "now": now,
        },
    )
    return {counted[place - 1][0].pk: Seen(in_flood, alike) for place, in_flood, alike in found}


def verdict(seen: Seen | None, *, is_reply: bool) -> str:
    """The reason to put a message aside: `loop`, `flood` or none. A loop is replies that are all alike."""
    if seen is None:
        return ""
    if is_reply and seen.alike > MOST_ALIKE:
        return "loop"
    return "flood" if seen.messages > MOST_MESSAGES else ""


def tell(raw: RawMessage, reason: str, *, now: datetime) -> None:
    """Raise the alarm, or keep it standing; not for each of thousands."""
    told = Alarm.objects.filter(code=ALARM, subject="", last_at__gt=now - TOLD_AGAIN, until__gt=now)
    if not told.exists():
        raise_alarm(ALARM, {"raw": raw.pk, "reason": reason}, lasting=ALARM_LASTS, now=now)


def forget(*, now: datetime) -> None:
    """Delete what no window reaches any more."""
    Sighting.objects.filter(at__lt=now - max(ALIKE, FLOOD)).delete()


def forget_senders(tickets: Iterable[tuple[str, int]]) -> None:
    """Delete what was counted of these senders, each with the number of a ticket of theirs."""
    counted = {_key(address, one) for address, number in tickets for one in (None, number)}
    Sighting.objects.filter(sender__in=counted).delete()


def _is_counted(raw: RawMessage, message: ParsedMessage, *, now: datetime) -> bool:
    if message.kind not in COUNTED or not message.sender.address or raw.source == Source.API:
        return False
    if raw.attempts:
        return False  # somebody has taken it out of quarantine: they have looked at it
    is_old = message.date is not None and message.date < now - ALIKE
    return not (is_old and raw.source in FETCHED)


def _counted_as(raw: RawMessage, message: ParsedMessage) -> int:
    """The sender, and the ticket that they name by our signature: who forges their address cannot use up what they may
    write there, and who answers us in many tickets goes round in none."""
    written_to = [*raw.envelope_to, *(one.address for one in (*message.to, *message.cc)[:NAMES_LOOKED_AT])]
    nearest = [*message.in_reply_to, *reversed(message.references)][:NAMES_LOOKED_AT]
    numbers = (
        *map(references.number_in_reply_address, written_to),
        *map(references.number_in_message_id, nearest),
    )
    return _key(message.sender.address, next((one for one in numbers if one is not None), None))


def _key(address: str, ticket: int | None) -> int:
    return _number(f"{address.lower()} {ticket or ''}".strip().encode())


def _may_reply(raw: RawMessage, message: ParsedMessage) -> bool:
    """Whether it bears anything by which a message finds a ticket."""
    return bool(
        message.in_reply_to
        or message.references
        or any("+" in address for address in raw.envelope_to)
        or _NUMBER.search(message.subject)
        or "+" in message.text  # our address, quoted
    )


def _words(message: ParsedMessage) -> int:
    """What makes two messages alike: their words without digits, for each names another number; and their files."""
    text = message.new_text or message.text
    said = _NO_WORDS.sub("", text[:LETTERS_COMPARED] if text else message.subject).lower()
    return _number("".join((said, *(part.sha256 for part in message.attachments))).encode())


def _number(value: bytes) -> int:
    """64 bits of a hash, as PostgreSQL's bigint."""
    return int.from_bytes(blake2b(value, digest_size=8).digest(), signed=True)


COUNT = """
WITH given AS MATERIALIZED (
    SELECT sender, words, place, row_number() OVER (PARTITION BY sender ORDER BY place) AS nth,
        row_number() OVER (PARTITION BY sender, words ORDER BY place) AS nth_alike
    FROM unnest(%(senders)s::bigint[], %(words)s::bigint[]) WITH ORDINALITY AS one(sender, words, place)
), earlier AS MATERIALIZED (
    SELECT sender, words, count(*) FILTER (WHERE at > %(flood)s) AS in_flood,
        count(*) FILTER (WHERE at > %(alike)s) AS alike
    FROM intake_sighting WHERE sender = ANY(%(senders)s::bigint[]) AND at > least(%(flood)s, %(alike)s)
    GROUP BY sender, words
), stored AS (
    INSERT INTO intake_sighting (sender, words, at) SELECT sender, words, %(now)s::timestamptz FROM given
)
SELECT place, (nth + coalesce((SELECT sum(in_flood) FROM earlier WHERE earlier.sender = given.sender), 0))::bigint,
    CASE WHEN words <> 0 THEN nth_alike + coalesce((SELECT sum(alike) FROM earlier
        WHERE earlier.sender = given.sender AND earlier.words = given.words), 0) ELSE 0 END::bigint
FROM given
"""
