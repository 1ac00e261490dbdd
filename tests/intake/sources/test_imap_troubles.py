"""Reading by IMAP when things go wrong: with the connection, the server, the mailbox, the password."""

from __future__ import annotations

import ipaddress
import signal

import pytest

from postline.intake import fetcher
from postline.intake.models import RawMessage
from postline.intake.sources.imap import leave
from postline.intake.sources.imap_client import Client
from postline.projects.mail_server import closed, incoming
from postline.projects.models import Encryption, Mailbox, Reading, SignIn, Trouble
from tests.intake.sources.mailboxes import ADDRESS, fetching, health, message, read_by, stored, trouble, well
from tests.peers.dovecot import Dovecot, free_port
from tests.peers.lying_imap import LyingImap
from tests.peers.proxy import Proxy
from tests.scenes import Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture
def mailbox(d: Department, dovecot: Dovecot) -> Mailbox:
    return read_by(d, Reading.IMAP, port=dovecot.imap)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long in a test."""
    monkeypatch.setattr(fetcher, "FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(fetcher, "REFUSED_PAUSE_S", 0.1)
    monkeypatch.setattr(fetcher, "LONGEST_PAUSE_S", 1.0)


def test_a_connection_cut_in_the_middle_of_fetch_loses_nothing(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, *(message(number, size=5_000) for number in range(30)))
    with Proxy(dovecot.imap, cut_after=60_000) as cutting:
        mailbox = _behind(mailbox, cutting.port)
        with fetching(mailbox):
            until(lambda: cutting.cuts >= 1)
            until(lambda: trouble(mailbox) or health(mailbox).last_trouble)
            until(lambda: dovecot.count(ADDRESS) == 0, seconds=40)

    assert health(mailbox).last_trouble == Trouble.DROPPED
    assert sorted(set(stored())) == sorted(f"Letter {number}" for number in range(30))
    assert len(stored()) == 30


def test_a_connection_cut_behind_the_commit_stores_nothing_twice(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, *(message(number) for number in range(10)))
    with Proxy(dovecot.imap) as cutting:
        mailbox = _behind(mailbox, cutting.port)
        cutting.cut_after = 6_000
        with fetching(mailbox):
            until(lambda: len(stored()) == 10)
            cutting.cut_after = None
            until(lambda: dovecot.count(ADDRESS) == 0 and well(mailbox))

    assert len(stored()) == 10


def test_a_server_that_hangs_is_given_up_and_tried_again(
    mailbox: Mailbox, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postline.intake.sources.imap_client.CONNECT_S", 0.5)
    with Proxy(dovecot.imap) as stalling:
        stalling.stalled = True
        mailbox = _behind(mailbox, stalling.port)
        with fetching(mailbox):
            until(lambda: trouble(mailbox) == Trouble.SILENT)
            stalling.stalled = False
            dovecot.deliver(ADDRESS, message(1))
            until(lambda: well(mailbox) and stored() == ["Letter 1"])


def test_a_server_that_trickles_is_cut_off(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "LONGEST_STEP_S", 0.5)
    with LyingImap(trickles=True) as server, fetching(_behind(mailbox, server.port)) as thread:

        def is_told() -> bool:
            thread.watch()  # as the fetcher's round does
            return trouble(mailbox) == Trouble.DROPPED

        until(lambda: server.commands)
        until(is_told)


def test_the_wrong_password_is_told_and_the_right_one_mends_it(mailbox: Mailbox, dovecot: Dovecot) -> None:
    dovecot.deliver(ADDRESS, message(1))
    mailbox.incoming_password = closed("wrong")
    with fetching(mailbox):
        until(lambda: trouble(mailbox) == Trouble.SIGN_IN)
        assert "uthentication failed" in health(mailbox).detail
        assert "wrong" not in health(mailbox).detail

    mailbox.incoming_password = closed(dovecot.password)
    with fetching(mailbox):
        until(lambda: well(mailbox))
    assert stored() == ["Letter 1"]


def test_a_certificate_that_nobody_vouches_for_is_told(d: Department, dovecot: Dovecot) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imaps, incoming_encryption=Encryption.TLS)

    with fetching(mailbox):
        until(lambda: trouble(mailbox) == Trouble.CERTIFICATE)


@pytest.mark.parametrize("encryption", [Encryption.TLS, Encryption.STARTTLS])
def test_a_certificate_that_is_known_is_fine(
    d: Department, dovecot: Dovecot, encryption: Encryption, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca))
    dovecot.deliver(ADDRESS, message(1))
    port = dovecot.imaps if encryption == Encryption.TLS else dovecot.imap
    mailbox = read_by(d, Reading.IMAP, port=port, incoming_encryption=encryption, incoming_host="localhost")

    with fetching(mailbox):
        until(lambda: well(mailbox))
        dovecot.deliver(ADDRESS, message(2))
        until(lambda: len(stored()) == 2)  # IDLE works through TLS
    assert health(mailbox).last_trouble == ""


def test_the_wrong_port_is_told(d: Department, dovecot: Dovecot) -> None:
    with fetching(read_by(d, Reading.IMAP, port=free_port())):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.UNREACHABLE)
    with fetching(read_by(d, Reading.IMAP, port=dovecot.lmtp)):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.NOT_THE_PROTOCOL)
    with fetching(read_by(d, Reading.IMAP, port=dovecot.pop3)):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.NOT_THE_PROTOCOL)
    with fetching(read_by(d, Reading.IMAP, port=dovecot.imap, incoming_encryption=Encryption.TLS)):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.TLS)


def test_a_missing_folder_is_told(d: Department, dovecot: Dovecot) -> None:
    with fetching(read_by(d, Reading.IMAP, port=dovecot.imap, folder="Support")):
        until(lambda: trouble(d.mailboxes[ADDRESS]) == Trouble.FOLDER)


def test_a_private_address_is_refused_and_told(mailbox: Mailbox) -> None:
    thread = fetcher.Fetching(mailbox, max_message=1000, allow=())
    thread.start()
    until(lambda: trouble(mailbox) == Trouble.PRIVATE)
    thread.end()
    thread.join(10)


def test_a_full_mailbox_is_told_and_new_messages_still_come_in(d: Department) -> None:
    with Dovecot(quota="30K") as full:
        mailbox = read_by(d, Reading.IMAP, port=full.imap)
        full.deliver(ADDRESS, message(1, size=25_000))
        with full.client(ADDRESS) as other:
            other.create("Postline")
        # without MOVE a copy is needed, and for that there is no room
        full.stop()
        full.capabilities = "IMAP4rev1 UIDPLUS NAMESPACE IDLE AUTH=PLAIN"
        full.start()
        with fetching(mailbox):
            until(lambda: trouble(mailbox) == Trouble.QUOTA)
            full.deliver(ADDRESS, message(2))
            until(lambda: len(stored()) == 2)
        assert RawMessage.objects.filter(deliveries__gt=1).count() == 0  # not fetched again and again


def test_a_server_that_dies_is_found_again(mailbox: Mailbox, dovecot: Dovecot) -> None:
    with fetching(mailbox):
        until(lambda: well(mailbox))
        dovecot.stop(signal.SIGTERM)
        until(lambda: trouble(mailbox) in (Trouble.DROPPED, Trouble.UNREACHABLE))
        dovecot.start()
        dovecot.deliver(ADDRESS, message(1))
        until(lambda: well(mailbox) and stored() == ["Letter 1"])


def test_a_literal_without_end_is_not_read(mailbox: Mailbox) -> None:
    with (
        LyingImap(gives=[message(1)], announces=len(message(1)), claims=9_000_000_000) as server,
        fetching(_behind(mailbox, server.port)),
    ):
        until(lambda: trouble(mailbox) == Trouble.SIZES)

    assert stored() == []


def test_a_size_that_is_only_guessed_is_told_and_nothing_is_lost(mailbox: Mailbox) -> None:
    with LyingImap(gives=[message(1)], announces=17) as server, fetching(_behind(mailbox, server.port)):
        until(lambda: well(mailbox))

    assert stored() == ["Letter 1"]
    assert health(mailbox).last_trouble == Trouble.SIZES
    assert health(mailbox).detail == f"17 bytes were announced, {len(message(1))} came"


def test_a_message_that_comes_out_differently_each_time_is_not_stored_yet(mailbox: Mailbox) -> None:
    whole = message(1)
    with (
        LyingImap(gives=[whole[:90], whole[:95], whole], announces=len(whole)) as server,
        fetching(_behind(mailbox, server.port)),
    ):
        until(lambda: well(mailbox))

    assert bytes(RawMessage.objects.get().content) == whole


def test_a_server_that_never_stops_talking_is_left_before_the_memory_is_full(mailbox: Mailbox) -> None:
    with LyingImap(babbles=True) as server, fetching(_behind(mailbox, server.port)):
        until(lambda: trouble(mailbox) == Trouble.SIZES)


def test_a_folder_with_very_many_messages_is_searched(mailbox: Mailbox) -> None:
    with LyingImap(others=200_000) as server:
        client = Client(incoming(_behind(mailbox, server.port)), allow=LOOPBACK)
        try:
            client.sign_in()
            client.select_folder("INBOX")
            assert len(client.search("UNDELETED")) == 200_001
        finally:
            leave(client)


def test_we_sign_in_with_an_access_token(mailbox: Mailbox) -> None:
    mailbox.incoming_sign_in, mailbox.oauth_access_token = SignIn.XOAUTH2, closed("token-1")
    with LyingImap(gives=[message(1)], announces=len(message(1))) as server, fetching(_behind(mailbox, server.port)):
        until(lambda: well(mailbox))

    assert f"user={ADDRESS}\x01auth=Bearer token-1\x01\x01" in server.commands


@pytest.mark.parametrize(
    ("code", "expected"), [("AUTHENTICATIONFAILED", Trouble.SIGN_IN), ("UNAVAILABLE", Trouble.REFUSED)]
)
def test_a_refused_token_and_a_server_that_is_busy_are_told_apart(
    mailbox: Mailbox, code: str, expected: Trouble
) -> None:
    mailbox.incoming_sign_in, mailbox.oauth_access_token = SignIn.XOAUTH2, closed("token-1")
    with LyingImap(refuses=code) as server, fetching(_behind(mailbox, server.port)):
        until(lambda: trouble(mailbox) == expected)


def test_a_provider_that_gives_no_token_is_told(mailbox: Mailbox) -> None:
    mailbox.incoming_sign_in, mailbox.oauth_refresh_token = SignIn.XOAUTH2, closed("refresh-1")
    mailbox.oauth_token_url = "ftp://nowhere.example/"
    with LyingImap() as server, fetching(_behind(mailbox, server.port)):
        until(lambda: trouble(mailbox) == Trouble.TOKEN)


def test_a_password_of_another_secret_key_is_told(mailbox: Mailbox) -> None:
    mailbox.incoming_password = "gAAAAA"

    with fetching(mailbox):
        until(lambda: trouble(mailbox) == Trouble.SECRET)


def _behind(mailbox: Mailbox, port: int) -> Mailbox:
    mailbox.incoming_port = port
    return mailbox
