"""A kept connection to the relay: one message after the other, and for every recipient what the relay said."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from postline.configuration import Relay
from postline.kit.oauth import NoToken
from postline.outbox import own_server
from postline.outbox.addresses import parse
from postline.outbox.models import State
from postline.outbox.put import one_line
from postline.projects.mail_server import MailServer

MESSAGES_PER_CONNECTION = 100  # some relays count
LONGEST_REPLY = 500  # letters kept of what a relay said
SHUTTING_DOWN = 421  # RFC 5321, 3.8: the relay closes the connection
TOO_MANY_RECIPIENTS = 552  # RFC 5321, 4.5.3.1.10: at RCPT, to be taken as 452
ABOUT_THE_LETTER = frozenset({552, 555})  # at MAIL: its size, its parameters (RFC 1870, RFC 5321)
AUTHENTICATION_REQUIRED = 530  # RFC 4954, 6: our set-up is wrong, not the message


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds of silence after which we give up (RFC 5321, 4.5.3.2)."""

    connect: float = 30
    reply: float = 300
    final_dot: float = 600  # shorter, and a relay that scans for long gets the message twice


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed over: the envelope and the bytes."""

    sender: str  # empty: the null sender
    recipients: Sequence[str]
    content: bytes
    utf8: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one recipient: SENT, FAILED, or WAITING (try again); with the relay's reply."""

    state: State
    reply: str


class RelayUnavailable(Exception):
    """No message can be handed over now, whatever it is; says why."""


class Connection:
    """Opened when first needed, kept between messages. Not to be shared by threads, but for `abort`.

    It leads to the relay, or to the outgoing server of a mailbox. `fault` is what went wrong at the last letter that
    was the server's trouble and not the letter's.
    """

    def __init__(self, server: Relay | MailServer, *, greeting: str, timeouts: Timeouts | None = None) -> None:
        self._server = server
        self.fault: Exception | None = None
        self._greeting = greeting
        self._timeouts = timeouts or Timeouts()
        self._smtp: smtplib.SMTP | None = None
        self._handed_over = 0

    def ready(self) -> None:
        """Be connected and between two messages. Raises RelayUnavailable."""
        if self._smtp is not None and self._handed_over < MESSAGES_PER_CONNECTION and self._is_alive(self._smtp):
            return
        self.close()
        try:
            self._smtp = self._open()
        except (OSError, smtplib.SMTPException, NoToken, own_server.NotProtected) as error:
            raise RelayUnavailable(describe(error)) from error
        self._handed_over = 0

    @property
    def offers_utf8(self) -> bool:
        """Whether the relay takes addresses outside ASCII (SMTPUTF8, RFC 6531). Asked after `ready`."""
        return self._smtp is not None and self._smtp.has_extn("smtputf8")

    def deliver(self, letter: Letter) -> dict[str, Result]:
        """Hand one letter over and say of each recipient what became of it. Asked after `ready`; raises nothing."""
        smtp, results = self._smtp, dict[str, Result]()
        assert smtp is not None, "call ready() first"  # noqa: S101
        self._handed_over += 1
        self.fault = None
        try:
            self._converse(smtp, letter, results)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            self.fault = error
            broken = Result(State.WAITING, describe(error))
            results = {address: results.get(address, broken) for address in letter.recipients}
        return results

    def close(self) -> None:
        """End the connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def quit(self) -> None:
        """End the connection as one says goodbye."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                _wait_at_most(smtp, 1)
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def abort(self) -> None:
        """From another thread: make whoever waits for this relay stop waiting."""
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with suppress(OSError):  # it may just have ended by itself
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)

    def _is_alive(self, smtp: smtplib.SMTP) -> bool:
        """RSET ends what may be left of the last message and shows whether an idle connection was closed."""
        try:
            _wait_at_most(smtp, self._timeouts.connect)
            code, _ = smtp.rset()
        except (OSError, smtplib.SMTPException):
            return False
        return 200 <= code < 300

    def _open(self) -> smtplib.SMTP:
        if isinstance(self._server, Relay):
            return _dial(self._server, greeting=self._greeting, timeout=self._timeouts.connect)
        allow = settings.CONFIGURATION.allow_networks
        return own_server.dial(self._server, greeting=self._greeting, timeout=self._timeouts.connect, allow=allow)

    def _converse(self, smtp: smtplib.SMTP, letter: Letter, results: dict[str, Result]) -> None:
        """One mail transaction (RFC 5321, 3.3). Fills `results` as the replies come, so that what is known stays."""
        _wait_at_most(smtp, self._timeouts.reply)
        smtp.command_encoding = "utf-8" if letter.utf8 else "ascii"
        code, text = smtp.docmd("MAIL", f"FROM:<{letter.sender}>{self._options(smtp, letter)}")
        if not _is_yes(code):
            ours = code == AUTHENTICATION_REQUIRED
            refused = Result(State.WAITING, _shown(code, text)) if ours else _result(code, text)
            results.update(dict.fromkeys(letter.recipients, refused))
            if code not in ABOUT_THE_LETTER:
                kind = smtplib.SMTPAuthenticationError if ours else smtplib.SMTPResponseException
                self.fault = kind(code, text)
            self._close_if_told(code)
            return
        accepted = self._name_recipients(smtp, letter, results)
        if accepted and self._smtp is not None:
            _wait_at_most(smtp, self._timeouts.final_dot)
            try:
                code, text = smtp.data(letter.content)
            except smtplib.SMTPDataError as error:  # the relay did not say 354
                code, text = error.smtp_code, _bytes(error.smtp_error)
            results.update(dict.fromkeys(accepted, _result(code, text)))
            self._close_if_told(code)

    def _name_recipients(self, smtp: smtplib.SMTP, letter: Letter, results: dict[str, Result]) -> list[str]:
        accepted: list[str] = []
        for address in letter.recipients:
            # the command is made here: smtplib's own would read the address anew, and perhaps another one out of it
            code, text = smtp.docmd("RCPT", f"TO:<{parse(address)}>")
            if _is_yes(code):
                accepted.append(address)
            elif code == TOO_MANY_RECIPIENTS and accepted:
                results[address] = Result(State.WAITING, _shown(code, text))
            else:
                results[address] = _result(code, text)
            if code == SHUTTING_DOWN:
                self.close()
                rest = Result(State.WAITING, _shown(code, text))
                results.update({one: rest for one in letter.recipients if one not in results})
                return []
        return accepted

    def _options(self, smtp: smtplib.SMTP, letter: Letter) -> str:
        options = f" SIZE={len(letter.content)}" if smtp.has_extn("size") else ""
        if letter.utf8:
            options += " SMTPUTF8"
            if smtp.has_extn("8bitmime"):
                options += " BODY=8BITMIME"
        return options

    def _close_if_told(self, code: int) -> None:
        if code == SHUTTING_DOWN:
            self.close()


def _dial(relay: Relay, *, greeting: str, timeout: float) -> smtplib.SMTP:
    tls = _tls_context(relay)
    smtp: smtplib.SMTP
    if relay.tls:
        smtp = smtplib.SMTP_SSL(relay.host, relay.port, greeting, timeout=timeout, context=tls)
    else:
        smtp = smtplib.SMTP(relay.host, relay.port, greeting, timeout=timeout)
    try:
        if smtp.sock is not None:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # one short line waits for the next
        smtp.ehlo_or_helo_if_needed()
        if not relay.tls and smtp.has_extn("starttls"):
            smtp.starttls(context=tls)
            smtp.ehlo_or_helo_if_needed()
        if relay.user:
            if not isinstance(smtp.sock, ssl.SSLSocket) and not _is_loopback(relay.host):
                raise smtplib.SMTPException(
                    "the relay offers no TLS, and the password is not sent unencrypted; use smtps://"
                )
            smtp.login(relay.user, relay.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def describe(error: Exception) -> str:
    """An error of the network or the relay in one line to be shown."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _shown(error.smtp_code, _bytes(error.smtp_error))
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib wraps it
        return "the relay did not answer in time"
    return one_line(str(error) or type(error).__name__)[:LONGEST_REPLY]


def greeting_of(public_url: str) -> str:
    """What we call ourselves in EHLO: the host of our public address (RFC 5321, 4.1.1.1)."""
    host = urlsplit(public_url).hostname or "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host if host.isascii() else "localhost"
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _tls_context(relay: Relay) -> ssl.SSLContext:
    """Certificates are checked, but on this very machine: a local MTA offers one that it made itself, and nobody
    can listen in between."""
    context = ssl.create_default_context()
    if _is_loopback(relay.host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wait_at_most(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the relay closed the connection")
    smtp.sock.settimeout(seconds)


def _is_yes(code: int) -> bool:
    return 200 <= code < 300


def _result(code: int, text: bytes) -> Result:
    if _is_yes(code):
        return Result(State.SENT, _shown(code, text))
    # what is neither yes nor 5xx is tried again: 4xx, and replies that make no sense
    return Result(State.FAILED if 500 <= code < 600 else State.WAITING, _shown(code, text))


def _shown(code: int, text: bytes) -> str:
    return one_line(f"{code} {text.decode(errors='replace')}")[:LONGEST_REPLY]


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()
