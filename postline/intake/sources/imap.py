"""Reads an IMAP folder (RFC 9051): stored and committed here first, then moved, marked or deleted there.

Messages are named by UID alone. Whatever breaks in between, the next session sees the same messages again, and the
same bytes in the same envelope are the same raw row.
"""

from __future__ import annotations

import imaplib
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from postline.intake import health
from postline.intake.models import Source
from postline.intake.receive import Delivery, keep_many
from postline.intake.sources.imap_client import SMALL_LITERALS, Client
from postline.intake.sources.ledger import Ledger
from postline.kit import clock, metrics
from postline.kit.logs import logger
from postline.kit.network import Network, cut
from postline.projects.mail_server import incoming
from postline.projects.models import Afterwards, Mailbox, Trouble
from postline.projects.troubles import MailboxTrouble, explain, refusal, said_by

log = logger(__name__)

SIZES_AT_ONCE = 500
IDLE_S = 120.0  # then we look ourselves: some routers forget silent connections after five minutes
POLL_S = 30.0  # without IDLE
TURN_S = 0.5  # how soon a stop is noticed


class ImapSource:
    """One mailbox. Lives as long as its settings; `session` is one connection."""

    def __init__(self, mailbox: Mailbox, *, max_message: int, allow: Sequence[Network]) -> None:
        self._mailbox = mailbox
        self._allow = allow
        self._ledger: Ledger[int] = Ledger(max_message=max_message)
        self._uid_validity, self._last_uid, self._left = health.mark(mailbox.pk)
        self._socket: socket.socket | None = None
        self._target = mailbox.afterwards_folder
        self.busy_since: float | None = None  # time.monotonic() of the step that we wait for
        self.worked = False

    def session(self, stop: threading.Event) -> None:
        """Connect, then take over what comes until `stop` is set. Raises what `explain` knows, database errors."""
        self.busy_since, self.worked = time.monotonic(), False
        client = Client(incoming(self._mailbox), allow=self._allow, opened=self._opened)
        try:
            client.sign_in()
            self._select(client)
            while not stop.is_set():
                if self._take_over(client, stop):
                    self.worked = True
                    health.contacted(self._mailbox.pk, left_behind=self._ledger.left_behind, now=clock.now())
                    self._await_news(client, stop)
        finally:
            self.busy_since = None
            leave(client)

    def abort(self) -> None:
        """From another thread: end the session, whatever it waits for."""
        cut(self._socket)

    def _opened(self, connection: socket.socket) -> None:
        self._socket = connection

    def _select(self, client: Client) -> None:
        state = _select(client, self._mailbox.folder)
        if b"READ-ONLY" in state:
            raise MailboxTrouble(Trouble.REFUSED, "the folder can only be read")
        uid_validity = int(state.get(b"UIDVALIDITY") or 0)
        if uid_validity != self._uid_validity:
            # other numbers for the same messages: what was taken over already is recognised by its bytes
            log.info("mailbox has new UIDs", mailbox=self._mailbox.pk)
            self._ledger.forget()
            self._uid_validity, self._last_uid = uid_validity, int(state.get(b"UIDNEXT") or 1) - 1
            self._left = []
            self._set_mark()
        if self._mailbox.afterwards == Afterwards.MOVE:
            self._target = require_folder(client, self._mailbox.afterwards_folder)

    def _take_over(self, client: Client, stop: threading.Event) -> bool:
        """Everything that lies there; False when there is more to do at once.

        A fault after the commit (a full mailbox, say) does not keep new messages out.
        """
        present = self._present(client)
        fault: MailboxTrouble | None = self._finish(client)
        for batch, sizes in self._batches(client, self._ledger.begin(present)):
            if stop.is_set():
                return False
            self.busy_since = time.monotonic()
            found = self._fetch(client, batch, sizes)
            if found:
                deliveries = [self._delivery(content) for content in found.values()]
                ids = keep_many(deliveries, now=clock.now())
                log.info("messages stored", raws=ids, mailbox=self._mailbox.pk, source=str(Source.IMAP))
                metrics.kept.labels(str(Source.IMAP)).inc(len(found))
                self._ledger.kept.update(found)
                self.worked = True
                health.fetched(self._mailbox.pk, messages=len(found), now=clock.now())
                fault = self._finish(client) or fault
        if fault is not None:
            raise fault
        if self._ledger.begin(self._present(client)):
            return False  # something new, or a batch that could not be fetched as a whole
        if self._mailbox.afterwards == Afterwards.SEEN:
            newest, left = max([self._last_uid or 0, *present]), sorted(self._ledger.left)
            if (newest, left) != (self._last_uid or 0, self._left):
                self._last_uid, self._left = newest, left
                self._set_mark()
        return True

    def _present(self, client: Client) -> list[int]:
        """The UIDs that concern us. Where messages stay in the folder: what is new or was left behind, whoever has
        looked at it since, and what nobody has looked at."""
        if self._mailbox.afterwards != Afterwards.SEEN:
            return [int(uid) for uid in client.search("UNDELETED")]
        first = (self._last_uid or 0) + 1
        new = [int(uid) for uid in client.search(["UID", f"{first}:*"])]
        found = {int(uid) for uid in client.search("UNSEEN")} | {uid for uid in new if uid >= first}
        for start in range(0, len(self._left), SIZES_AT_ONCE):
            some = ",".join(map(str, self._left[start : start + SIZES_AT_ONCE]))
            found.update(int(uid) for uid in client.search(["UID", some]))
        return sorted(found)

    def _batches(self, client: Client, uids: Sequence[int]) -> Iterator[tuple[list[int], Mapping[int, int]]]:
        """What to fetch at once, with the sizes that the server announces. What has vanished meanwhile is left out."""
        remaining = iter(uids)
        while chunk := list(islice(remaining, SIZES_AT_ONCE)):
            client.promise(SMALL_LITERALS)
            answers = client.fetch(chunk, ["RFC822.SIZE"])
            sizes = {uid: int(answers[uid][b"RFC822.SIZE"]) for uid in chunk if b"RFC822.SIZE" in answers.get(uid, {})}
            for batch in self._ledger.batches(sizes):
                yield batch, sizes

    def _fetch(self, client: Client, batch: list[int], sizes: Mapping[int, int]) -> dict[int, bytes]:
        try:
            found = self._contents(client, batch, announced=sum(sizes[uid] for uid in batch))
            for uid, content in list(found.items()):
                if len(content) != sizes[uid]:
                    self._look_twice(client, uid, content, announced=sizes[uid])
        except imaplib.IMAP4.abort:
            self._ledger.failed(batch)
            raise
        except (imaplib.IMAP4.error, MailboxTrouble, OSError) as error:
            self._ledger.failed(batch)
            if isinstance(error, imaplib.IMAP4.error) and "EXPUNGE" in str(error).upper():
                return {}  # another client was quicker (RFC 5530): look again
            raise
        return found

    def _contents(self, client: Client, uids: Sequence[int], *, announced: int) -> dict[int, bytes]:
        # some servers only guess the size (Exchange does): twice of it, but never without end
        client.promise(2 * announced + SMALL_LITERALS)
        answers = client.fetch(uids, ["BODY.PEEK[]"])
        client.promise(SMALL_LITERALS)
        contents = {uid: answers[uid].get(b"BODY[]") for uid in uids if uid in answers}
        return {uid: content for uid, content in contents.items() if isinstance(content, bytes)}

    def _look_twice(self, client: Client, uid: int, content: bytes, *, announced: int) -> None:
        """A size that is wrong may be a guess of the server's, or the message was cut. What comes twice is whole."""
        again = self._contents(client, [uid], announced=max(announced, len(content))).get(uid)
        wrong = MailboxTrouble(Trouble.SIZES, f"{announced} bytes were announced, {len(content)} came")
        if again != content:
            raise wrong
        health.noticed(self._mailbox.pk, wrong, now=clock.now())

    def _finish(self, client: Client) -> MailboxTrouble | None:
        """What is to happen to messages that are stored here; what went wrong, None when nothing did."""
        uids = sorted(self._ledger.kept)
        if not uids:
            return None
        try:
            match self._mailbox.afterwards:
                case Afterwards.SEEN:
                    client.add_flags(uids, [b"\\Seen"], silent=True)
                case Afterwards.DELETE:
                    delete(client, uids)
                case _:
                    _move(client, uids, self._target)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            usual = Trouble.TARGET_FOLDER if self._mailbox.afterwards == Afterwards.MOVE else Trouble.REFUSED
            said = said_by(error)
            return MailboxTrouble(refusal(said, usual), said)
        if self._mailbox.afterwards != Afterwards.SEEN:
            self._ledger.kept.difference_update(uids)
        return None

    def _await_news(self, client: Client, stop: threading.Event) -> None:
        can_idle = client.has_capability("IDLE")
        deadline = time.monotonic() + (IDLE_S if can_idle else POLL_S)
        self.busy_since = None  # silence is no fault now
        if can_idle:
            client.idle()
            while not stop.is_set() and time.monotonic() < deadline and not client.await_news(TURN_S):
                pass
            self.busy_since = time.monotonic()
            client.idle_done()
        else:
            stop.wait(POLL_S)
            self.busy_since = time.monotonic()
            client.noop()

    def _delivery(self, content: bytes) -> Delivery:
        return Delivery(
            content=content,
            source=Source.IMAP,
            envelope_from="",
            envelope_to=(self._mailbox.address,),
            peer=self._mailbox.incoming_host,
        )

    def _set_mark(self) -> None:
        health.set_mark(
            self._mailbox.pk,
            uid_validity=self._uid_validity or 0,
            last_uid=self._last_uid or 0,
            left_uids=self._left,
        )


def open_folder(client: Client, mailbox: Mailbox, *, readonly: bool = True) -> int:
    """Select the folder that is read and say how many messages lie there. Raises MailboxTrouble."""
    return int(_select(client, mailbox.folder, readonly=readonly).get(b"EXISTS") or 0)


def _select(client: Client, folder: str, *, readonly: bool = False) -> Mapping[bytes, Any]:
    try:
        state: Mapping[bytes, Any] = client.select_folder(folder, readonly=readonly)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        said = said_by(error)
        raise MailboxTrouble(refusal(said, Trouble.FOLDER), said) from error
    return state


def require_folder(client: Client, name: str) -> str:
    """The folder's full name; it is made where it is missing. Some servers want everything below INBOX (RFC 2342)."""
    if client.folder_exists(name):
        return name
    prefix = _personal_namespace(client)
    if prefix and not name.startswith(prefix):
        name = prefix + name
        if client.folder_exists(name):
            return name
    try:
        client.create_folder(name)
        client.subscribe_folder(name)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        if not client.folder_exists(name):  # another fetcher may have been quicker
            said = said_by(error)
            raise MailboxTrouble(refusal(said, Trouble.TARGET_FOLDER), said) from error
    return name


def _personal_namespace(client: Client) -> str:
    personal = client.namespace().personal if client.has_capability("NAMESPACE") else None
    return str(personal[0][0] or "") if personal else ""


def _move(client: Client, uids: Iterable[int], folder: str) -> None:
    """MOVE (RFC 6851); without it a copy, and the original is deleted when the copy is there."""
    if client.has_capability("MOVE"):
        client.move(uids, folder)
    else:
        client.copy(uids, folder)
        delete(client, uids)


def delete(client: Client, uids: Iterable[int]) -> None:
    """Delete these messages; without UIDPLUS the server deletes all that are marked so."""
    client.delete_messages(uids, silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)  # RFC 4315: these alone
    else:
        client.expunge()


def leave(client: Client) -> None:
    """Say goodbye where the server listens; close in any case."""
    try:
        client.socket().settimeout(1.0)
        client.logout()
    except Exception as error:
        log.debug("no farewell", error=explain(error).trouble)
        try:
            client.shutdown()
        except Exception as again:
            log.debug("closed already", error=type(again).__name__)
