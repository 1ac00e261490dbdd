"""A real receiving SMTP server on a free port of the loopback, which can be told what to answer."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from postline.configuration import Relay
from postline.outbox.relay import Connection, Timeouts

QUICK = Timeouts(connect=2, reply=2, final_dot=2)


@dataclass(frozen=True)
class Received:
    """A message that the server has read to its end, whatever it answered then."""

    connection: int
    sender: str
    recipients: list[str]
    content: bytes
    options: list[str]


@dataclass
class Receiving:
    """`with Receiving() as server:`; the attributes may be changed while it runs."""

    answers: dict[str, str] = field(default_factory=dict)  # to RCPT, by address
    to_mail: str = ""  # to MAIL FROM
    to_data: str = ""  # to the final dot
    cut_behind_the_dot: int = 0  # so many times
    utf8: bool = True
    tls: bool = False  # offers STARTTLS with a certificate that nobody vouches for
    password: str = ""  # of the user `desk`, where one can sign in
    slow: bool = False  # no answer to the final dot before `go_on`
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    _given: list[Connection] = field(default_factory=list)

    def __enter__(self) -> Receiving:
        self._loop = asyncio.new_event_loop()
        self._gate = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._given:
            connection.close()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def connect(self, timeouts: Timeouts = QUICK) -> Connection:
        """A connection of ours to this server, not yet open."""
        connection = Connection(self.relay, greeting="[127.0.0.1]", timeouts=timeouts)
        self._given.append(connection)
        return connection

    @property
    def relay(self) -> Relay:
        """This server as POSTLINE_RELAY would name it."""
        return Relay("127.0.0.1", self.port, tls=False)

    def go_on(self) -> None:
        """Answer those that a slow server let wait."""
        self.slow = False
        self._loop.call_soon_threadsafe(self._gate.set)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0)

    def _protocol(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            enable_SMTPUTF8=self.utf8,
            tls_context=_certificate() if self.tls else None,
            authenticator=self._authenticate if self.password else None,
            auth_require_tls=False,
            loop=self._loop,
            ident="receiving",
            hostname="receiving.example",
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        known = (data.login, data.password) == (b"desk", self.password.encode())
        return AuthResult(success=known, handled=False)

    async def _end(self) -> None:
        self._gate.set()
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def handle_MAIL(  # noqa: N802 - the names are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_mail:
            return self.to_mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        self.received.append(
            Received(id(server), str(envelope.mail_from), list(envelope.rcpt_tos), content, list(envelope.mail_options))
        )
        if self.slow:
            await self._gate.wait()
        if self.cut_behind_the_dot:
            self.cut_behind_the_dot -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.to_data or "250 2.0.0 Taken"


def _certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("receiving.pem"))
    return context
