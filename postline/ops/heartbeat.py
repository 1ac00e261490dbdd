"""The thread in each role's process that tells the database that it lives."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from contextlib import suppress

from django.db import Error, connection

from postline.kit import clock
from postline.kit.logs import logger
from postline.projects import heartbeats

log = logger(__name__)


def run(role: str, stop: threading.Event) -> None:
    """Beat until `stop` is set, then say goodbye. A database that is away is waited for."""
    process = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(3)}"
    started_at, away = clock.now(), False
    while not stop.is_set():
        try:
            now = clock.now()
            heartbeats.beat(role=role, process=process, started_at=started_at, now=now)
            if now - started_at > heartbeats.GONE:  # after a common start the others first need time to appear
                heartbeats.watch(now=now)
            away = False
        except Error as error:
            if not away:
                log.warning("heartbeat.database-away", role=role, error=type(error).__name__)
            away = True
            with suppress(Exception):
                connection.close()
        stop.wait(heartbeats.BEAT.total_seconds())
    with suppress(Error):
        heartbeats.leave(process=process)
    connection.close()


def start(role: str, stop: threading.Event) -> threading.Thread:
    """The same in a thread of its own, for a role that has no other loops."""
    thread = threading.Thread(target=run, args=(role, stop), name="heartbeat", daemon=True)
    thread.start()
    return thread
