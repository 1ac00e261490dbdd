"""kill -9 of everything under a stream of messages and answers: nothing is lost, nothing happens twice.

The ledgers stand outside the system: what we sent and were told `250`, and what the receiving server got.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from postline.ops.bench.letters import letters
from postline.outbox.send import SENDERS
from tests.journeys.desk import Desk, desk
from tests.letters import write
from tests.smtp import Client
from tests.waiting import until

SUPPORT = "support@mail.example"
CONNECTIONS = 4
ROBOTS = 0.03  # of the messages; they open no ticket
SENT_TWICE = 0.05
LATEST_KILL_S = 0.3  # after a round's first message
PATIENCE_S = 120.0
AGENTS = ("line1", "line1b")


@dataclass
class Ledger:
    """What we know for certain, written down outside the system."""

    accepted: Counter[bytes] = field(default_factory=Counter)  # SHA-256 → how often there was a 250
    answers: set[str] = field(default_factory=set)  # the texts of answers that were confirmed
    killed: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, content: bytes) -> None:
        with self._lock:
            self.accepted[hashlib.sha256(content).digest()] += 1


def test_nothing_is_lost_or_doubled_when_everything_is_killed(tmp_path: Path) -> None:
    with desk(tmp_path, *AGENTS) as one:
        ledger = stream(one, messages=200, kills=3, chance=random.Random(7))
        end_claims_of_the_dead(one)
        examine(one, ledger)


@pytest.mark.long
def test_nothing_is_lost_or_doubled_under_2000_messages_and_80_kills(tmp_path: Path) -> None:
    with desk(tmp_path, *AGENTS) as one:
        examine(one, stream(one, messages=2_000, kills=20, chance=random.Random(20)))


def stream(one: Desk, *, messages: int, kills: int, chance: random.Random) -> Ledger:
    """Send so many messages, in rounds; in each of them one thing is killed at a random moment."""
    ledger = Ledger()
    victims = list(VICTIMS) * kills
    chance.shuffle(victims)
    source = iter(mixed(messages, chance))
    done = threading.Event()
    with ThreadPoolExecutor(CONNECTIONS + len(AGENTS)) as people:
        agents = [people.submit(work, one, login, ledger, done) for login in AGENTS]
        try:
            for victim in victims:
                part = list(itertools.islice(source, -(-messages // len(victims))))
                sending = [
                    people.submit(send_all, one, part[start::CONNECTIONS], ledger) for start in range(CONNECTIONS)
                ]
                done.wait(chance.uniform(0, LATEST_KILL_S))
                kill(one, victim)
                ledger.killed[victim] += 1
                for each in sending:
                    each.result(PATIENCE_S)
        finally:
            done.set()
        for agent in agents:
            agent.result(PATIENCE_S)
    assert next(source, None) is None
    return ledger


def end_claims_of_the_dead(one: Desk) -> None:
    """As if a minute had passed: what a killed sender had in hand is free again."""
    until(one.served.is_ready, seconds=PATIENCE_S)
    worker = until(lambda: VICTIMS["worker"](one))
    one.query(
        "UPDATE outbox_outboxmessage SET claimed_until = now()"
        " WHERE state = 'sending' AND split_part(claimed_by, ':', 2) <> %s",
        str(worker),
    )


def examine(one: Desk, ledger: Ledger) -> None:
    """Wait until all is handled and sent, then compare the ledgers with what the system says."""
    until(one.served.is_ready, seconds=PATIENCE_S)
    until(lambda: not one.query(UNDONE), seconds=PATIENCE_S)

    # what was acknowledged is stored, and nothing else
    stored = one.query("SELECT sha256, state FROM intake_rawmessage")
    assert {bytes(sha256) for sha256, _ in stored} == set(ledger.accepted)
    assert len(stored) == len(ledger.accepted)

    # what is stored became one message of one ticket, or lies in quarantine
    states = Counter(state for _, state in stored)
    ((inbound, sources),) = one.query(
        "SELECT count(*), count(DISTINCT raw_id) FROM tickets_message WHERE direction = 'inbound'"
    )
    assert inbound == sources == states["handled"]
    assert inbound + states["quarantined"] == len(stored)
    assert states["quarantined"] > 0

    # every ticket was acknowledged exactly once, and every answer was given exactly once
    assert one.query(NOT_ACKNOWLEDGED_ONCE) == []
    answers = Counter(text for (text,) in one.query(ANSWERS))
    assert answers == Counter(ledger.answers)
    assert len(answers) == one.query("SELECT count(*) FROM outbox_outboxmessage WHERE kind = 'answer'")[0][0]

    examine_deliveries(one, ledger)
    assert one.query(GAPS) == []
    verified = one.run("verify", "--json")
    broken = [check for check in json.loads(verified.stdout)["invariants"] if not check["ok"]]
    assert (verified.returncode, broken) == (0, [])


def examine_deliveries(one: Desk, ledger: Ledger) -> None:
    """Everything was delivered; a copy has the same bytes, and there are no more of them than senders were killed."""
    delivered: dict[str, list[bytes]] = {}
    for received in one.receiving.received:
        message_id = str(message_from_bytes(received.content)["Message-ID"]).strip("<>")
        delivered.setdefault(message_id, []).append(received.content)
    assert set(delivered) == {message_id for (message_id,) in one.query("SELECT message_id FROM outbox_outboxmessage")}
    assert all(len(set(copies)) == 1 for copies in delivered.values())
    extra = sum(len(copies) - 1 for copies in delivered.values())
    assert extra <= SENDERS * ledger.killed["worker"]


def mixed(count: int, chance: random.Random) -> Iterable[tuple[str, bytes]]:
    """Letters, with some robots among them and some that come twice."""
    for number, one in enumerate(letters(count, recipient=SUPPORT, seed=chance.getrandbits(32))):
        if chance.random() < ROBOTS:
            robot = write(
                sender="robot@user.example",
                subject="Out of office",
                message_id=f"<{number}@robot.example>",
                headers={"Auto-Submitted": "auto-replied"},
            )
            yield "robot@user.example", robot
        else:
            yield one.sender, one.content


def send_all(one: Desk, part: list[tuple[str, bytes]], ledger: Ledger) -> None:
    """As a mail server does: what was not acknowledged is sent again, on a new connection if need be."""
    chance = random.Random(len(part))
    waiting = [letter for letter in part for _ in range(2 if chance.random() < SENT_TWICE else 1)]
    while waiting:
        with suppress(OSError), Client(one.smtp) as client:
            client.say("EHLO mx.user.example")
            while waiting:
                sender, content = waiting[0]
                code, _ = client.deliver(content, to=(SUPPORT,), sender=sender)
                if code == 250:
                    ledger.accept(content)
                    del waiting[0]
                else:
                    assert 400 <= code < 500


def work(one: Desk, login: str, ledger: Ledger, done: threading.Event) -> None:
    """An agent answers what is new, over and over; what got no reply is sent again with the same key."""
    for turn in itertools.count():
        if done.is_set():
            return
        found = persistent(partial(one.api, login, "/tickets?state=new&limit=10"))
        for ticket in found["results"]:
            text = f"Answer {turn} of {login} to {ticket['number']}"
            body = {"kind": "reply", "text": text, "state": "closed"}
            path, key = f"/tickets/{ticket['number']}/messages", text.replace(" ", "-")
            if persistent(partial(one.api, login, path, body, key=key)):
                ledger.answers.add(text)
        done.wait(0.2)


def persistent(request: Callable[[], tuple[int, Any]]) -> dict[str, Any]:
    """The answer to the first request that is answered by more than “not now”. Empty when that is a refusal: the
    other agent was quicker, and the requester's reply has gone on to a queue of the second line."""

    def ask() -> list[dict[str, Any]]:
        with suppress(OSError, HTTPException):
            status, answer = request()
            if status in (200, 201):
                return [answer]
            if status == 404:
                return [{}]
            assert status >= 500, (status, answer)
        return []

    return until(ask, seconds=PATIENCE_S)[0]


def kill(one: Desk, victim: str) -> None:
    """kill -9, once it is there."""
    pid = until(lambda: VICTIMS[victim](one), seconds=PATIENCE_S)
    assert pid
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


VICTIMS: dict[str, Callable[[Desk], int | None]] = {
    "receiver": lambda one: one.served.child("postline receiver"),
    "worker": lambda one: one.served.child("postline worker"),
    "web": lambda one: one.served.child("postline web"),
    "postgresql": lambda one: one.postmaster,
}

UNDONE = """
SELECT 'raw', id FROM intake_rawmessage WHERE state = 'waiting'
UNION ALL
SELECT 'outbox', id FROM outbox_outboxmessage WHERE state IN ('waiting', 'sending')
"""

NOT_ACKNOWLEDGED_ONCE = """
SELECT ticket.number, count(message.id)
FROM tickets_ticket AS ticket
    LEFT JOIN outbox_outboxmessage AS message ON message.ticket_id = ticket.id AND message.kind = 'automatic'
GROUP BY ticket.id
HAVING count(message.id) + (
    SELECT count(*) FROM tickets_event AS event WHERE event.ticket_id = ticket.id AND event.kind = 'not-acknowledged'
) <> 1
"""

ANSWERS = """
SELECT split_part(body.text, E'\\n', 1)
FROM tickets_message AS message JOIN tickets_body AS body ON body.message_id = message.id
WHERE direction = 'outbound'
"""

GAPS = """
SELECT ticket_id, count(*), min(number), max(number) FROM tickets_event GROUP BY ticket_id
HAVING count(*) <> max(number) OR min(number) <> 1
"""
