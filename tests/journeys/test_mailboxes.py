"""Mailboxes at a real Dovecot, read and answered by a whole installation, also while everything is cut and killed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from functools import partial
from pathlib import Path

import pytest

from tests.journeys.desk import Desk, desk
from tests.journeys.test_kills import GAPS, NOT_ACKNOWLEDGED_ONCE, PATIENCE_S, UNDONE, VICTIMS, kill
from tests.letters import write
from tests.outbox.receiving import Receiving
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.peers.proxy import Proxy
from tests.waiting import until

SUPPORT, ABUSE, GAMES = "support@mail.example", "abuse@mail.example", "support@games.example"
LOOPBACK = {"POSTLINE_ALLOW_NETWORKS": "127.0.0.0/8"}
EVERY_SO_OFTEN = 40  # one is delivered twice
LATEST_KILL_S = 0.6


def test_each_mailbox_is_read_and_answered_by_its_own_servers(tmp_path: Path) -> None:
    with (
        Dovecot() as dovecot,
        Receiving() as by_support,
        Receiving() as by_abuse,
        desk(tmp_path, "lead", **LOOPBACK) as one,
    ):
        set_up(one, SUPPORT, reading="imap", port=dovecot.imap, sending=by_support.port)
        set_up(one, ABUSE, reading="imap", port=dovecot.imap, sending=by_abuse.port)
        set_up(one, GAMES, reading="pop3", port=dovecot.pop3)
        for number, address in enumerate((SUPPORT, ABUSE, GAMES)):
            dovecot.deliver(address, letter(number, to=address))
        until(lambda: one.query("SELECT count(*) FROM tickets_ticket") == [(3,)], seconds=PATIENCE_S)

        ((number,),) = one.query(
            "SELECT number FROM tickets_ticket AS ticket JOIN projects_mailbox AS mailbox"
            " ON mailbox.id = ticket.mailbox_id WHERE mailbox.address = %s",
            ABUSE,
        )
        status, _ = one.api("lead", f"/tickets/{number}/messages", {"kind": "reply", "text": "We look into it."})
        assert status == 201

        until(lambda: (len(by_support.received), len(by_abuse.received), len(one.receiving.received)) == (1, 2, 1))
        answer = message_from_bytes(by_abuse.received[-1].content)
        assert (answer["From"], answer["Reply-To"]) == (f"Mail support <{ABUSE}>", None)  # no token in the address
        assert all(dovecot.count(address) == 0 for address in (SUPPORT, ABUSE, GAMES))

        reply = write(
            sender="else@user.example",
            to=ABUSE,
            subject="Thank you",
            text="It is gone.",
            message_id="<reply@user.example>",
            in_reply_to=str(answer["Message-ID"]),
        )
        dovecot.deliver(ABUSE, reply)
        until(lambda: one.query("SELECT count(*) FROM tickets_message WHERE direction = 'inbound'") == [(4,)])
        assert one.query("SELECT count(*) FROM tickets_ticket") == [(3,)]


@pytest.mark.long
def test_800_messages_through_cut_connections_and_70_kills_are_neither_lost_nor_doubled(tmp_path: Path) -> None:
    chance = random.Random(800)
    with (
        Dovecot() as dovecot,
        Receiving() as own,
        Proxy(dovecot.imap, cut_after=60_000, cut_share=0.3) as reading,
        Proxy(own.port, cut_after=2_000, cut_share=0.1) as sending,
        desk(tmp_path, **LOOPBACK) as one,
    ):
        set_up(one, SUPPORT, reading="imap", port=reading.port, sending=sending.port)
        victims = [*["fetcher"] * 32, *["worker"] * 32, *["postgresql"] * 6]
        chance.shuffle(victims)
        contents = [letter(number, to=SUPPORT) for number in range(800)]
        with ThreadPoolExecutor(1) as provider:
            delivering = provider.submit(deliver_all, dovecot, contents)
            pause = threading.Event()
            for victim in victims:
                pause.wait(chance.uniform(0, LATEST_KILL_S))
                kill_here(one, victim)
            delivering.result(PATIENCE_S)

        until(lambda: dovecot.count(SUPPORT) == 0, seconds=2 * PATIENCE_S)
        end_claims_of_the_dead(one)
        until(lambda: one.served.is_ready() and not one.query(UNDONE), seconds=2 * PATIENCE_S)
        examine(one, own, contents, killed=Counter(victims))
        assert reading.cuts > 0
        assert sending.cuts > 0


def examine(one: Desk, own: Receiving, contents: list[bytes], *, killed: Counter[str]) -> None:
    """Compare what was delivered to the provider, and what the own server got, with what the system says."""
    expected = Counter(str(message_from_bytes(content)["Message-ID"]).strip("<>") for content in contents)
    inbound = one.query("SELECT message_id FROM tickets_message WHERE direction = 'inbound'")
    assert Counter(message_id for (message_id,) in inbound) == expected
    assert one.query("SELECT count(*) FROM tickets_ticket") == [(len(contents),)]
    assert one.query("SELECT count(*) FROM intake_rawmessage WHERE state <> 'handled'") == [(0,)]
    assert one.query(NOT_ACKNOWLEDGED_ONCE) == []
    assert one.query(GAPS) == []

    sent = Counter(str(message_from_bytes(received.content)["Message-ID"]).strip("<>") for received in own.received)
    assert set(sent) == {key for (key,) in one.query("SELECT message_id FROM outbox_outboxmessage")}
    again = sent.total() - len(sent)
    sys.stderr.write(f"{len(contents)} messages, {dict(killed)} killed, {again} delivered once more\n")
    verified = one.run("verify", "--json")
    broken = [check for check in json.loads(verified.stdout)["invariants"] if not check["ok"]]
    assert (verified.returncode, broken) == (0, [])


def letter(number: int, *, to: str) -> bytes:
    """Of somebody who has never written before."""
    return write(
        sender=f"Person {number} <person{number}@user.example>",
        to=to,
        subject=f"Question {number}",
        text=f"This is question {number}.\n" + "It is long.\n" * (number % 50),
        message_id=f"<question-{number}@user.example>",
    )


def deliver_all(dovecot: Dovecot, contents: list[bytes]) -> None:
    """The provider gets one after the other, some of them twice."""
    for number, content in enumerate(contents):
        dovecot.deliver(SUPPORT, *[content] * (2 if number % EVERY_SO_OFTEN == 0 else 1))


def kill_here(one: Desk, victim: str) -> None:
    """kill -9 of a role or of the database."""
    VICTIMS.setdefault("fetcher", lambda place: place.served.child("postline fetcher"))
    kill(one, victim)


def end_claims_of_the_dead(one: Desk) -> None:
    """As if the minutes had passed that a dead sender's claim holds, or the next try waits for."""
    until(one.served.is_ready, seconds=PATIENCE_S)
    worker = until(lambda: VICTIMS["worker"](one))

    def hurry() -> bool:
        one.query(
            "UPDATE outbox_outboxmessage SET claimed_until = now()"
            " WHERE state = 'sending' AND split_part(claimed_by, ':', 2) <> %s",
            str(worker),
        )
        one.query("UPDATE outbox_outboxmessage SET next_attempt_at = now() WHERE state = 'waiting'")
        return not one.query("SELECT 1 FROM outbox_outboxmessage WHERE state IN ('waiting', 'sending') LIMIT 1")

    until(hurry, seconds=2 * PATIENCE_S)


def set_up(one: Desk, address: str, *, reading: str, port: int, sending: int | None = None) -> None:
    """As an administrator does in the browser."""
    settings: dict[str, object] = {
        "reading": reading,
        "incoming_host": "127.0.0.1",
        "incoming_port": port,
        "incoming_encryption": "none",
        "incoming_login": address,
        "incoming_password": PASSWORD,
    }
    if sending is not None:
        settings |= {
            "outgoing_host": "127.0.0.1",
            "outgoing_port": sending,
            "outgoing_encryption": "none",
            "outgoing_sign_in": "none",
        }
    run = partial(subprocess.run, env=one.served.environment, capture_output=True, text=True, check=False)
    done = run([sys.executable, "-m", "tests.journeys.set_up_mailbox", address, json.dumps(settings)])
    assert done.returncode == 0, done.stderr
