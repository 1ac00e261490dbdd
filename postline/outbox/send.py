"""Takes what waits in the outbox to the relay, until told to stop. Any number of these run at once, on any machine."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import psycopg
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection

from postline.configuration import Relay
from postline.kit import clock, metrics
from postline.kit.logs import logger
from postline.outbox.claims import Claim, claim, next_due, renew
from postline.outbox.deliver import deliver, unavailable
from postline.outbox.put import CHANNEL
from postline.outbox.record import record
from postline.outbox.relay import Connection, RelayUnavailable, Result, Timeouts, greeting_of

SENDERS = 2  # connections to the relay: one slow answer does not stop the others
LISTEN_S = 0.5  # how soon a stop is noticed
RENEW_S = 15.0
LONGEST_NAP_S = 15.0  # looked at even if nobody rang, for databases behind a pooler that swallows LISTEN
LONGEST_PAUSE_S = 60.0  # between two tries to reach a relay that is away
LONGEST_TALK_S = 30 * 60.0  # a relay that answers a byte a second is cut off
FAREWELL_S = 10.0
DATABASE_PAUSE_S = 1.0

log = logger(__name__)


def run(
    stop: threading.Event, *, relay: Relay | None = None, senders: int = SENDERS, timeouts: Timeouts | None = None
) -> None:
    """Send until `stop` is set. Without a relay (POSTLINE_RELAY) messages wait and can be read at /outbox/."""
    relay = relay or settings.CONFIGURATION.relay
    if relay is None:
        log.info("outbox.no-relay")
        stop.wait()
        return
    crew = [Sender(relay, stop, timeouts=timeouts) for _ in range(senders)]
    for sender in crew:
        sender.start()
    try:
        _keep_watch(stop, crew)
    finally:
        stop.set()
        for sender in crew:
            sender.bell.set()
        deadline = time.monotonic() + FAREWELL_S
        for sender in crew:
            sender.join(max(0.0, deadline - time.monotonic()))
        connection.close()


class Sender(threading.Thread):
    """One connection to the relay and the message that is on it."""

    def __init__(self, relay: Relay, stop: threading.Event, *, timeouts: Timeouts | None = None) -> None:
        self.key = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"
        super().__init__(name=f"outbox-{self.key}", daemon=True)
        self.bell = threading.Event()
        self.in_hand: int | None = None
        self.since = 0.0
        self.relay = Connection(relay, greeting=greeting_of(settings.CONFIGURATION.public_url), timeouts=timeouts)
        self._stop_asked = stop
        self._unreachable = 0

    def run(self) -> None:
        while not self._stop_asked.is_set():
            self.bell.clear()
            try:
                if not self._send_next():
                    self._nap()
            except Error as error:
                log.warning("outbox.database-away", error=type(error).__name__)
                connection.close()
                self._stop_asked.wait(DATABASE_PAUSE_S)
            except Exception:
                log.exception("outbox.sender-stumbled")
                self._stop_asked.wait(DATABASE_PAUSE_S)
        self.relay.quit()
        connection.close()

    def _send_next(self) -> bool:
        """One message, whatever becomes of it. False: nothing is due."""
        held = claim(sender=self.key, now=clock.now())
        if held is None:
            return False
        self.in_hand, self.since = held.key, time.monotonic()
        try:
            try:
                results = deliver(held, self.relay)
                self._unreachable = 0
            except RelayUnavailable as error:
                results = unavailable(held, error)
                self._unreachable += 1
            self._record(held, results)
        finally:
            self.in_hand = None
        if self._unreachable:
            # not the message's fault: the others need not make the same experience one by one
            self._stop_asked.wait(min(2.0 ** (self._unreachable - 1), LONGEST_PAUSE_S))
        return True

    def _record(self, held: Claim, results: dict[str, Result]) -> None:
        """The relay has answered: this must be written down even if the database is away just now."""
        farewell: float | None = None
        while True:
            try:
                kept = record(held, results, now=clock.now())
            except (OperationalError, InterfaceError):
                connection.close()
                if self._stop_asked.is_set():
                    farewell = farewell or time.monotonic() + FAREWELL_S
                    if time.monotonic() > farewell:
                        raise
                time.sleep(DATABASE_PAUSE_S)
            else:
                states = sorted(str(result.state) for result in results.values())
                for state in states:
                    metrics.sent.labels(state).inc()
                log.info("outbox.tried", message=held.key, attempt=held.attempt_id, states=states, kept=kept)
                return

    def _nap(self) -> None:
        due = next_due()
        seconds = LONGEST_NAP_S if due is None else (due - clock.now()).total_seconds()
        self.bell.wait(min(max(seconds, 0.05), LONGEST_NAP_S))


def _keep_watch(stop: threading.Event, crew: Sequence[Sender]) -> None:
    """Ring when something was put into the outbox; keep the claims of those at work; end endless talks."""
    renewed, listening = 0.0, False
    while not stop.is_set():
        try:
            if not listening:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {CHANNEL}")
                listening = True
                _ring(crew)
            if time.monotonic() - renewed > RENEW_S:
                renew({one.key: one.in_hand for one in crew if one.in_hand is not None}, now=clock.now())
                renewed = time.monotonic()
                _end_endless_talks(crew)
            if _heard_something():
                _ring(crew)
        except (Error, psycopg.Error) as error:
            log.warning("outbox.database-away", error=type(error).__name__)
            with suppress(Exception):
                connection.close()
            listening = False
            stop.wait(DATABASE_PAUSE_S)


def _heard_something() -> bool:
    return any(True for _ in connection.connection.notifies(timeout=LISTEN_S, stop_after=1))


def _ring(crew: Sequence[Sender]) -> None:
    for sender in crew:
        sender.bell.set()


def _end_endless_talks(crew: Sequence[Sender]) -> None:
    for sender in crew:
        if sender.in_hand is not None and time.monotonic() - sender.since > LONGEST_TALK_S:
            sender.relay.abort()
