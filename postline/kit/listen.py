"""Hear what is committed: LISTEN on channels. `Listener` sleeps in a thread, `notifications` runs in an event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from django.db import connection

from postline.kit.logs import logger

DJANGOS_OWN = frozenset({"cursor_factory", "context", "prepare_threshold"})
SLICE_SECONDS = 0.5  # how long a stop may go unnoticed
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 5.0

log = logger(__name__)


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
            self._connection = psycopg.connect(**_where(), autocommit=True)
            self._connection.execute(f'LISTEN "{self.channel}"')
            return True  # what was committed before we listened
        heard = list(self._connection.notifies(timeout=seconds, stop_after=1))
        return bool(heard)


async def notifications(*channels: str) -> AsyncIterator[psycopg.Notify | None]:
    """What is told on the channels, for ever; None each time listening begins: what was told before is not known.

    A connection that breaks is made anew, after a pause that doubles up to five seconds.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**_where(), autocommit=True) as listening:
                for channel in channels:
                    await listening.execute(f'LISTEN "{channel}"')
                pause = FIRST_PAUSE_S
                yield None
                async for notification in listening.notifies():
                    yield notification
        except psycopg.OperationalError as error:
            log.warning("listening ended", error=type(error).__name__, again_in_s=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


def _where() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    wanted = {name: value for name, value in parameters.items() if name not in DJANGOS_OWN}
    return {**wanted, "connect_timeout": 5, "application_name": "postline listening"}
