"""Answers leave by the outgoing server of their mailbox; a server in trouble holds up nobody else's."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import Any

import pytest
from django.conf import LazySettings

from postline.kit import clock
from postline.outbox import send
from postline.outbox.models import Attempt, OutboxMessage, State
from postline.projects.mail_server import closed
from postline.projects.models import Encryption, Mailbox, SignIn
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import written
from tests.outbox.test_send import sending
from tests.scenes import Department, department
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
SUPPORT, ABUSE = "support@mail.example", "abuse@mail.example"


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture(autouse=True)
def _on_loopback(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CONFIGURATION = dataclasses.replace(
        settings.CONFIGURATION, allow_networks=(ipaddress.ip_network("127.0.0.0/8"),)
    )
    monkeypatch.setattr(send, "LOOK_S", 0.1)


def leaves_by(address: str, server: Receiving, **other: Any) -> Mailbox:
    """The mailbox has this server for what goes out."""
    values: dict[str, Any] = {
        "outgoing_host": "127.0.0.1",
        "outgoing_port": server.port,
        "outgoing_encryption": Encryption.NONE,
        "outgoing_sign_in": SignIn.NONE,
        **other,
    }
    Mailbox.objects.filter(address=address).update(**values)
    return Mailbox.objects.get(address=address)


def answer_of(mailbox: Mailbox, **other: Any) -> OutboxMessage:
    return written(mailbox_id=mailbox.pk, sender_address=mailbox.address, now=clock.now(), **other)


def state(message: OutboxMessage) -> str:
    message.refresh_from_db()
    return message.state


def test_each_mailbox_sends_by_its_own_server_and_the_others_by_the_relay(d: Department) -> None:
    with Receiving() as relay, Receiving() as own, Receiving() as another:
        support, abuse = leaves_by(SUPPORT, own), leaves_by(ABUSE, another)
        games = d.mailboxes["support@games.example"]
        answers = [answer_of(support), answer_of(abuse), answer_of(games), written(now=clock.now())]
        with sending(relay):
            until(lambda: all(state(one) == State.SENT for one in answers))

        assert (len(own.received), len(another.received), len(relay.received)) == (1, 1, 2)


def test_a_mailbox_needs_no_relay_when_it_has_a_server(d: Department) -> None:
    with Receiving() as own:
        answer = answer_of(leaves_by(SUPPORT, own))
        waiting = answer_of(d.mailboxes["support@games.example"])
        with sending(None):
            until(lambda: state(answer) == State.SENT)

    assert state(waiting) == State.WAITING


def test_a_slow_server_does_not_hold_up_the_others(d: Department) -> None:
    with Receiving() as relay, Receiving(slow=True) as slow, Receiving() as quick:
        stuck = answer_of(leaves_by(SUPPORT, slow))
        quick_ones = [answer_of(leaves_by(ABUSE, quick)), written(now=clock.now())]
        with sending(relay):
            until(lambda: all(state(one) == State.SENT for one in quick_ones))
            assert state(stuck) == State.SENDING
            slow.go_on()
            until(lambda: state(stuck) == State.SENT)


def test_one_connection_takes_several_messages(d: Department) -> None:
    with Receiving() as own:
        mailbox = leaves_by(SUPPORT, own)
        answers = [answer_of(mailbox) for _ in range(10)]
        with sending(None):
            until(lambda: all(state(one) == State.SENT for one in answers))

        assert (len(own.received), own.connections) == (10, 1)


def test_we_sign_in_with_the_password_of_the_mailbox(d: Department) -> None:
    with Receiving(password="desk-secret") as own:
        password = closed("desk-secret")
        mailbox = leaves_by(
            SUPPORT, own, outgoing_sign_in=SignIn.PASSWORD, outgoing_login="desk", outgoing_password=password
        )
        answer = answer_of(mailbox)
        with sending(None):
            until(lambda: state(answer) == State.SENT)


def test_the_wrong_password_is_shown_and_a_change_of_settings_mends_it(d: Department) -> None:
    with Receiving(password="desk-secret") as own:
        wrong = {"outgoing_sign_in": SignIn.PASSWORD, "outgoing_login": "desk", "outgoing_password": closed("wrong")}
        answer = answer_of(leaves_by(SUPPORT, own, **wrong))
        with sending(None):
            until(lambda: Attempt.objects.filter(message=answer, reply__contains="535").exists())
            leaves_by(SUPPORT, own, **{**wrong, "outgoing_password": closed("desk-secret")}, version=2)
            OutboxMessage.objects.filter(pk=answer.pk).update(next_attempt_at=clock.now())
            until(lambda: state(answer) == State.SENT)


def test_a_certificate_that_nobody_vouches_for_stops_the_answer(d: Department) -> None:
    with Receiving(tls=True) as own:
        answer = answer_of(leaves_by(SUPPORT, own, outgoing_encryption=Encryption.STARTTLS))
        with sending(None):
            until(lambda: Attempt.objects.filter(message=answer, reply__contains="certificate").exists())

        assert own.received == []


def test_a_private_address_is_refused(d: Department, settings: LazySettings) -> None:
    settings.CONFIGURATION = dataclasses.replace(settings.CONFIGURATION, allow_networks=())
    with Receiving() as own:
        answer = answer_of(leaves_by(SUPPORT, own))
        with sending(None):
            until(lambda: Attempt.objects.filter(message=answer, reply__contains="private address").exists())

        assert own.connections == 0
