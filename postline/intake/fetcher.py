"""Reads every mailbox that has to be read: a thread for each, so that one with troubles disturbs no other.

Any number of fetchers may run: two at one mailbox fetch the same messages, which are stored once.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from typing import Protocol

from django.conf import settings
from django.db import Error, connection

from postline.intake import health
from postline.intake.sources.imap import ImapSource
from postline.intake.sources.pop3 import Pop3Source
from postline.kit import clock
from postline.kit.logs import logger
from postline.kit.network import Network
from postline.projects.models import Mailbox, Reading, Trouble
from postline.projects.troubles import explain

log = logger(__name__)

LOOK_S = 2.0  # how soon a new or changed mailbox is noticed
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
REFUSED_PAUSE_S = 20.0  # providers lock accounts after too many wrong passwords
LONGEST_STEP_S = 600.0  # a server that sends a byte now and then is cut off
AWAY_S = 1.0
FAREWELL_S = 5.0  # to finish what is in hand, then the connection is cut
TURN_S = 0.5


class Source(Protocol):
    """How one mailbox is read. `busy_since` is time.monotonic() of the step it waits for, None while at rest;
    `worked`: the session that is on, or was last, got somewhere."""

    busy_since: float | None
    worked: bool

    def session(self, stop: threading.Event) -> None:
        """Read until `stop` is set."""

    def abort(self) -> None:
        """End the session from another thread."""


def run(stop: threading.Event) -> None:
    """Read all mailboxes until `stop` is set; what is being stored is finished."""
    configuration = settings.CONFIGURATION
    threads: dict[int, Fetching] = {}
    leaving: list[Fetching] = []  # with settings that hold no longer; the new ones do not wait for them
    try:
        while not stop.is_set():
            try:
                wanted = _wanted()
            except Error as error:
                log.warning("database away", error=type(error).__name__)
                connection.close()
                stop.wait(AWAY_S)
                continue
            for mailbox_id, thread in list(threads.items()):
                mailbox = wanted.get(mailbox_id)
                if mailbox is None or mailbox.version != thread.mailbox.version:
                    thread.end()
                    leaving.append(threads.pop(mailbox_id))
                else:
                    thread.watch()
                    if not thread.is_alive():
                        del threads[mailbox_id]
            leaving = [thread for thread in leaving if thread.is_alive()]
            for thread in leaving:
                thread.see_off()
            for mailbox_id, mailbox in wanted.items():
                if mailbox_id not in threads:
                    threads[mailbox_id] = Fetching(
                        mailbox, max_message=configuration.max_message, allow=configuration.allow_networks
                    )
                    threads[mailbox_id].start()
            _rest(stop)
    finally:
        for thread in threads.values():
            thread.end()
        deadline = time.monotonic() + FAREWELL_S
        for thread in threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        connection.close()


class Fetching(threading.Thread):
    """One mailbox with the settings that it has now: session after session, with a pause when one fails."""

    def __init__(self, mailbox: Mailbox, *, max_message: int, allow: Sequence[Network]) -> None:
        super().__init__(name=f"mailbox-{mailbox.pk}", daemon=True)
        self.mailbox = mailbox
        self._max_message = max_message
        self._allow = allow
        self._over = threading.Event()
        self._over_since = 0.0
        self.source: Source | None = None
        self._failures = 0

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._session()
            except Error as error:  # the database is away: nothing is wrong with the mailbox
                log.warning("database away", mailbox=self.mailbox.pk, error=type(error).__name__)
                connection.close()
                self._over.wait(AWAY_S)
            except Exception as error:
                if not self._over.is_set():
                    self._failed(error)
        connection.close()

    def end(self) -> None:
        """Finish what is being stored, then stop."""
        self._over_since = time.monotonic()
        self._over.set()

    def see_off(self) -> None:
        """Cut off whoever does not come to an end: without a connection it can do nothing more at the server."""
        if self.source is not None and time.monotonic() - self._over_since > FAREWELL_S:
            self.source.abort()

    def watch(self) -> None:
        """Cut off a server that keeps us in one step for too long."""
        source = self.source
        if source is not None and source.busy_since and time.monotonic() - source.busy_since > LONGEST_STEP_S:
            log.warning("mailbox cut off, for it hangs", mailbox=self.mailbox.pk)
            source.abort()

    def _session(self) -> None:
        if self.source is None:
            kind = ImapSource if self.mailbox.reading == Reading.IMAP else Pop3Source
            self.source = kind(self.mailbox, max_message=self._max_message, allow=self._allow)
        self.source.session(self._over)

    def _failed(self, error: Exception) -> None:
        trouble = explain(error)
        if trouble.trouble == Trouble.FAULT:
            log.exception("mailbox fault", mailbox=self.mailbox.pk)
        else:
            log.warning("mailbox trouble", mailbox=self.mailbox.pk, trouble=str(trouble.trouble), detail=trouble.detail)
        try:
            health.failed(self.mailbox.pk, trouble, now=clock.now())
        except Error as away:  # or the mailbox was deleted meanwhile
            log.warning("trouble not written down", mailbox=self.mailbox.pk, error=type(away).__name__)
            connection.close()
        self._failures = 1 if self.source is not None and self.source.worked else self._failures + 1
        self._over.wait(pause_after(self._failures, trouble.trouble))


def pause_after(failures: int, trouble: Trouble) -> float:
    """Seconds until the next try: doubled each time, ± a fifth, so that not everybody comes back at once."""
    first = REFUSED_PAUSE_S if trouble == Trouble.SIGN_IN else FIRST_PAUSE_S
    pause = min(first * 2.0 ** min(failures - 1, 16), LONGEST_PAUSE_S)
    return pause * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def _wanted() -> dict[int, Mailbox]:
    """The mailboxes to be read now."""
    found = Mailbox.objects.filter(enabled=True, project__archived_at=None, reading__in=[Reading.IMAP, Reading.POP3])
    return {mailbox.pk: mailbox for mailbox in found}


def _rest(stop: threading.Event) -> None:
    deadline = time.monotonic() + LOOK_S
    while not stop.is_set() and time.monotonic() < deadline:
        stop.wait(TURN_S)
