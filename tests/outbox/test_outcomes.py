"""What the relay answers, and what becomes of the message and of each recipient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from postline.outbox import outcomes
from postline.outbox.claims import claim
from postline.outbox.deliver import deliver, unavailable
from postline.outbox.models import OutboxMessage, State
from postline.outbox.record import GIVE_UP, LONGEST_PAUSE, pause_after, record
from postline.outbox.relay import RelayUnavailable, Timeouts
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import SENDER, states, try_once, written
from tests.scenes import ANNA, BORIS, NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FAR = timedelta(hours=5)  # longer than any pause


@pytest.fixture
def server() -> Iterator[Receiving]:
    with Receiving() as receiving:
        yield receiving


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The messages whose failure was told to the packages above."""
    heard: list[int] = []

    def hear(*, message: OutboxMessage, now: datetime) -> None:
        heard.append(message.pk)

    monkeypatch.setattr(outcomes, "_handlers", [hear])
    return heard


def test_what_the_relay_takes_is_sent(server: Receiving) -> None:
    message = written()

    assert try_once(server.connect())

    message.refresh_from_db()
    assert (message.state, message.attempts, message.finished_at) == (State.SENT, 1, NOW)
    assert states(message) == {"anna@user.example": State.SENT}
    attempt = message.tries.get()
    assert (attempt.started_at, attempt.finished_at, attempt.outcome) == (NOW, NOW, State.SENT)
    assert attempt.reply == "250 2.0.0 Taken"
    assert [(one.sender, one.recipients) for one in server.received] == [
        ("support@mail.example", ["anna@user.example"])
    ]
    assert not try_once(server.connect())


def test_an_automatic_message_leaves_with_the_null_sender(server: Receiving) -> None:
    written(envelope_from="")

    try_once(server.connect())

    assert server.received[0].sender == "<>"


@pytest.mark.parametrize("reply", ["421 4.3.2 Going down", "451 4.7.1 Greylisted", "452 4.2.2 Full"])
@pytest.mark.parametrize("where", ["mail", "rcpt", "data"])
def test_a_temporary_refusal_is_tried_again(server: Receiving, told: list[int], reply: str, where: str) -> None:
    message = written()
    if where == "rcpt":
        server.answers["anna@user.example"] = reply
    else:
        setattr(server, f"to_{where}", reply)
    connection = server.connect()

    try_once(connection)

    message.refresh_from_db()
    assert message.state == State.WAITING
    assert MINUTE * 0.8 <= message.next_attempt_at - NOW <= MINUTE * 1.2
    assert message.tries.get().reply == message.recipients.get().reply == reply
    assert not try_once(connection, now=NOW + MINUTE / 2)

    server.answers, server.to_mail, server.to_data = {}, "", ""
    assert try_once(connection, now=NOW + 2 * MINUTE)
    assert states(message) == {"anna@user.example": State.SENT}
    assert told == []


@pytest.mark.parametrize("reply", ["550 5.1.1 No such user", "550 5.7.1 Not allowed", "554 5.7.1 Spam"])
@pytest.mark.parametrize("where", ["mail", "rcpt", "data"])
def test_a_refusal_for_good_fails_and_is_told(server: Receiving, told: list[int], reply: str, where: str) -> None:
    message = written()
    if where == "rcpt":
        server.answers["anna@user.example"] = reply
    else:
        setattr(server, f"to_{where}", reply)

    try_once(server.connect())

    message.refresh_from_db()
    assert (message.state, message.finished_at) == (State.FAILED, NOW)
    assert message.recipients.get().reply == reply
    assert told == [message.pk]
    assert not try_once(server.connect(), now=NOW + FAR)


def test_missing_authentication_is_not_the_fault_of_the_message(server: Receiving) -> None:
    message = written()
    server.to_mail = "530 5.7.0 Authentication required"

    try_once(server.connect())

    assert states(message) == {"anna@user.example": State.WAITING}


def test_who_has_got_it_does_not_get_it_again(server: Receiving, told: list[int]) -> None:
    message = written(cc=[BORIS], bcc=["chief@mail.example"])
    server.answers = {"boris@user.example": "451 4.7.1 Greylisted", "chief@mail.example": "550 5.1.1 No such user"}
    connection = server.connect()

    try_once(connection)

    assert states(message) == {
        "anna@user.example": State.SENT,
        "boris@user.example": State.WAITING,
        "chief@mail.example": State.FAILED,
    }
    assert told == [message.pk]

    server.answers = {}
    try_once(connection, now=NOW + FAR)

    assert [one.recipients for one in server.received] == [["anna@user.example"], ["boris@user.example"]]
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert told == [message.pk]


def test_bcc_recipients_stand_in_the_envelope_and_nowhere_else(server: Receiving) -> None:
    written(bcc=["chief@mail.example"])

    try_once(server.connect())

    assert server.received[0].recipients == ["anna@user.example", "chief@mail.example"]
    assert b"chief" not in server.received[0].content
    assert b"bcc" not in server.received[0].content.lower()


@pytest.mark.parametrize("name", ['a, b@evil.example <x>"', "u@x>, <b@evil.example"])
def test_a_name_full_of_tricks_reaches_exactly_one_recipient(server: Receiving, name: str) -> None:
    written(to=[(name, "anna@user.example")])

    try_once(server.connect())

    assert server.received[0].recipients == ["anna@user.example"]


def test_an_address_full_of_tricks_fails_alone(server: Receiving) -> None:
    message = written(to=[("", "u@x.example>, <b@evil.example"), ANNA])

    try_once(server.connect())

    assert states(message) == {"u@x.example>, <b@evil.example": State.FAILED, "anna@user.example": State.SENT}
    assert server.received[0].recipients == ["anna@user.example"]


def test_a_message_that_cannot_be_composed_fails_with_its_reason_and_the_next_goes_out(server: Receiving) -> None:
    broken, good = written(sender_address="nobody"), written()
    connection = server.connect()

    while try_once(connection):
        pass

    assert broken.recipients.get().state == State.FAILED
    assert broken.recipients.get().reply == "554 5.6.0 Cannot be composed: the sender 'nobody' is no e-mail address"
    assert states(good) == {"anna@user.example": State.SENT}


def test_smtputf8_is_used_where_it_is_offered(server: Receiving) -> None:
    message = written(to=[("Анна", "анна@почта.рф")])

    try_once(server.connect())

    assert states(message) == {"анна@почта.рф": State.SENT}
    assert server.received[0].recipients == ["анна@xn--80a1acny.xn--p1ai"]
    assert "SMTPUTF8" in server.received[0].options


def test_without_smtputf8_only_the_address_that_needs_it_fails() -> None:
    message = written(to=[("Анна", "анна@почта.рф"), BORIS])

    with Receiving(utf8=False) as server:
        try_once(server.connect())

    assert states(message) == {"анна@почта.рф": State.FAILED, "boris@user.example": State.SENT}
    assert "does not offer SMTPUTF8" in message.recipients.get(address="анна@почта.рф").reply
    assert server.received[0].content.isascii()


def test_a_connection_cut_behind_the_final_dot_brings_the_same_message_again(server: Receiving) -> None:
    message = written()
    server.cut_behind_the_dot = 1
    connection = server.connect()

    try_once(connection)
    assert states(message) == {"anna@user.example": State.WAITING}

    try_once(connection, now=NOW + FAR)
    assert states(message) == {"anna@user.example": State.SENT}
    first, second = server.received
    assert first.content == second.content


def test_a_relay_that_says_nothing_is_left_in_time(server: Receiving) -> None:
    message = written()
    server.slow = True

    try_once(server.connect(Timeouts(connect=2, reply=2, final_dot=0.2)))

    assert message.recipients.get().reply == "the relay did not answer in time"
    assert states(message) == {"anna@user.example": State.WAITING}


def test_a_relay_that_is_away_is_tried_again_later() -> None:
    message = written()
    with Receiving() as server:
        connection = server.connect()
    held = claim(sender=SENDER, now=NOW)
    assert held is not None

    with pytest.raises(RelayUnavailable) as caught:
        deliver(held, connection)
    record(held, unavailable(held, caught.value), now=NOW)

    message.refresh_from_db()
    assert message.state == State.WAITING
    assert "refused" in message.tries.get().reply


def test_many_messages_go_over_one_connection_and_an_idle_one_is_opened_again(server: Receiving) -> None:
    for _ in range(5):
        written()
    connection = server.connect()
    while try_once(connection):
        pass
    assert server.connections == 1

    connection.abort()
    late = written()
    try_once(connection)

    assert states(late) == {"anna@user.example": State.SENT}
    assert server.connections == 2


def test_a_domain_that_refuses_does_not_hold_up_the_others(server: Receiving) -> None:
    server.answers["slow@slow.example"] = "451 4.7.1 Later"
    refused = [written(to=[("", "slow@slow.example")]) for _ in range(3)]
    good = written()
    connection = server.connect()

    while try_once(connection):
        pass

    assert states(good) == {"anna@user.example": State.SENT}
    assert all(states(one) == {"slow@slow.example": State.WAITING} for one in refused)


def test_the_pauses_double_from_a_minute_up_to_four_hours() -> None:
    pauses = [pause_after(message_id="one@mail.example", attempts=attempts) for attempts in range(1, 40)]

    expected = [min(MINUTE * 2**n, LONGEST_PAUSE) for n in range(39)]
    assert all(wanted * 0.8 <= pause <= wanted * 1.2 for pause, wanted in zip(pauses, expected, strict=True))
    assert len({pause_after(message_id=f"{n}", attempts=1) for n in range(50)}) > 40


def test_after_four_days_it_is_given_up(server: Receiving, told: list[int]) -> None:
    message = written()
    server.to_data = "451 4.3.0 Later"
    connection, now = server.connect(), NOW

    while try_once(connection, now=now):
        message.refresh_from_db()
        now = message.next_attempt_at

    assert message.state == State.FAILED
    assert GIVE_UP <= now - NOW <= GIVE_UP + LONGEST_PAUSE * 1.2
    assert message.recipients.get().reply == "451 4.3.0 Later"
    assert 25 < message.attempts < 45
    assert told == [message.pk]


def test_a_fault_in_what_follows_a_failure_does_not_undo_the_record(
    server: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*, message: OutboxMessage, now: datetime) -> None:
        raise LookupError

    monkeypatch.setattr(outcomes, "_handlers", [stumble])
    message = written(cc=[BORIS])
    server.answers["boris@user.example"] = "550 5.1.1 No such user"

    try_once(server.connect())

    assert states(message) == {"anna@user.example": State.SENT, "boris@user.example": State.FAILED}
