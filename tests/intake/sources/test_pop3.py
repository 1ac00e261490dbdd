"""Reading by POP3 from a real Dovecot, also when things go wrong."""

from __future__ import annotations

import socketserver
import threading

import pytest

from postline.intake import fetcher
from postline.intake.models import RawMessage, Source
from postline.projects.mail_server import closed
from postline.projects.models import Encryption, Mailbox, Reading, SignIn, Trouble
from tests.intake.sources.mailboxes import ADDRESS, fetching, health, message, read_by, stored, trouble, well
from tests.peers.dovecot import Dovecot, free_port
from tests.peers.proxy import Proxy
from tests.peers.token_pop3 import TokenPop3
from tests.scenes import Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture
def mailbox(d: Department, dovecot: Dovecot) -> Mailbox:
    return read_by(d, Reading.POP3, port=dovecot.pop3)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long in a test."""
    monkeypatch.setattr(fetcher, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(fetcher, "REFUSED_PAUSE_S", 0.1)
    monkeypatch.setattr(fetcher, "LONGEST_PAUSE_S", 1.0)
    monkeypatch.setattr("postline.intake.sources.pop3.POLL_S", 0.2)


def test_messages_are_stored_and_then_deleted(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dotted = message(1) + b".a line that begins with a dot\r\n..\r\n" + b"y" * 5_000 + b"\r\n"
    dovecot.deliver(ADDRESS, dotted, message(2))

    with fetching(mailbox):
        until(lambda: well(mailbox) and dovecot.count(ADDRESS) == 0)
        dovecot.deliver(ADDRESS, message(3))
        until(lambda: len(stored()) == 3)

    raw = RawMessage.objects.order_by("id")[0]
    assert (raw.source, raw.envelope_from, raw.envelope_to) == (Source.POP3, "", [ADDRESS])
    assert bytes(raw.content).endswith(dotted)
    assert health(mailbox).fetched == 3


def test_a_connection_cut_in_the_middle_loses_nothing_and_stores_nothing_twice(
    mailbox: Mailbox, dovecot: Dovecot
) -> None:
    dovecot.deliver(ADDRESS, *(message(number, size=5_000) for number in range(30)))
    with Proxy(dovecot.pop3, cut_after=60_000) as cutting:
        mailbox.incoming_port = cutting.port
        with fetching(mailbox):
            until(lambda: cutting.cuts >= 1)
            cutting.cut_after = 200_000  # enough for one batch after the other, but for no clean end at first
            until(lambda: dovecot.count(ADDRESS) == 0, seconds=40)

    assert health(mailbox).last_trouble == Trouble.DROPPED
    assert sorted(stored()) == sorted(f"Letter {number}" for number in range(30))


def test_two_fetchers_at_one_mailbox_store_nothing_twice(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, *(message(number) for number in range(60)))

    with fetching(mailbox), fetching(mailbox):
        until(lambda: dovecot.count(ADDRESS) == 0, seconds=40)

    assert sorted(stored()) == sorted(f"Letter {number}" for number in range(60))


def test_a_large_message_stays_where_it_is_and_the_others_come_in(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, message(1, size=40_000), message(2))

    with fetching(mailbox, max_message=20_000):
        until(lambda: well(mailbox) and dovecot.count(ADDRESS) == 1)

    assert stored() == ["Letter 2"]
    assert health(mailbox).left_behind == 1


def test_the_wrong_password_is_told(mailbox: Mailbox) -> None:
    mailbox.incoming_password = closed("wrong")

    with fetching(mailbox):
        until(lambda: trouble(mailbox) == Trouble.SIGN_IN)

    assert "uthentication failed" in health(mailbox).detail


def test_the_wrong_port_is_told(d: Department, dovecot: Dovecot) -> None:
    with fetching(read_by(d, Reading.POP3, port=free_port())):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.UNREACHABLE)
    with fetching(read_by(d, Reading.POP3, port=dovecot.lmtp)):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.NOT_THE_PROTOCOL)


def test_starttls_with_a_certificate_that_is_known(
    d: Department, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = read_by(
        d, Reading.POP3, port=dovecot.pop3, incoming_encryption=Encryption.STARTTLS, incoming_host="localhost"
    )
    dovecot.deliver(ADDRESS, message(1))

    with fetching(mailbox):
        until(lambda: trouble(mailbox) == Trouble.CERTIFICATE)
        monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca))
        until(lambda: well(mailbox) and stored() == ["Letter 1"])


def test_we_sign_in_with_an_access_token(mailbox: Mailbox) -> None:
    mailbox.incoming_sign_in, mailbox.oauth_access_token = SignIn.XOAUTH2, closed("token-1")
    with TokenPop3("token-1") as server:
        mailbox.incoming_port = server.port
        with fetching(mailbox):
            until(lambda: well(mailbox))


def test_a_refused_access_token_is_told(mailbox: Mailbox) -> None:
    mailbox.incoming_sign_in, mailbox.oauth_access_token = SignIn.XOAUTH2, closed("token-1")
    with TokenPop3("token-2") as server:
        mailbox.incoming_port = server.port
        with fetching(mailbox):
            until(lambda: trouble(mailbox) == Trouble.SIGN_IN)
    assert "not you" in health(mailbox).detail


class Boastful(socketserver.StreamRequestHandler):
    """Can do more than anybody wants to hear."""

    def handle(self) -> None:
        self.wfile.write(b"+OK ready\r\n")
        if self.rfile.readline() == b"CAPA\r\n":
            self.wfile.write(b"+OK\r\n" + b"X-MORE\r\n" * 50_000 + b".\r\n")
            self.rfile.readline()


def test_a_list_of_capabilities_without_end_is_not_read(mailbox: Mailbox, d: Department) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Boastful) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        port = int(server.server_address[1])
        with fetching(read_by(d, Reading.POP3, port=port, incoming_encryption=Encryption.STARTTLS)):
            until(lambda: trouble(mailbox) == Trouble.SIZES)
        server.shutdown()
