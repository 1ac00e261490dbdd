"""Checks signatures before the pipeline takes a message in hand: outside any transaction, several at once, each for
two seconds at most. What is not known by then stays so, and the message goes its way. While no name server answers at
all, nobody waits for one.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

import dns.resolver
from django.db import InterfaceError, OperationalError, connection

from postline.intake.addressed import Mailboxes
from postline.intake.authentication import UNKNOWN, Authentication, as_json, said_by_server, server_names
from postline.intake.parse.addresses import addresses
from postline.intake.parse.headers import split
from postline.intake.receive import CHANNEL, SIGNED
from postline.intake.signatures import HEAD_OCTETS, check, resolver
from postline.kit import clock
from postline.kit.listen import Listener
from postline.kit.logs import logger
from postline.kit.sql import as_json as as_text
from postline.kit.sql import rows

log = logger(__name__)

AT_ONCE = 32  # threads that mostly wait for a name server
MOST_BYTES = 32 << 20  # of messages in hand; more than the largest that is checked
IDLE_SECONDS = 5.0  # how long a lost notification may go unnoticed
LOOK_SECONDS = 0.05  # for further messages while some are being checked
AWAY_SECONDS = 1.0
MOST_SILENT = 8  # messages one after the other that nobody answered for: then the name servers are away
NAMES_AWAY_SECONDS = 30.0


class Names:
    """The name servers, and whether they answer at present."""

    def __init__(self, resolver: dns.resolver.Resolver | None) -> None:
        self.resolver = resolver
        self._silent = 0
        self._away_until = 0.0

    def are_away(self) -> bool:
        """Whether it is of no use to ask."""
        return self.resolver is None or time.monotonic() < self._away_until

    def answered(self, result: Authentication) -> None:
        """Take note of what came of a question."""
        self._silent = self._silent + 1 if result == UNKNOWN else 0
        if self._silent >= MOST_SILENT:
            log.warning("name servers are silent", consequence="signatures are not checked", for_s=NAMES_AWAY_SECONDS)
            self._silent, self._away_until = 0, time.monotonic() + NAMES_AWAY_SECONDS


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A raw message whose signatures nobody has checked yet; `seconds` are left for it."""

    raw_id: int
    content: bytes
    envelope_to: list[str]
    seconds: float


InHand = dict[Future[Authentication], Unchecked]


def run(stop: threading.Event) -> None:
    """Check until `stop` is set. A database that is away is waited for."""
    listener, in_hand = Listener(SIGNED), InHand()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="signatures") as pool:
        names = Names(_resolver())
        while not stop.is_set():
            try:
                step(pool, names, in_hand, now=clock.now())
                if not in_hand:
                    listener.wait(IDLE_SECONDS, stop=stop)
            except (OperationalError, InterfaceError) as error:
                log.warning("database away", error=type(error).__name__)
                connection.close()
                stop.wait(AWAY_SECONDS)
    listener.close()
    connection.close()


def step(pool: ThreadPoolExecutor, names: Names, in_hand: InHand, *, now: datetime) -> None:
    """Begin what there is room for, wait a moment, and store what is done."""
    left = MOST_BYTES - sum(len(one.content) for one in in_hand.values())
    for one in take(AT_ONCE - len(in_hand), most_bytes=left, now=now):
        in_hand[pool.submit(_result, one, names, time.monotonic() + one.seconds)] = one
    done = wait(in_hand, LOOK_SECONDS, return_when=FIRST_COMPLETED).done
    if done:
        results = {in_hand.pop(future).raw_id: future.result() for future in done}
        for result in results.values():
            names.answered(result)
        store(results)


def take(most: int, *, most_bytes: int = MOST_BYTES, now: datetime) -> list[Unchecked]:
    """Take messages in hand that nobody else checks; what a server of ours has said needs no check any more."""
    found = rows(TAKE, {"most": most, "most_bytes": most_bytes, "now": now}, binary=True) if most > 0 else []
    if not found:
        return []
    mailboxes = Mailboxes.now()
    unchecked = [Unchecked(key, content, to, (until - now).total_seconds()) for key, content, to, until in found]
    believed = {one.raw_id for one in unchecked if _is_told(one, mailboxes)}
    if believed:
        store(dict.fromkeys(believed, UNKNOWN))
    return [one for one in unchecked if one.raw_id not in believed]


def store(results: dict[int, Authentication]) -> None:
    """Keep what was found out, and hand the messages to the pipeline. One that it has taken meanwhile is left alone."""
    known = [{"id": raw_id, "authentication": as_json(result)} for raw_id, result in results.items()]
    rows(STORE, {"known": as_text(known), "channel": CHANNEL})


def _result(one: Unchecked, names: Names, deadline: float) -> Authentication:
    left = deadline - time.monotonic()
    if names.resolver is None or names.are_away() or left <= 0:
        return UNKNOWN
    return check(one.content, names.resolver, seconds=left)


def _is_told(one: Unchecked, mailboxes: Mailboxes) -> bool:
    """Whether each of our mailboxes that it came to believes a server that has said something about it."""
    headers, _start = split(one.content[:HEAD_OCTETS])
    named = [found.address for name in ("to", "cc") for found in addresses(headers.raw(name))]
    ours = [box for address in one.envelope_to if (box := mailboxes.find(address))]
    ours = ours or [box for address in named if (box := mailboxes.find(address))]
    fields = headers.shown() if any(box.believed_servers for box in ours) else ()
    return bool(ours) and all(said_by_server(fields, server_names(box.believed_servers)) for box in ours)


def _resolver() -> dns.resolver.Resolver | None:
    try:
        return resolver()
    except dns.resolver.NoResolverConfiguration:
        log.warning("no name server", consequence="signatures are not checked")
        return None


# The empty object says that somebody checks: should they die, the message waits no longer than it would have anyway.
TAKE = """
WITH free AS MATERIALIZED (
    SELECT id, size FROM intake_rawmessage
    WHERE state = 'waiting' AND check_until > %(now)s::timestamptz AND authentication IS NULL
    ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
), counted AS (
    SELECT id, sum(size) OVER (ORDER BY id) - size AS before, size FROM free
)
UPDATE intake_rawmessage AS raw SET authentication = '{}' FROM counted
WHERE raw.id = counted.id AND before + counted.size <= %(most_bytes)s
RETURNING raw.id, content, envelope_to, check_until
"""

STORE = """
WITH known AS (
    SELECT id, authentication FROM json_to_recordset(%(known)s::json) AS one(id bigint, authentication jsonb)
), free AS (
    SELECT raw.id FROM intake_rawmessage AS raw JOIN known USING (id) WHERE raw.state = 'waiting'
    FOR UPDATE OF raw SKIP LOCKED
), stored AS (
    UPDATE intake_rawmessage AS raw SET authentication = known.authentication, check_until = NULL
    FROM free JOIN known USING (id) WHERE raw.id = free.id
)
SELECT pg_notify(%(channel)s, '')
"""
