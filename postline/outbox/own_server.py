"""Opens a connection to the outgoing server of a mailbox: guarded, encrypted as it was set, signed in."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Sequence

from postline.kit import oauth
from postline.kit.network import Network, connect, connect_tls, is_inside
from postline.projects.mail_server import MailServer, access_token, forget_token
from postline.projects.models import Encryption, SignIn, Trouble
from postline.projects.troubles import MailboxTrouble


class NotProtected(MailboxTrouble):
    """The password would travel unencrypted through a network that is not ours."""

    def __init__(self) -> None:
        super().__init__(Trouble.UNENCRYPTED)

    def __str__(self) -> str:
        return "the password is not sent unencrypted; choose TLS or STARTTLS"


def dial(server: MailServer, *, greeting: str, timeout: float, allow: Sequence[Network]) -> smtplib.SMTP:
    """A connection that is ready for messages. Certificates are checked always: the server was named in a browser.

    Raises OSError (NotAllowed among them), smtplib.SMTPException, NoToken, NotProtected.
    """
    smtp = _Guarded(server, greeting=greeting, timeout=timeout, allow=allow)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.encryption == Encryption.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.sign_in != SignIn.NONE:
            _sign_in(smtp, server, allow=allow)
    except BaseException:
        smtp.close()
        raise
    return smtp


class _Guarded(smtplib.SMTP):
    """smtplib over a connection that `kit.network` has checked."""

    def __init__(self, server: MailServer, *, greeting: str, timeout: float, allow: Sequence[Network]) -> None:
        self._server, self._allow = server, allow
        super().__init__(server.host, server.port, greeting, timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opening = connect_tls if self._server.encryption == Encryption.TLS else connect
        return opening(host, port, allow=self._allow, timeout=timeout)


def _sign_in(smtp: smtplib.SMTP, server: MailServer, *, allow: Sequence[Network]) -> None:
    assert smtp.sock is not None  # noqa: S101 - it has just answered
    peer = ipaddress.ip_address(smtp.sock.getpeername()[0])
    if server.encryption == Encryption.NONE and not is_inside(peer, allow):
        raise NotProtected
    if server.sign_in == SignIn.PASSWORD:
        smtp.login(server.login, server.password)
        return
    token = access_token(server, allow=allow)

    def shown(challenge: bytes | None = None) -> str:
        return oauth.xoauth2(server.login, token) if challenge is None else ""  # a challenge explains a refusal

    try:
        smtp.auth("XOAUTH2", shown)
    except smtplib.SMTPAuthenticationError:
        forget_token(server)
        raise
