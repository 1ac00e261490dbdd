"""Receives by SMTP (RFC 5321), with what LMTP shares: `250` only after the commit, commits grouped, unknown
recipients refused at RCPT.

The bytes are kept as they came. Line ends that could smuggle a second message are harmless: DATA ends only at
<CR><LF>.<CR><LF>, and a bare CR or LF is part of a line.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from postline.configuration import Address, Configuration
from postline.intake.addressed import Mailboxes
from postline.intake.models import Source
from postline.intake.receive import Delivery, keep_many
from postline.intake.sources.protocol import Busy, Receiver, Room
from postline.kit import clock, metrics
from postline.kit.logs import logger

log = logger(__name__)
T = TypeVar("T")

THREADS = 2  # with a connection to the database each
GROUP = 50  # messages that share a commit, at most
GROUP_BYTES = 64 << 20
MOST_RECIPIENTS = 1_000  # of one message; the sender brings the rest in another one (RFC 5321, 4.5.3.1.10)
FRESH_SECONDS = 2.0  # how long a new mailbox may be unknown here
NULL_SENDER = "<>"  # aiosmtpd's name for the empty reverse-path of bounces (RFC 5321, 4.5.5)
OK = "250 2.0.0 OK, stored"
UNKNOWN = "550 5.1.1 There is no such mailbox here"
TOO_MANY = "452 4.5.3 Too many recipients"
TRY_LATER = "451 4.3.0 The message cannot be stored now, try again later"


def run(configuration: Configuration, stop: threading.Event) -> None:
    """Listen at POSTLINE_SMTP until `stop` is set; messages that are being stored are finished first."""
    if configuration.smtp is None:
        stop.wait()
        return
    asyncio.run(serve(configuration.smtp, max_message=configuration.max_message, stop=stop))


async def serve(
    address: Address,
    *,
    max_message: int,
    stop: threading.Event,
    source: Source = Source.SMTP,
    receiver: type[Receiver] = Receiver,
) -> None:
    """The same, inside a running event loop; `receiver` may speak another dialect (see `lmtp`)."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="database") as threads:
        keeper = Keeper(threads)
        keeping = asyncio.create_task(keeper.run())
        door, room = Door(keeper, threads, source=source), Room()

        def protocol() -> asyncio.Protocol:
            return Busy() if room.is_full else receiver(door, room, max_message=max_message, loop=loop)

        server = await _listen(protocol, address)
        log.info("receiving", source=str(source), address=str(address))
        async with server:
            await loop.run_in_executor(None, stop.wait)
        await keeper.finish()
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
        await _close_connections(threads)


async def _listen(protocol: Callable[[], asyncio.Protocol], address: Address) -> asyncio.AbstractServer:
    """Listen at a port, or at a socket's path: whoever may enter its folder may connect."""
    loop = asyncio.get_running_loop()
    if address.path:
        server = await loop.create_unix_server(protocol, address.path, backlog=256)
        Path(address.path).chmod(0o666)
        return server
    family = socket.AF_INET6 if ":" in address.host else socket.AF_UNSPEC
    return await loop.create_server(protocol, address.host, address.port, family=family, backlog=256)


class Door:
    """What the receiver says to the sending server."""

    def __init__(self, keeper: Keeper, threads: ThreadPoolExecutor, *, source: Source) -> None:
        self._keeper = keeper
        self._source = source
        self._threads = threads
        self._mailboxes: Mailboxes | None = None
        self._read_at = 0.0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Announce PIPELINING (RFC 2920): commands are read one after the other anyway."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse what is no mailbox of ours, so that the sender's own server tells them."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        try:
            mailboxes = await self._current_mailboxes()
        except DatabaseError:
            return TRY_LATER
        mailbox = mailboxes.find(address)
        if mailbox is None or not mailbox.takes_mail:
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Acknowledge only what is durably stored."""
        content = envelope.original_content or b""
        delivery = Delivery(
            content=bytes(content),
            source=self._source,
            envelope_from="" if envelope.mail_from in (None, NULL_SENDER) else envelope.mail_from,
            envelope_to=tuple(envelope.rcpt_tos),
            peer=str(session.peer[0]) if session.peer else "",
        )
        try:
            raw_id = await self._keeper.keep(delivery)
        except Exception as error:  # whatever it is, it is not the sender's fault
            log.warning("message not stored", error=type(error).__name__)
            return TRY_LATER
        metrics.kept.labels(str(self._source)).inc()
        log.info("message stored", raw=raw_id, size=len(content), source=str(self._source))
        return OK

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is never the sender's: they are to try again."""
        log.error("fault while receiving", error=repr(error))
        return TRY_LATER

    async def _current_mailboxes(self) -> Mailboxes:
        if self._mailboxes is None or time.monotonic() - self._read_at > FRESH_SECONDS:
            self._mailboxes = await _in_thread(self._threads, Mailboxes.now)
            self._read_at = time.monotonic()
        return self._mailboxes


class Keeper:
    """Stores what several connections hand over with one commit: while one is on its way, the next group gathers."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._waiting: asyncio.Queue[tuple[Delivery, asyncio.Future[int]]] = asyncio.Queue()

    async def keep(self, delivery: Delivery) -> int:
        """Returns the raw id when the message is durably stored. Raises the database's error when it is not."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        await self._waiting.put((delivery, done))
        return await done

    async def run(self) -> None:
        """Store group after group until cancelled."""
        while True:
            group = [await self._waiting.get()]
            size = len(group[0][0].content)
            while len(group) < GROUP and size < GROUP_BYTES and not self._waiting.empty():
                group.append(self._waiting.get_nowait())
                size += len(group[-1][0].content)
            await self._store(group)
            for _ in group:
                self._waiting.task_done()

    async def finish(self) -> None:
        """Wait until everything that was handed over is stored or refused."""
        await self._waiting.join()

    async def _store(self, group: list[tuple[Delivery, asyncio.Future[int]]]) -> None:
        try:
            ids = await _in_thread(
                self._threads, partial(keep_many, [delivery for delivery, _ in group], now=clock.now())
            )
        except Exception as error:
            if len(group) > 1:  # one of them may be at fault: the others must not pay for it
                for one in group:
                    await self._store([one])
            elif not group[0][1].cancelled():
                group[0][1].set_exception(error)
            return
        for (_, done), raw_id in zip(group, ids, strict=True):
            if not done.cancelled():
                done.set_result(raw_id)


async def _in_thread(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, _with_fresh_connection, work)


async def _close_connections(threads: ThreadPoolExecutor) -> None:
    """Each thread has its own, so each must come by."""
    all_here = threading.Barrier(THREADS)

    def close() -> None:
        all_here.wait()
        connection.close()

    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(threads, close) for _ in range(THREADS)))


def _with_fresh_connection(work: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()
