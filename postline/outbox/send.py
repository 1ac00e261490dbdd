"""Takes what waits in the outbox to the relay, or to the own server of its mailbox, until told to stop.

Any number of these run at once, on any machine. Each way has senders of its own: a server that is slow or away holds
up what leaves by it and nothing else.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

import psycopg
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection

from postline.configuration import Relay
from postline.kit import clock, metrics
from postline.kit.encryption import Undecryptable
from postline.kit.logs import logger
from postline.outbox import health
from postline.outbox.claims import Claim, claim, next_due, own_ways, renew
from postline.outbox.deliver import deliver, unavailable
from postline.outbox.put import CHANNEL
from postline.outbox.record import record
from postline.outbox.relay import Connection, RelayUnavailable, Result, Timeouts, greeting_of
from postline.projects.mail_server import MailServer, outgoing
from postline.projects.models import Mailbox
from postline.projects.troubles import explain

SENDERS = 2  # connections to the relay: one slow answer does not stop the others
MOST_OWN = 20  # own servers that are served at the same time; each costs a thread and a connection to the database
LINGER_S = 30.0  # an own server's connection is kept so long when there is nothing to send
LOOK_S = 2.0  # how soon changed settings of an own server are noticed
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
    crew = Crew(stop, relay=relay or settings.CONFIGURATION.relay, senders=senders, timeouts=timeouts)
    try:
        _keep_watch(stop, crew)
    finally:
        stop.set()
        crew.dismiss()
        connection.close()


class Crew:
    """The senders: some for the relay all the time, one for each own server that has something to send."""

    def __init__(self, stop: threading.Event, *, relay: Relay | None, senders: int, timeouts: Timeouts | None) -> None:
        self._stop, self._timeouts = stop, timeouts
        self._by_relay = [Sender(stop, relay=relay, timeouts=timeouts) for _ in range(senders if relay else 0)]
        self._own: dict[int, Sender] = {}
        self._turns: dict[int, Turn] = {}  # the last one of each own server
        for sender in self._by_relay:
            sender.start()
        if relay is None:
            log.info("outbox.no-relay")

    @property
    def members(self) -> list[Sender]:
        """Everybody at work."""
        return [*self._by_relay, *self._own.values()]

    def review(self) -> None:
        """Start a sender for each own server that needs one; end those whose settings have changed.

        Who cannot be reached rests without one, and who was served last comes last: nobody keeps the others waiting.
        """
        health.notice_changed_settings(now=clock.now())
        ways = own_ways(now=clock.now())
        for mailbox_id, sender in list(self._own.items()):
            if mailbox_id not in ways or ways[mailbox_id][0] != sender.version:
                sender.over.set()
                sender.bell.set()
            if not sender.is_alive():
                del self._own[mailbox_id]
                self._turns[mailbox_id] = Turn(sender.version, sender.unreachable, time.monotonic())
        self._turns = {mailbox_id: turn for mailbox_id, turn in self._turns.items() if mailbox_id in ways}
        due = [mailbox_id for mailbox_id, (_, is_due) in ways.items() if is_due and mailbox_id not in self._own]
        for mailbox_id in sorted(due, key=lambda one: (self._turn(one).ended, one)):
            version, turn = ways[mailbox_id][0], self._turn(mailbox_id)
            if len(self._own) < MOST_OWN and not turn.is_resting(version):
                unreachable = turn.unreachable if turn.version == version else 0
                sender = Sender(
                    self._stop, mailbox_id=mailbox_id, version=version, unreachable=unreachable, timeouts=self._timeouts
                )
                self._own[mailbox_id] = sender
                sender.start()

    def _turn(self, mailbox_id: int) -> Turn:
        return self._turns.get(mailbox_id, Turn())

    def ring(self) -> None:
        """Something was put into the outbox."""
        for sender in self.members:
            sender.bell.set()

    def dismiss(self) -> None:
        """Wait until everybody has written down what became of the message in hand."""
        self.ring()
        deadline = time.monotonic() + FAREWELL_S
        for sender in self.members:
            sender.over.set()
            sender.join(max(0.0, deadline - time.monotonic()))


@dataclass(frozen=True, slots=True)
class Turn:
    """How the last sender of an own server ended: after so many tries in a row that did not reach the server."""

    version: int = 0  # of the settings
    unreachable: int = 0
    ended: float = 0.0  # time.monotonic()

    def is_resting(self, version: int) -> bool:
        """Whether it is too soon for another try with these settings."""
        return self.version == version and time.monotonic() < self.ended + _pause_after(self.unreachable)


class Sender(threading.Thread):
    """One connection and the message that is on it: to the relay, or to the own server of a mailbox."""

    def __init__(
        self,
        stop: threading.Event,
        *,
        relay: Relay | None = None,
        mailbox_id: int | None = None,
        version: int = 0,
        unreachable: int = 0,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.key = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"
        super().__init__(name=f"outbox-{self.key}", daemon=True)
        self.bell = threading.Event()
        self.over = threading.Event()
        self.in_hand: int | None = None
        self.since = 0.0
        self.version = version
        self.server: Connection | None = self._connect(relay, timeouts) if relay else None
        self._mailbox_id = mailbox_id
        self._timeouts = timeouts
        self._stop_asked = stop
        self.unreachable = unreachable  # tries in a row
        self._idle_since = time.monotonic()

    def run(self) -> None:
        while not self._is_over():
            self.bell.clear()
            try:
                if self._send_next():
                    self._idle_since = time.monotonic()
                else:
                    self._nap()
            except Error as error:
                log.warning("outbox.database-away", error=type(error).__name__)
                connection.close()
                self._stop_asked.wait(DATABASE_PAUSE_S)
            except Exception:
                log.exception("outbox.sender-stumbled")
                self._stop_asked.wait(DATABASE_PAUSE_S)
        if self.server is not None:
            self.server.quit()
        connection.close()

    def _is_over(self) -> bool:
        if self._mailbox_id is not None and time.monotonic() - self._idle_since > LINGER_S:
            return True
        return self.over.is_set() or self._stop_asked.is_set()

    @staticmethod
    def _connect(server: Relay | MailServer, timeouts: Timeouts | None) -> Connection:
        return Connection(server, greeting=greeting_of(settings.CONFIGURATION.public_url), timeouts=timeouts)

    def _way(self) -> Connection:
        """The connection; an own server's settings are read when it is first needed. Raises RelayUnavailable."""
        if self.server is None:
            mailbox = Mailbox.objects.filter(pk=self._mailbox_id or 0).first()
            try:
                server = outgoing(mailbox) if mailbox is not None else None
            except Undecryptable as error:
                raise RelayUnavailable("the password cannot be read any more: enter it again") from error
            if server is None:
                self.over.set()
                raise RelayUnavailable("the mailbox has no outgoing server any more")
            self.server = self._connect(server, self._timeouts)
        return self.server

    def _send_next(self) -> bool:
        """One message, whatever becomes of it. False: nothing is due."""
        held = claim(sender=self.key, now=clock.now(), mailbox_id=self._mailbox_id)
        if held is None:
            return False
        self.in_hand, self.since = held.key, time.monotonic()
        fault: Exception | None
        try:
            try:
                way = self._way()
                results, fault = deliver(held, way), way.fault
                self.unreachable = 0
            except RelayUnavailable as error:
                results, fault = unavailable(held, error), error
                self.unreachable += 1
            self._record(held, results)
        finally:
            self.in_hand = None
        self._tell(fault)
        if self.unreachable:
            # not the message's fault: the others need not make the same experience one by one
            if self._mailbox_id is not None:
                self.over.set()  # its turn ends here; the crew knows when the next one comes
            else:
                self._pause(_pause_after(self.unreachable))
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

    def _tell(self, fault: Exception | None) -> None:
        """How the mailbox's own server is doing, for its page. What old settings met says nothing of the new ones."""
        if self._mailbox_id is None or self.over.is_set():
            return
        try:
            if fault is None:
                health.contacted(self._mailbox_id, version=self.version, now=clock.now())
            else:
                trouble = explain(fault.__cause__ or fault)
                health.failed(self._mailbox_id, trouble, version=self.version, now=clock.now())
        except (Error, Mailbox.DoesNotExist) as away:  # or the mailbox was deleted meanwhile
            log.warning("outbox.trouble-not-written-down", mailbox=self._mailbox_id, error=type(away).__name__)
            connection.close()

    def _pause(self, seconds: float) -> None:
        """The bell does not shorten this, a stop does."""
        deadline = time.monotonic() + seconds
        while not self._is_over() and (left := deadline - time.monotonic()) > 0:
            self.over.wait(min(left, LISTEN_S))

    def _nap(self) -> None:
        due = next_due(mailbox_id=self._mailbox_id)
        seconds = LONGEST_NAP_S if due is None else (due - clock.now()).total_seconds()
        self.bell.wait(min(max(seconds, 0.05), LONGEST_NAP_S))


def _pause_after(unreachable: int) -> float:
    """Seconds until a relay is tried again that could not be reached so often."""
    return min(2.0 ** (unreachable - 1), LONGEST_PAUSE_S) if unreachable else 0.0


def _keep_watch(stop: threading.Event, crew: Crew) -> None:
    """Ring when something was put into the outbox; keep the claims of those at work; end endless talks."""
    renewed, reviewed, listening = 0.0, 0.0, False
    while not stop.is_set():
        try:
            heard = False
            if not listening:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {CHANNEL}")
                listening = heard = True
            if time.monotonic() - renewed > RENEW_S:
                held = {one.key: one.in_hand for one in crew.members if one.in_hand is not None}
                renew(held, now=clock.now())
                renewed = time.monotonic()
                _end_endless_talks(crew)
            heard = _heard_something() or heard
            if heard or time.monotonic() - reviewed > LOOK_S:
                crew.review()
                reviewed = time.monotonic()
            if heard:
                crew.ring()
        except (Error, psycopg.Error) as error:
            log.warning("outbox.database-away", error=type(error).__name__)
            with suppress(Exception):
                connection.close()
            listening = False
            stop.wait(DATABASE_PAUSE_S)


def _heard_something() -> bool:
    return any(True for _ in connection.connection.notifies(timeout=LISTEN_S, stop_after=1))


def _end_endless_talks(crew: Crew) -> None:
    for sender in crew.members:
        if sender.in_hand is not None and time.monotonic() - sender.since > LONGEST_TALK_S and sender.server:
            sender.server.abort()
