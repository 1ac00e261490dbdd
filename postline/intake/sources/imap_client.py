"""IMAPClient over a guarded connection that reads no more than it was promised."""

from __future__ import annotations

import imaplib
import ipaddress
import select
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any, cast

from imapclient import IMAPClient, SocketTimeout

from postline.kit.network import Network, connect, connect_tls, is_inside
from postline.projects.mail_server import MailServer, access_token, forget_token
from postline.projects.models import Encryption, SignIn, Trouble
from postline.projects.troubles import MailboxTrouble, refusal, said_by

CONNECT_S = 15.0
REPLY_S = 60.0  # of silence, wherever we wait for the server
SMALL_LITERALS = 1 << 20  # folder names and the like
LINES = 16 << 20  # bytes in lines that may answer one command: a search that finds a million messages is one line


class Client(IMAPClient):  # type: ignore[misc]
    """Not signed in yet. Raises what `troubles.explain` knows. `opened` gets the socket before a word is spoken."""

    def __init__(
        self, server: MailServer, *, allow: Sequence[Network], opened: Callable[[socket.socket], object] = id
    ) -> None:
        self._server = server
        self._allow = allow
        self._opened = opened
        try:
            super().__init__(server.host, port=server.port, ssl=False, timeout=SocketTimeout(CONNECT_S, REPLY_S))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            said = said_by(error)
            is_imap = "BYE" in said  # too many connections, for example
            raise MailboxTrouble(Trouble.REFUSED if is_imap else Trouble.NOT_THE_PROTOCOL, said) from error
        if server.encryption == Encryption.STARTTLS:
            try:
                self.starttls(ssl.create_default_context())
                opened(self.socket())
            except BaseException:
                self.shutdown()
                raise

    def _create_IMAP4(self) -> Any:  # noqa: N802 - IMAPClient's name
        return _Bounded(self._server, allow=self._allow, opened=self._opened)

    def sign_in(self) -> None:
        """Raises MailboxTrouble, NoToken and what IMAPClient raises."""
        require_protection(self.socket(), self._server.encryption, allow=self._allow)
        by_token = self._server.sign_in == SignIn.XOAUTH2
        token = access_token(self._server, allow=self._allow) if by_token else ""
        try:
            if by_token:
                self.oauth2_login(self._server.login, token)
            else:
                self.login(self._server.login, self._server.password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            if by_token:
                forget_token(self._server)
            said = said_by(error)
            raise MailboxTrouble(refusal(said, Trouble.SIGN_IN), said) from error

    def promise(self, size: int) -> None:
        """How many bytes the next answers may hold. More is no honest server's answer."""
        self._imap.budget = size

    def await_news(self, seconds: float) -> bool:
        """While idling: whether the server says something within this time."""
        if self._is_buffered():
            return True
        readable, _, _ = select.select([self.socket()], [], [], seconds)
        return bool(readable)

    def _is_buffered(self) -> bool:
        """What came together with the last answer no longer makes the socket readable."""
        connection = self.socket()
        before = connection.gettimeout()
        connection.settimeout(0)
        try:
            return bool(self._imap.file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            connection.settimeout(before)


class _Bounded(imaplib.IMAP4):
    """imaplib takes a server's word for the size of a literal and reads it into memory; it keeps lines without end,
    and refuses a line of one megabyte."""

    def __init__(
        self, server: MailServer, *, allow: Sequence[Network], opened: Callable[[socket.socket], object]
    ) -> None:
        self._server, self._allow, self._opened = server, allow, opened
        self.budget, self._lines = SMALL_LITERALS, LINES
        super().__init__(server.host, server.port, CONNECT_S)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        opening = connect_tls if self._server.encryption == Encryption.TLS else connect
        found = opening(self._server.host, self._server.port, allow=self._allow, timeout=timeout or CONNECT_S)
        self._opened(found)
        return found

    def read(self, size: int) -> bytes:
        if size > self.budget:
            raise MailboxTrouble(Trouble.SIZES, f"{size} bytes come where {self.budget} were announced")
        self.budget -= size
        return super().read(size)

    def readline(self) -> bytes:
        line = cast(bytes, self.file.readline(self._lines + 1))
        self._lines -= len(line)
        if self._lines < 0:
            raise MailboxTrouble(Trouble.SIZES, f"more than {LINES} bytes answer one command")
        return line

    def send(self, data: Any) -> None:
        self._lines = LINES
        super().send(data)


def require_protection(connection: socket.socket, encryption: Encryption, *, allow: Sequence[Network]) -> None:
    """A password travels unencrypted only in networks that POSTLINE_ALLOW_NETWORKS names. Raises MailboxTrouble."""
    if encryption == Encryption.NONE and not is_inside(ipaddress.ip_address(connection.getpeername()[0]), allow):
        raise MailboxTrouble(Trouble.UNENCRYPTED)
