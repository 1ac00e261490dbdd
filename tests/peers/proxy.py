"""A TCP proxy that behaves badly: cuts connections after some bytes, delays, stalls."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress


class Proxy:
    """`with Proxy(port) as proxy:` listens at `proxy.port`; the attributes may be changed while it runs.

    `cut_after`: bytes from the server after which a connection is cut; with `cut_share` only that share of them, at a
    random place. `stalled`: nothing passes. `delay_s`: each piece is late.
    """

    def __init__(
        self, target: int, *, cut_after: int | None = None, cut_share: float = 1.0, delay_s: float = 0.0
    ) -> None:
        self.target, self.cut_after, self.cut_share, self.delay_s = target, cut_after, cut_share, delay_s
        self.stalled = False
        self.connections = 0
        self.cuts = 0

    def __enter__(self) -> Proxy:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        limit = None
        if self.cut_after is not None and random.random() < self.cut_share:
            limit = self.cut_after if self.cut_share == 1.0 else random.randrange(self.cut_after)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ways = [
            asyncio.ensure_future(self._pass(reader, back, None)),
            asyncio.ensure_future(self._pass(there, writer, limit)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            writer.transport.abort()
            back.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, limit: int | None) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await asyncio.sleep(self.delay_s)
                while self.stalled:
                    await asyncio.sleep(0.02)
                if limit is not None:
                    data, limit = data[:limit], limit - len(data)
                target.write(data)
                await target.drain()
                if limit is not None and limit <= 0:
                    self.cuts += 1
                    return

    async def _end(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
