"""“Test connection”: reads, sends, and sends itself a message to an address with a token. Says in words what is so.

Takes up to DEADLINE_S seconds, so never call it inside a transaction.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from postline.intake import probe
from postline.intake.models import RawMessage
from postline.intake.sources import imap, imap_client, pop3
from postline.kit.logs import logger
from postline.kit.network import cut
from postline.outbox.models import State
from postline.outbox.relay import Connection, Letter, RelayUnavailable, Timeouts, greeting_of
from postline.projects import troubles
from postline.projects.mail_server import incoming, outgoing
from postline.projects.models import Afterwards, Mailbox, Reading

log = logger(__name__)

DEADLINE_S = 60.0
RETURN_S = 30.0  # how long the message to itself may travel
LOOK_S = 1.0
LONGEST_PAUSE_S = 8.0
PATIENCE = Timeouts(connect=10, reply=15, final_dot=20)


class Step(StrEnum):
    """What is tried, in this order."""

    READ = "read"
    SEND = "send"
    PLUS = "plus"


@dataclass(frozen=True, slots=True)
class Finding:
    """`well` is None where there is nothing to find fault with or to praise."""

    step: Step
    well: bool | None
    words: str


def try_connection(mailbox: Mailbox, *, now: datetime) -> list[Finding]:
    """What works with these settings and what does not. `mailbox` may be a draft (`projects.mailboxes.draft`).

    The finding for PLUS is there when reading and sending work; it tells whether `plus_addressing` can be switched on.
    """
    with _deadline() as opened:
        findings = [_guarded(Step.READ, lambda: _read(mailbox, opened))]
        way: list[Connection] = []
        findings.append(_guarded(Step.SEND, lambda: _send(mailbox, way)))
        try:
            if way and findings[0].well is not False:
                findings.append(_guarded(Step.PLUS, lambda: _plus(mailbox, way[0], opened, now=now)))
        finally:
            for one in way:
                one.quit()
    log.info("mailbox tried", mailbox=mailbox.pk, findings=[f"{one.step}:{one.well}" for one in findings])
    return findings


def _guarded(step: Step, attempt: Callable[[], Finding]) -> Finding:
    try:
        return attempt()
    except Exception as error:
        cause = error.__cause__ if isinstance(error, RelayUnavailable) and error.__cause__ else error
        trouble = troubles.explain(cause)
        if trouble.trouble == trouble.trouble.FAULT:
            log.exception("mailbox test fault", mailbox_step=str(step))
        return Finding(step, False, troubles.words(trouble.trouble, trouble.detail))


def _read(mailbox: Mailbox, opened: Callable[[socket.socket], object]) -> Finding:
    match mailbox.reading:
        case Reading.IMAP:
            with _imap(mailbox, opened) as client:
                count = imap.open_folder(client, mailbox)
                if mailbox.afterwards == Afterwards.MOVE:
                    imap.require_folder(client, mailbox.afterwards_folder)
            words = _("Reading works. Messages in %(folder)s: %(count)s.")
            return Finding(Step.READ, True, words % {"folder": mailbox.folder, "count": count})
        case Reading.POP3:
            with _pop3(mailbox, opened) as visitor:
                count = len(visitor.unique_ids())
            return Finding(Step.READ, True, _("Reading works. Messages in the mailbox: %(count)s.") % {"count": count})
        case _:
            return Finding(Step.READ, None, _("Messages are delivered to us: there is nothing to sign in to."))


def _send(mailbox: Mailbox, way: list[Connection]) -> Finding:
    server = outgoing(mailbox) or settings.CONFIGURATION.relay
    if server is None:
        words = _("There is neither an outgoing server nor POSTLINE_RELAY: answers stay in the outbox.")
        return Finding(Step.SEND, None, words)
    way.append(Connection(server, greeting=greeting_of(settings.CONFIGURATION.public_url), timeouts=PATIENCE))
    try:
        way[0].ready()
    except RelayUnavailable:
        way.clear()
        raise
    return Finding(Step.SEND, True, _("Sending works."))


def _plus(mailbox: Mailbox, way: Connection, opened: Callable[[socket.socket], object], *, now: datetime) -> Finding:
    token = probe.new_token()
    address = probe.address_with(token, mailbox=mailbox.address)
    newest = RawMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    content = probe.compose(token, mailbox=mailbox.address, to=address, now=now)
    result = way.deliver(Letter(mailbox.address, [address], content))[address]
    if result.state != State.SENT:
        words = _("An address with a token, such as %(address)s, is refused: %(reply)s")
        return Finding(Step.PLUS, False, words % {"address": address, "reply": result.reply})
    until, pause = time.monotonic() + RETURN_S, LOOK_S
    while time.monotonic() < until:
        if _has_come(token, behind=newest) or _lies_there(mailbox, token, opened):
            words = _("Addresses with a token work: the message to %(address)s came back.")
            return Finding(Step.PLUS, True, words % {"address": address})
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)  # providers count sign-ins
    words = _("The message to %(address)s was taken but did not come back within %(seconds)s seconds.")
    return Finding(Step.PLUS, False, words % {"address": address, "seconds": int(RETURN_S)})


def _has_come(token: str, *, behind: int) -> bool:
    """Whether one of our doors has stored it meanwhile; a fetcher that is at work takes it away from under us."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM intake_rawmessage WHERE id > %s AND position(%s::bytea IN content) > 0)",
            [behind, token.encode()],
        )
        return bool(cursor.fetchone()[0])


def _lies_there(mailbox: Mailbox, token: str, opened: Callable[[socket.socket], object]) -> bool:
    """Whether it lies in the mailbox; it is taken away again."""
    if mailbox.reading == Reading.IMAP:
        with _imap(mailbox, opened) as client:
            imap.open_folder(client, mailbox, readonly=False)
            found = client.search(["HEADER", "Message-ID", token])
            if found:
                imap.delete(client, found)
            return bool(found)
    if mailbox.reading == Reading.POP3:
        with _pop3(mailbox, opened) as visitor:
            newest_first = sorted(visitor.unique_ids().values(), reverse=True)[:20]
            found = [number for number in newest_first if token in visitor.head(number)]
            for number in found:
                visitor.dele(number)
            return bool(found)
    return False


@contextmanager
def _imap(mailbox: Mailbox, opened: Callable[[socket.socket], object]) -> Iterator[imap_client.Client]:
    client = imap_client.Client(incoming(mailbox), allow=settings.CONFIGURATION.allow_networks, opened=opened)
    try:
        client.sign_in()
        yield client
    finally:
        imap.leave(client)


@contextmanager
def _pop3(mailbox: Mailbox, opened: Callable[[socket.socket], object]) -> Iterator[pop3.Client]:
    client = pop3.Client(incoming(mailbox), allow=settings.CONFIGURATION.allow_networks, opened=opened)
    try:
        client.sign_in()
        yield client
        client.quit()
    finally:
        client.close()


@contextmanager
def _deadline() -> Iterator[Callable[[socket.socket], object]]:
    """Gives a function that takes every socket that is opened; at the end of the time it is cut."""
    sockets: list[socket.socket] = []

    def end() -> None:
        for one in sockets:
            cut(one)

    over = threading.Timer(DEADLINE_S, end)
    over.daemon = True
    over.start()
    try:
        yield sockets.append
    finally:
        over.cancel()
