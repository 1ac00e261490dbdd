"""An error of a mail server, of the network or of ours → what is wrong, in words for people, and kept for them."""

from __future__ import annotations

import imaplib
import poplib
import smtplib
import socket
import ssl
from datetime import datetime, timedelta

from imapclient.exceptions import CapabilityError, LoginError

from postline.kit.encryption import Undecryptable
from postline.kit.network import NotAllowed
from postline.kit.oauth import NoToken
from postline.kit.text import one_line
from postline.projects.models import ServerHealth, Trouble

LONGEST_DETAIL = 300
PASSING = frozenset({Trouble.DROPPED, Trouble.SILENT, Trouble.UNREACHABLE, Trouble.NAME, Trouble.REFUSED})
PATIENCE = timedelta(minutes=10)  # with trouble that may pass by itself; of the rest administrators hear at once
_FULL = ("[overquota]", "quota")  # RFC 5530; older servers only say it
_LATER = ("[unavailable]", "[in-use]", "[sys/temp]", "[limit]")  # RFC 5530, RFC 2449, RFC 3206: not the password


class MailboxTrouble(Exception):
    """`trouble` says what is wrong, `detail` what the server said about it."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        self.trouble = trouble
        self.detail = one_line(detail)[:LONGEST_DETAIL]
        super().__init__(f"{trouble}: {self.detail}" if self.detail else str(trouble))


def words(trouble: str, detail: str = "") -> str:
    """What is wrong as people read it, with the server's own words behind it."""
    if not trouble:
        return ""
    text = str(Trouble(trouble).label)
    return f"{text} ({detail})" if detail else text


def note(health: ServerHealth, error: MailboxTrouble, *, now: datetime) -> bool:
    """Write a try down that failed; True when it is time for an alarm. `trouble_since` is the first failure since all
    was well."""
    health.trouble = health.last_trouble = error.trouble
    health.detail, health.trouble_at = error.detail, now
    health.trouble_since = health.trouble_since or now
    health.save(update_fields=["trouble", "last_trouble", "detail", "trouble_at", "trouble_since"])
    return error.trouble not in PASSING or now - health.trouble_since >= PATIENCE


def explain(error: BaseException) -> MailboxTrouble:
    """What an error means for the person who set the mailbox up."""
    if isinstance(error, MailboxTrouble):
        return error
    said = said_by(error)
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
        return MailboxTrouble(Trouble.SILENT, said)  # smtplib wraps it
    for kinds, trouble in _MEANINGS:
        if isinstance(error, kinds):
            return MailboxTrouble(trouble, said)
    if isinstance(error, imaplib.IMAP4.abort):
        return MailboxTrouble(_of_abort(said), said)
    if isinstance(error, imaplib.IMAP4.error):
        return MailboxTrouble(refusal(said, Trouble.REFUSED), said)
    if isinstance(error, poplib.error_proto):
        if "EOF" in said:
            return MailboxTrouble(Trouble.DROPPED)
        usual = Trouble.REFUSED if said.startswith("-ERR") else Trouble.NOT_THE_PROTOCOL
        return MailboxTrouble(refusal(said, usual), said)
    if isinstance(error, smtplib.SMTPException):
        return MailboxTrouble(Trouble.REFUSED, said)
    if isinstance(error, OSError):
        return MailboxTrouble(Trouble.UNREACHABLE, said)
    return MailboxTrouble(Trouble.FAULT, type(error).__name__)


def refusal(said: str, usual: Trouble) -> Trouble:
    """What a refusal means by the words of the server, else what is usual at this place."""
    lower = said.lower()
    if any(word in lower for word in _FULL):
        return Trouble.QUOTA
    return Trouble.REFUSED if any(word in lower for word in _LATER) else usual


def _of_abort(said: str) -> Trouble:
    if "timed out" in said:
        return Trouble.SILENT
    return Trouble.NOT_THE_PROTOCOL if "unexpected response" in said else Trouble.DROPPED


def said_by(error: BaseException) -> str:
    """The words of the server in an error of one of the libraries."""
    if isinstance(error, LoginError) and isinstance(error.__context__, imaplib.IMAP4.error):
        return said_by(error.__context__)  # IMAPClient has made a string of what the server's bytes look like in Python
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if error.args and isinstance(error.args[0], bytes):
        return error.args[0].decode(errors="replace")
    return str(error)


# the first that fits; the order matters, for many of these are OSErrors
_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], Trouble], ...] = (
    ((NotAllowed,), Trouble.PRIVATE),
    ((socket.gaierror,), Trouble.NAME),
    ((ssl.SSLCertVerificationError,), Trouble.CERTIFICATE),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError), Trouble.DROPPED),
    ((ssl.SSLError,), Trouble.TLS),
    ((TimeoutError,), Trouble.SILENT),
    ((ConnectionResetError, BrokenPipeError, smtplib.SMTPServerDisconnected), Trouble.DROPPED),
    ((NoToken,), Trouble.TOKEN),
    ((Undecryptable,), Trouble.SECRET),
    ((LoginError, smtplib.SMTPAuthenticationError), Trouble.SIGN_IN),
    ((CapabilityError, smtplib.SMTPNotSupportedError), Trouble.NO_STARTTLS),
    ((smtplib.SMTPConnectError,), Trouble.NOT_THE_PROTOCOL),
)
