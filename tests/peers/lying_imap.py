"""A small IMAP server with one message in its INBOX, about whose size it does not tell the truth."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any


class LyingImap:
    """`with LyingImap(gives=[b"…"]) as server:`. The message is announced with `announces` bytes; each FETCH gives the
    next of `gives` (the last one ever after), its literal said to have `claims` bytes. `trickles`: the answer to the
    first command comes a byte at a time, without end. `refuses`: the code with which a sign-in is refused. `babbles`:
    the answer to a search never ends. `others`: so many more messages a search finds."""

    def __init__(
        self,
        *,
        gives: Sequence[bytes] = (b"",),
        announces: int = 0,
        claims: int | None = None,
        trickles: bool = False,
        refuses: str = "",
        babbles: bool = False,
        others: int = 0,
    ) -> None:
        self.gives, self.announces, self.claims, self.trickles = list(gives), announces, claims, trickles
        self.refuses, self.babbles, self.others = refuses, babbles, others
        self.commands: list[str] = []
        self.moved = False

    def __enter__(self) -> LyingImap:
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    outer._talk(self.rfile, self.wfile)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _talk(self, lines: Any, out: Any) -> None:
        out.write(b"* OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS AUTH=XOAUTH2] ready\r\n")
        for line in lines:
            tag, _, command = line.decode().strip().partition(" ")
            self.commands.append(command)
            while self.trickles:
                out.write(b"*")
                time.sleep(0.02)
            if command.startswith("AUTHENTICATE"):
                out.write(b"+ \r\n")
                self.commands.append(base64.b64decode(lines.readline()).decode())
                if self.refuses:
                    out.write(f"{tag} NO [{self.refuses}] not now\r\n".encode())
                    continue
            while self.babbles and command.startswith("UID SEARCH"):
                out.write(b"* OK %s\r\n" % (b"and " * 10_000))
            out.write(self._answer(command))
            out.write(f"{tag} OK done\r\n".encode())

    def _answer(self, command: str) -> bytes:
        if command.startswith("CAPABILITY"):
            return b"* CAPABILITY IMAP4rev1 MOVE UIDPLUS AUTH=XOAUTH2\r\n"
        if command.startswith("LIST"):
            return b'* LIST () "/" Postline\r\n'
        if command.startswith("SELECT"):
            return b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok\r\n"
        if command.startswith("UID SEARCH"):
            found = [*([] if self.moved else [1]), *range(1_000_000, 1_000_000 + self.others)]
            return b"* SEARCH %s\r\n" % " ".join(map(str, found)).encode()
        if command.startswith("UID MOVE"):
            self.moved = True
        if re.match(r"UID FETCH .*SIZE", command):
            return b"* 1 FETCH (UID 1 RFC822.SIZE %d)\r\n" % self.announces
        if command.startswith("UID FETCH"):
            content = self.gives.pop(0) if len(self.gives) > 1 else self.gives[0]
            claimed = len(content) if self.claims is None else self.claims
            return b"* 1 FETCH (UID 1 BODY[] {%d}\r\n%s)\r\n" % (claimed, content)
        return b""
