"""Answers leave by the outgoing server of their mailbox; a server in trouble holds up nobody else's."""

from __future__ import annotations

import dataclasses
import ipaddress
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from postline.kit import clock
from postline.outbox import health, send
from postline.outbox.models import Attempt, OutboxMessage, OutgoingHealth, State
from postline.projects.mail_server import closed
from postline.projects.models import Alarm, Encryption, Mailbox, SignIn, Trouble
from postline.projects.troubles import MailboxTrouble
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import written
from tests.outbox.test_send import sending
from tests.scenes import NOW, Department, department
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


def trouble_of(mailbox: Mailbox) -> str:
    known = OutgoingHealth.objects.filter(mailbox=mailbox).first()
    return known.trouble if known else ""


def test_what_is_wrong_with_a_server_is_kept_until_it_works_again(d: Department) -> None:
    with Receiving(password="desk-secret") as own:
        wrong = {"outgoing_sign_in": SignIn.PASSWORD, "outgoing_login": "desk", "outgoing_password": closed("wrong")}
        mailbox = leaves_by(SUPPORT, own, **wrong)
        answer = answer_of(mailbox)
        with sending(None):
            until(lambda: trouble_of(mailbox) == Trouble.SIGN_IN)
            told = OutgoingHealth.objects.get()
            assert "535" in told.detail
            assert told.contact_at is None
            until(lambda: Alarm.objects.filter(code="mailbox-cannot-send", subject=SUPPORT).exists())
            # nobody touches the message: the new settings alone make it due
            leaves_by(SUPPORT, own, **{**wrong, "outgoing_password": closed("desk-secret")}, version=2)
            until(lambda: state(answer) == State.SENT and trouble_of(mailbox) == "")

    told = OutgoingHealth.objects.get()
    assert (told.trouble_since, told.last_trouble) == (None, Trouble.SIGN_IN)
    assert told.contact_at
    assert not Alarm.objects.filter(until__gt=clock.now()).exists()


@pytest.mark.parametrize(
    ("server", "trouble"),
    [
        ({"to_mail": "550 5.7.1 This sender is not yours"}, Trouble.REFUSED),
        ({"to_mail": "530 5.7.0 Sign in first"}, Trouble.SIGN_IN),
        ({"cut_behind_the_dot": 1}, Trouble.DROPPED),
        ({"answers": {"anna@user.example": "550 5.1.1 No such user"}}, ""),
    ],
)
def test_a_server_that_is_there_and_takes_nothing_is_told_of(
    d: Department, server: dict[str, Any], trouble: str
) -> None:
    with Receiving(**server) as own:
        mailbox = leaves_by(SUPPORT, own)
        answer_of(mailbox)
        with sending(None):
            until(lambda: OutgoingHealth.objects.filter(mailbox=mailbox).exclude(contact_at=None, trouble="").exists())

    assert trouble_of(mailbox) == trouble


def test_a_server_without_tls_is_told_no_password(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postline.outbox.own_server.is_inside", lambda *_: False)
    with Receiving(password="desk-secret") as own:
        given = {"outgoing_sign_in": SignIn.PASSWORD, "outgoing_password": closed("desk-secret")}
        mailbox = leaves_by(SUPPORT, own, **given)
        answer = answer_of(mailbox)
        with sending(None):
            until(lambda: trouble_of(mailbox) == Trouble.UNENCRYPTED)

    assert "choose TLS" in Attempt.objects.get(message=answer).reply


def test_administrators_hear_of_trouble_that_does_not_pass(d: Department) -> None:
    mailbox, away = d.mailboxes[SUPPORT], MailboxTrouble(Trouble.UNREACHABLE)

    health.failed(mailbox.pk, away, version=1, now=NOW)
    assert not Alarm.objects.exists()
    health.failed(mailbox.pk, away, version=1, now=NOW + timedelta(minutes=10))
    assert (Alarm.objects.get().code, OutgoingHealth.objects.get().trouble_since) == ("mailbox-cannot-send", NOW)

    health.contacted(mailbox.pk, version=1, now=NOW + timedelta(minutes=11))
    assert Alarm.objects.get().until == NOW + timedelta(minutes=11)


def test_a_server_that_is_no_longer_used_is_in_no_trouble(d: Department) -> None:
    mailbox = d.mailboxes[SUPPORT]
    health.failed(mailbox.pk, MailboxTrouble(Trouble.SIGN_IN), version=1, now=NOW)
    waiting = written(mailbox_id=mailbox.pk, now=NOW + timedelta(hours=4))
    Mailbox.objects.filter(pk=mailbox.pk).update(outgoing_host="", version=2)

    health.notice_changed_settings(now=NOW)

    waiting.refresh_from_db()
    assert (trouble_of(mailbox), waiting.next_attempt_at, Alarm.objects.get().until) == ("", NOW, NOW)


def test_servers_that_cannot_be_reached_take_no_turn_away_from_others(
    d: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "MOST_OWN", 2)
    with Receiving() as gone:
        pass  # nobody listens there any more
    with Receiving() as own:
        dead = [leaves_by(mailbox(d, f"dead{number}@mail.example"), gone) for number in range(4)]
        stuck = [answer_of(one) for one in dead for _ in range(10)]
        with sending(None):
            until(lambda: Attempt.objects.filter(message__in=stuck).count() >= 4)
            answer = answer_of(leaves_by(mailbox(d, "alive@mail.example"), own))
            until(lambda: state(answer) == State.SENT)


def mailbox(d: Department, address: str) -> str:
    """One more mailbox of the project."""
    Mailbox.objects.create(project=d.projects["mail"], address=address, queue=d.queues["inbox"])
    return address
