"""A sending SMTP client that says exactly what a test tells it to."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Self

from tests.waiting import until

PATIENCE_S = 60.0
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Client:
    """`with Client(port) as client:`; the greeting is read. Replies are (code, text of all lines)."""

    def __init__(self, port: int) -> None:
        self._socket = until(lambda: list(_connected(port)))[0]
        self._replies = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        try:
            assert self.reply()[0] == 220
        except OSError:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Go away without a word."""
        self._replies.close()
        self._socket.close()

    def say(self, line: str) -> tuple[int, str]:
        """One command and its reply."""
        self.write(f"{line}\r\n".encode())
        return self.reply()

    def write(self, content: bytes) -> None:
        """Bytes as they are."""
        self._socket.sendall(content)

    def reply(self) -> tuple[int, str]:
        """The next reply, all of its lines. Raises ConnectionError when the server has gone."""
        lines = []
        while True:
            line = self._replies.readline().decode(errors="replace")
            if not line:
                raise ConnectionError("the server has closed the connection")
            lines.append(line[4:].rstrip("\r\n"))
            if line[3:4] != "-":
                return int(line[:3]), "\n".join(lines)

    def deliver(
        self,
        content: bytes,
        *,
        to: Sequence[str] = ("support@mail.example",),
        sender: str = "anna@user.example",
        parameters: str = "",
    ) -> tuple[int, str]:
        """A whole transaction; the reply to its end, or to the first thing that is refused."""
        for line in (f"MAIL FROM:<{sender}>{parameters}", *(f"RCPT TO:<{address}>" for address in to)):
            code, text = self.say(line)
            if code != 250:
                self.say("RSET")
                return code, text
        code, text = self.say("DATA")
        if code != 354:
            return code, text
        ending = b"" if content.endswith(b"\r\n") or not content else b"\r\n"
        self.write(_LEADING_DOT.sub(b"..", content) + ending + b".\r\n")
        return self.reply()


def _connected(port: int) -> Iterator[socket.socket]:
    """A socket, or nothing yet."""
    with suppress(ConnectionRefusedError):
        yield socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
