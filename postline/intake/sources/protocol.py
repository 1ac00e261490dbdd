"""aiosmtpd's protocol with bounds: how many talk to us, how much they may make us hold, how a message is read.

Its own way of reading DATA keeps an object for each line, gigabytes for a message of empty lines, and ends a slow
sender after five minutes however much has come.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, syntax

CONNECTIONS = 200  # at once
HELD_BYTES = 256 << 20  # of messages that are not stored yet, over all connections
SMALL = 1 << 20  # a message that is taken in even then
PIECE = 1 << 16
IDLE_SECONDS = 300.0  # RFC 5321, 4.5.3.2; in DATA, for each PIECE
END = b"\r\n.\r\n"
TOO_LARGE = "552 5.3.4 The message is too large"
NO_ROOM = "452 4.3.1 There is no room for the message now, try again later"
BUSY = b"421 4.3.2 Too many connections, try again later\r\n"


@dataclass(slots=True)
class Room:
    """What all connections take together."""

    connections: int = 0
    held: int = 0  # bytes

    @property
    def is_full(self) -> bool:
        """No connection more."""
        return self.connections >= CONNECTIONS


class Busy(asyncio.Protocol):
    """Says that there is no room, and goodbye (RFC 5321, 3.8)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Said at once."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - for the type checker
        transport.write(BUSY)
        transport.close()


class Receiver(SMTP):
    """One connection."""

    line_length_limit = PIECE  # of the stream: a command is shorter, and DATA is not read by lines

    def __init__(self, door: Any, room: Room, *, max_message: int, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            door,
            hostname=socket.gethostname(),
            ident="Postline",
            data_size_limit=max_message,
            enable_SMTPUTF8=True,
            decode_data=False,
            timeout=IDLE_SECONDS,
            loop=loop,
        )
        self._max_message = max_message
        self._room = room
        room.connections += 1

    def connection_lost(self, error: Exception | None) -> None:
        """Room for another one."""
        self._room.connections -= 1
        super().connection_lost(error)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds commands by these names
        """Read the message and hand it to the door. Every reply to the final dot ends the transaction (4.1.1.4)."""
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = bytearray()
        size = 0
        try:
            refusal = await self._read_into(content)
            if not refusal:
                size = len(content)
                envelope.original_content = envelope.content = _as_written(content)
                content.clear()
            reply = refusal or await self.event_handler.handle_DATA(self, self.session, envelope)
        finally:
            self._room.held -= size or len(content)
            self._set_rset_state()  # type: ignore[no-untyped-call]
        await self.push(reply)

    async def _read_into(self, content: bytearray) -> str:
        """All of DATA, with the line end before it and the final dot. Returns why it is refused, else nothing."""
        refusal = ""
        # so that a dot in the first line stands behind a line end as well; there is no public way to put bytes back
        self._reader._buffer[:0] = b"\r\n"  # type: ignore[attr-defined]
        is_last = False
        while not is_last:
            try:
                piece = await self._reader.readuntil(END)
                is_last = True
            except asyncio.LimitOverrunError as error:
                piece = await self._reader.readexactly(error.consumed)
            self._reset_timeout()
            size = len(content) + len(piece)
            if not refusal and size > self._max_message + len(END) + 2:
                refusal = TOO_LARGE
            if not refusal and size > SMALL and self._room.held + len(piece) > max(HELD_BYTES, 2 * self._max_message):
                refusal = NO_ROOM
            if refusal:
                self._room.held -= len(content)
                content.clear()
            else:
                self._room.held += len(piece)
                content += piece
        return refusal


def _as_written(content: bytearray) -> bytes:
    """Without the line end before it, the final dot, and the dots that were added to lines (RFC 5321, 4.5.2)."""
    written = content[: len(content) - len(b".\r\n")].replace(b"\r\n.", b"\r\n")
    return bytes(memoryview(written)[2:])
