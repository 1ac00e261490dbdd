"""Server-sent events (HTML Living Standard, 9.2): one `Stream` for each client, fed from the event loop it runs in.

What waits for a client is bounded whatever happens: of each key only the newest message waits, a client that takes
too long is told that it has lost some, and however much happens it is written to thirty times a second at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Hashable
from typing import Any

from postline.kit.http.types import Receive, Send

PAUSE_S = 0.03  # between two writes to one client: a hundred take a sixth of a core in the worst flood
HEARTBEAT_S = 15.0  # proxies cut what is silent for longer than half a minute
MOST_WAITING = 300
RETRY_MS = 1_000  # for clients that know no better
HEARTBEAT = b": \n\n"
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


def message(event: str, data: Any, *, id: int | None = None) -> bytes:
    """One event as it is written to a client."""
    head = f"event: {event}\n" + (f"id: {id}\n" if id is not None else "")
    return f"{head}data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


LOST = message("lost", {})


class Stream:
    """What one client is to be told, and the writing of it."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, bytes] = {}
        self._something = asyncio.Event()
        self._is_ended = False

    def tell(self, key: Hashable, written: bytes) -> None:
        """Something for the client, in place of what still waits under the same key."""
        if self._is_ended:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.lose()
            return
        self._waiting.pop(key, None)
        self._waiting[key] = written
        self._something.set()

    def lose(self) -> None:
        """The client has missed something: it must look at everything anew."""
        if not self._is_ended:
            self._waiting = {"lost": LOST}
            self._something.set()

    def end(self, reason: str) -> None:
        """The last word. `reason` is a code for the client."""
        self._waiting = {"end": message("end", {"reason": reason})}
        self._is_ended = True
        self._something.set()

    async def run(self, receive: Receive, send: Send) -> None:
        """Write to the client until it leaves or the stream is ended."""
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        writing = asyncio.ensure_future(self._write(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((writing, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writing, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, OSError):
                    await task

    async def _write(self, send: Send) -> None:
        await _part(send, f"retry: {RETRY_MS}\n\n".encode())
        while self._waiting or not self._is_ended:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._something.wait()
            except TimeoutError:
                await _part(send, HEARTBEAT)
                continue
            waiting, self._waiting = self._waiting, {}
            self._something.clear()
            await _part(send, b"".join(waiting.values()))
            await asyncio.sleep(PAUSE_S)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _part(send: Send, written: bytes) -> None:
    await send({"type": "http.response.body", "body": written, "more_body": True})
