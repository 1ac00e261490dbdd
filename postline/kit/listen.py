"""Sleep until something is committed: LISTEN on a channel, with a longest time to wait."""

from __future__ import annotations

import threading
import time

import psycopg
from django.db import connection

DJANGOS_OWN = frozenset({"cursor_factory", "context", "prepare_threshold"})
SLICE_SECONDS = 0.5  # how long a stop may go unnoticed


class Listener:
    """Wakes when a transaction that called NOTIFY on the channel commits. Has a connection of its own.

    A database that is away is no error here: the listener then only waits, and connects again next time.
    """

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._connection: psycopg.Connection | None = None

    def wait(self, seconds: float, *, stop: threading.Event) -> bool:
        """Wait for a notification, at most `seconds` or until `stop`. True when there was one."""
        deadline = time.monotonic() + seconds
        while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
            try:
                if self._heard(min(left, SLICE_SECONDS)):
                    return True
            except psycopg.OperationalError:
                self.close()
                stop.wait(min(left, SLICE_SECONDS))
        return False

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _heard(self, seconds: float) -> bool:
        if self._connection is None:
            parameters = connection.get_connection_params()
            wanted = {name: value for name, value in parameters.items() if name not in DJANGOS_OWN}
            self._connection = psycopg.connect(**{**wanted, "autocommit": True, "connect_timeout": 5})
            self._connection.execute(f'LISTEN "{self.channel}"')
            return True  # what was committed before we listened
        heard = list(self._connection.notifies(timeout=seconds, stop_after=1))
        return bool(heard)
