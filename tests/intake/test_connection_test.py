"""“Test connection” says in words what works and what does not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from postline.intake import connection_test, pipeline
from postline.intake.connection_test import Finding, Step, try_connection
from postline.intake.models import RawMessage, State
from postline.intake.reader import Reader
from postline.kit import clock
from postline.projects.mail_server import closed
from postline.projects.models import Encryption, Mailbox, Reading, SignIn
from postline.tickets.models import Ticket
from tests.intake.sources.mailboxes import ADDRESS, LOOPBACK, fetching, message, read_by, well
from tests.peers.dovecot import Dovecot, free_port
from tests.peers.provider import Provider
from tests.scenes import Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def d(db: None, dovecot: Dovecot, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Department:
    dovecot.empty()
    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, allow_networks=LOOPBACK)
    monkeypatch.setattr(connection_test, "LOOK_S", 0.1)
    monkeypatch.setattr(connection_test, "RETURN_S", 3.0)
    return department()


def sends_by(mailbox: Mailbox, port: int) -> Mailbox:
    mailbox.outgoing_host, mailbox.outgoing_port = "127.0.0.1", port
    mailbox.outgoing_encryption, mailbox.outgoing_sign_in = Encryption.NONE, SignIn.NONE
    return mailbox


def tried(mailbox: Mailbox) -> dict[Step, Finding]:
    return {one.step: one for one in try_connection(mailbox, now=clock.now())}


@pytest.mark.parametrize("reading", [Reading.IMAP, Reading.POP3])
def test_everything_works(d: Department, dovecot: Dovecot, reading: Reading) -> None:
    dovecot.deliver(ADDRESS, message(1))
    port = dovecot.imap if reading == Reading.IMAP else dovecot.pop3
    with Provider(dovecot) as provider:
        found = tried(sends_by(read_by(d, reading, port=port), provider.port))

    assert [one.well for one in found.values()] == [True, True, True]
    assert found[Step.READ].words.endswith(": 1.")
    assert f"{ADDRESS.partition('@')[0]}+test-" in found[Step.PLUS].words
    assert dovecot.count(ADDRESS) == 1  # the message to itself is taken away again


def test_an_address_with_a_token_is_refused(d: Department, dovecot: Dovecot) -> None:
    with Provider(dovecot, accepts_tokens=False) as provider:
        found = tried(sends_by(read_by(d, Reading.IMAP, port=dovecot.imap), provider.port))

    assert found[Step.SEND].well
    assert not found[Step.PLUS].well
    assert "No such user" in found[Step.PLUS].words


def test_an_address_with_a_token_leads_nowhere(d: Department, dovecot: Dovecot) -> None:
    with Provider(dovecot, delivers=False) as provider:
        found = tried(sends_by(read_by(d, Reading.IMAP, port=dovecot.imap), provider.port))

    assert not found[Step.PLUS].well
    assert "within 3 seconds" in found[Step.PLUS].words


def test_a_fetcher_that_is_quicker_does_not_hide_the_message_and_no_ticket_comes_of_it(
    d: Department, dovecot: Dovecot, reader: Reader
) -> None:
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imap)
    with Provider(dovecot) as provider, fetching(mailbox):
        until(lambda: well(mailbox))
        found = tried(sends_by(mailbox, provider.port))
        assert found[Step.PLUS].well

    pipeline.handle(reader, now=clock.now())
    assert not Ticket.objects.exists()
    assert not RawMessage.objects.exclude(state=State.HANDLED).exists()


def test_the_wrong_password_and_the_wrong_port_are_told(d: Department, dovecot: Dovecot) -> None:
    mailbox = sends_by(read_by(d, Reading.IMAP, port=dovecot.imap), free_port())
    mailbox.incoming_password = closed("wrong")

    found = tried(mailbox)

    assert list(found) == [Step.READ, Step.SEND]
    assert found[Step.READ].words.startswith("The server refuses the login or the password.")
    assert "([AUTHENTICATIONFAILED] Authentication failed.)" in found[Step.READ].words  # as the server said it
    assert found[Step.SEND].words.startswith("Nothing answers there.")


def test_a_server_that_hangs_ends_the_test_in_time(
    d: Department, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("postline.intake.sources.imap_client.CONNECT_S", 0.3)
    mailbox = read_by(d, Reading.IMAP, port=dovecot.imaps)  # waits for us to begin with TLS

    assert tried(mailbox)[Step.READ].words.startswith("The server does not answer in time.")


def test_a_private_address_is_refused(d: Department, dovecot: Dovecot, settings: LazySettings) -> None:
    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, allow_networks=())
    mailbox = sends_by(read_by(d, Reading.IMAP, port=dovecot.imap), dovecot.lmtp)

    found = tried(mailbox)

    assert [one.well for one in found.values()] == [False, False]
    assert all("POSTLINE_ALLOW_NETWORKS" in one.words for one in found.values())


def test_a_mailbox_that_is_delivered_to_us_without_a_relay(d: Department) -> None:
    found = tried(d.mailboxes["abuse@mail.example"])

    assert [one.well for one in found.values()] == [None, None]
