"""The web role: granian inside this process, one event loop, Django in its pool of threads."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from postline.configuration import Address
from postline.kit.http.types import Application
from postline.kit.logs import logger

GRACE_S = 3.0  # for requests that are being answered; an endless stream would keep us for ever
GOODBYE_S = 2.0  # for what the process has to say to the database
HEADERS_MS = 30_000

log = logger(__name__)


def serve(application: Application, address: Address, *, end_streams: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT and give the exit code: 0 after a signal, 1 when the server failed.

    `end_streams` is called first at a signal: what would go on for ever must be told to end.
    """
    return asyncio.run(_serve(application, address, end_streams))


async def _serve(application: Application, address: Address, end_streams: Callable[[], None]) -> int:
    server = Server(
        application,
        address=address.host,
        port=address.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_MS),
        websockets=False,
        backlog=1024,
        log_enabled=False,  # its lines are of no use beside ours
        log_level=LogLevels.warning,
        log_access=False,
    )
    stopped: list[int] = []
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        if not stopped:
            _end_at_last()
            end_streams()
            server.stop()  # type: ignore[no-untyped-call]
        stopped.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    await server.serve()
    if not stopped:
        log.error("web server ended by itself")
    return 0 if stopped else 1


def _end_at_last() -> None:
    """End the process even when something in it hangs; a thread, for the event loop may be what hangs."""
    timer = threading.Timer(GRACE_S + GOODBYE_S, os._exit, (0,))
    timer.daemon = True
    timer.start()
