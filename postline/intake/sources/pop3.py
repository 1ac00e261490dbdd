"""Reads a POP3 mailbox (RFC 1939): stored and committed here first, then deleted there.

The server deletes at QUIT. Whatever breaks before, the messages are still there, and the same bytes in the same
envelope are the same raw row.
"""

from __future__ import annotations

import base64
import poplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from postline.intake import health
from postline.intake.models import Source
from postline.intake.receive import Delivery, keep_many
from postline.intake.sources.imap_client import CONNECT_S, REPLY_S, SMALL_LITERALS, require_protection
from postline.intake.sources.ledger import Ledger
from postline.kit import clock, metrics, oauth
from postline.kit.logs import logger
from postline.kit.network import Network, connect, connect_tls, cut
from postline.projects.mail_server import MailServer, access_token, forget_token, incoming
from postline.projects.models import Encryption, Mailbox, SignIn, Trouble
from postline.projects.troubles import MailboxTrouble, refusal

log = logger(__name__)

POLL_S = 30.0
CAPABILITIES = 64 << 10  # bytes that may answer CAPA
AT_ONCE = 200  # then QUIT, so that what is stored is deleted even if the connection breaks later


class Pop3Source:
    """One mailbox. Lives as long as its settings; `session` is one visit after the other."""

    def __init__(self, mailbox: Mailbox, *, max_message: int, allow: Sequence[Network]) -> None:
        self._mailbox = mailbox
        self._allow = allow
        self._ledger: Ledger[str] = Ledger(max_message=max_message)
        self._socket: socket.socket | None = None
        self.busy_since: float | None = None
        self.worked = False

    def session(self, stop: threading.Event) -> None:
        """Look into the mailbox until `stop` is set. Raises what `explain` knows, database errors."""
        self.worked = False
        while not stop.is_set():
            if self._visit(stop):
                self.worked = True
                health.contacted(self._mailbox.pk, left_behind=self._ledger.left_behind, now=clock.now())
                stop.wait(POLL_S)

    def abort(self) -> None:
        """From another thread: end the visit, whatever it waits for."""
        cut(self._socket)

    def _opened(self, connection: socket.socket) -> None:
        self._socket = connection

    def _visit(self, stop: threading.Event) -> bool:
        """One connection; False when there is more to do at once."""
        self.busy_since = time.monotonic()
        client = Client(incoming(self._mailbox), allow=self._allow, opened=self._opened)
        try:
            client.sign_in()
            complete = self._take_over(client, stop)
            client.quit()
        finally:
            self.busy_since = None
            client.close()
        self._ledger.kept.clear()  # QUIT was answered: they are gone
        return complete

    def _take_over(self, client: Client, stop: threading.Event) -> bool:
        numbers = client.unique_ids()
        wanted = self._ledger.begin(numbers)
        for uid in self._ledger.kept:
            client.dele(numbers[uid])
        listed = client.sizes()
        sizes = {uid: listed[numbers[uid]] for uid in wanted[:AT_ONCE] if numbers[uid] in listed}
        for batch in self._ledger.batches(sizes):
            if stop.is_set():
                return False
            self.busy_since = time.monotonic()
            contents = [self._content(client, uid, number=numbers[uid], announced=sizes[uid]) for uid in batch]
            ids = keep_many([self._delivery(content) for content in contents], now=clock.now())
            log.info("messages stored", raws=ids, mailbox=self._mailbox.pk, source=str(Source.POP3))
            metrics.kept.labels(str(Source.POP3)).inc(len(batch))
            self._ledger.kept.update(batch)
            self.worked = True
            health.fetched(self._mailbox.pk, messages=len(batch), now=clock.now())
            for uid in batch:
                client.dele(numbers[uid])
        return len(wanted) <= AT_ONCE

    def _content(self, client: Client, uid: str, *, number: int, announced: int) -> bytes:
        try:
            content = client.message(number, announced=announced)
            if len(content) != announced:
                self._look_twice(client, number, content, announced=announced)
        except (poplib.error_proto, MailboxTrouble, OSError):
            self._ledger.failed([uid])
            raise
        return content

    def _look_twice(self, client: Client, number: int, content: bytes, *, announced: int) -> None:
        """A size that is wrong may be a guess of the server's, or the message was cut. What comes twice is whole."""
        again = client.message(number, announced=max(announced, len(content)))
        wrong = MailboxTrouble(Trouble.SIZES, f"{announced} bytes were announced, {len(content)} came")
        if again != content:
            raise wrong
        health.noticed(self._mailbox.pk, wrong, now=clock.now())

    def _delivery(self, content: bytes) -> Delivery:
        return Delivery(
            content=content,
            source=Source.POP3,
            envelope_from="",
            envelope_to=(self._mailbox.address,),
            peer=self._mailbox.incoming_host,
        )


class Client(poplib.POP3):
    """poplib over a guarded connection that reads no more than was announced. Not signed in yet.

    `opened` gets the socket before a word is spoken.
    """

    def __init__(
        self, server: MailServer, *, allow: Sequence[Network], opened: Callable[[socket.socket], object] = id
    ) -> None:
        self._server, self._allow, self._opened = server, allow, opened
        self._connection: socket.socket | None = None
        try:
            super().__init__(server.host, server.port, CONNECT_S)
            self.sock.settimeout(REPLY_S)
            if server.encryption == Encryption.STARTTLS:
                if "STLS" not in self.capa():
                    raise MailboxTrouble(Trouble.NO_STARTTLS)
                self.stls(ssl.create_default_context())
                opened(self.sock)
        except BaseException:
            if self._connection is not None:
                self._connection.close()
            raise

    def _create_socket(self, timeout: float) -> socket.socket:
        opening = connect_tls if self._server.encryption == Encryption.TLS else connect
        self._connection = opening(self._server.host, self._server.port, allow=self._allow, timeout=timeout)
        self._opened(self._connection)
        return self._connection

    def sign_in(self) -> None:
        """Raises MailboxTrouble, NoToken, OSError."""
        require_protection(self.sock, self._server.encryption, allow=self._allow)
        xoauth2 = self._server.sign_in == SignIn.XOAUTH2
        try:
            if xoauth2:
                self._show_token(access_token(self._server, allow=self._allow))
            else:
                self.user(self._server.login)
                self.pass_(self._server.password)
        except poplib.error_proto as error:
            if xoauth2:
                forget_token(self._server)
            said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
            usual = Trouble.DROPPED if "EOF" in said else Trouble.SIGN_IN
            raise MailboxTrouble(refusal(said, usual), said) from error

    def capa(self) -> dict[str, list[str]]:
        """What the server can do (RFC 2449). poplib's own takes as many lines as come."""
        found = (line.decode("ascii", "replace").split() for line in self._lines("CAPA", limit=CAPABILITIES))
        return {words[0]: words[1:] for words in found if words}

    def _show_token(self, token: str) -> None:
        """On a line of its own, for a command has 255 bytes at most (RFC 5034, 4)."""
        shown = base64.b64encode(oauth.xoauth2(self._server.login, token).encode()).decode()
        self._shortcmd("AUTH XOAUTH2")  # type: ignore[attr-defined]
        said = self._shortcmd(shown)  # type: ignore[attr-defined]
        if not said.startswith(b"+OK"):  # a challenge explains the refusal, which comes when it is answered
            self._shortcmd("")  # type: ignore[attr-defined]
            raise poplib.error_proto(b"-ERR the token was refused")

    def unique_ids(self) -> dict[str, int]:
        """What UIDL calls the messages → their numbers in this session."""
        return {uid: number for number, uid in self._pairs("UIDL")}

    def sizes(self) -> dict[int, int]:
        """Number → size as LIST announces it."""
        return {number: int(size) for number, size in self._pairs("LIST")}

    def message(self, number: int, *, announced: int) -> bytes:
        """The bytes of a message. Raises MailboxTrouble where far more than announced comes."""
        content = bytearray()  # and no list of lines: a message may be nothing but line ends
        for line in self._lines(f"RETR {number}", limit=2 * announced + SMALL_LITERALS):
            content += line
        return bytes(content)

    def head(self, number: int) -> str:
        """The header of a message."""
        return b"".join(self._lines(f"TOP {number} 0", limit=SMALL_LITERALS)).decode("latin-1")

    def _pairs(self, command: str) -> list[tuple[int, str]]:
        words = (line.decode("ascii", "replace").split() for line in self._lines(command, limit=64 << 20))
        return [(int(pair[0]), pair[1]) for pair in words if len(pair) >= 2 and pair[0].isdecimal()]

    def _lines(self, command: str, *, limit: int) -> Iterator[bytes]:
        """The lines of a long answer with their ends, dots unstuffed (poplib's own refuses lines over 2 KB). To be
        read to the end."""
        self._shortcmd(command)  # type: ignore[attr-defined]
        left = limit
        while (line := self.file.readline(left + 1)) not in (b".\r\n", b".\n"):
            left -= len(line)
            if left < 0:
                raise MailboxTrouble(Trouble.SIZES, f"more than {limit} bytes come")
            if not line.endswith(b"\n"):
                raise MailboxTrouble(Trouble.DROPPED)
            yield line[1:] if line.startswith(b".") else line
