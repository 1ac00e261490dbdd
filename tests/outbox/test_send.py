"""The senders at work: several at once, in their own threads and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction

from postline.kit import clock
from postline.outbox.claims import CLAIM, claim, renew
from postline.outbox.models import Attempt, OutboxMessage, State
from postline.outbox.record import record
from postline.outbox.relay import Result
from postline.outbox.send import run
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import states, try_once, written
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 20.0
OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
A_SENDER = "import threading, django; django.setup(); from postline.outbox.send import run; run(threading.Event())"


@contextmanager
def sending(server: Receiving | None, *, senders: int = 2) -> Iterator[None]:
    """The sender runs in the background."""
    stop = threading.Event()
    relay = server.relay if server else None
    thread = threading.Thread(target=run, args=(stop,), kwargs={"relay": relay, "senders": senders})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def all_sent() -> bool:
    return not OutboxMessage.objects.exclude(state=State.SENT).exists()


def test_a_message_leaves_as_soon_as_it_is_put_into_the_outbox() -> None:
    with Receiving() as server, sending(server):
        until(somebody_listens)
        put_at = time.monotonic()
        written(now=clock.now())
        until(lambda: len(server.received) == 1)

    assert time.monotonic() - put_at < 5  # far below the nap of a sender that nobody wakes


def somebody_listens() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS + " AND query LIKE 'LISTEN postline_outbox%'")
        return cursor.fetchone() is not None


def test_two_senders_never_send_the_same_message_twice() -> None:
    for _ in range(100):
        written(now=clock.now())

    with Receiving() as server, sending(server), sending(server):
        until(all_sent)

    ids = Counter(one.content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for one in server.received)
    assert len(ids) == sum(ids.values()) == 100
    assert Attempt.objects.count() == 100
    assert server.connections == 4


def test_one_slow_answer_does_not_stop_the_others() -> None:
    slow = written(now=clock.now())
    with Receiving(slow=True) as server, sending(server):
        until(lambda: len(server.received) == 1)
        server.slow = False
        for _ in range(10):
            written(now=clock.now())
        until(lambda: len(server.received) == 11)
        until(lambda: OutboxMessage.objects.filter(state=State.SENT).count() == 10)
        slow.refresh_from_db()
        assert slow.state == State.SENDING
        server.go_on()
        until(all_sent)


def test_a_sender_killed_behind_the_final_dot_leaves_the_message_to_the_next_one() -> None:
    message = written(now=clock.now())
    with Receiving(slow=True) as server:
        process = a_sender_process(server)
        try:
            until(lambda: len(server.received) == 1)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        server.go_on()
        message.refresh_from_db()
        assert message.state == State.SENDING

        heir = server.connect()
        assert not try_once(heir, now=clock.now())
        assert try_once(heir, now=clock.now() + CLAIM)

    assert states(message) == {"anna@user.example": State.SENT}
    first, second = server.received
    assert first.content == second.content
    assert message.tries.count() == 2


def a_sender_process(server: Receiving) -> subprocess.Popen[bytes]:
    """A whole process that sends, over the database of this test."""
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}@:{database['PORT']}/{database['NAME']}?host={database['HOST']}"
    environment = {
        **os.environ,
        "POSTLINE_HOME": str(settings.CONFIGURATION.home),
        "DJANGO_SETTINGS_MODULE": "postline.settings",
        "DATABASE_URL": address,
        "POSTLINE_RELAY": f"smtp://127.0.0.1:{server.port}",
        "PGPASSWORD": database["PASSWORD"],
    }
    return subprocess.Popen([sys.executable, "-c", A_SENDER], env=environment)


def test_a_claim_that_is_renewed_at_the_same_moment_is_still_held_when_the_result_is_written() -> None:
    message = written(now=clock.now())
    held = claim(sender="slow", now=clock.now())
    assert held is not None
    kept: list[bool] = []

    def write_down() -> None:
        result = {"anna@user.example": Result(State.SENT, "250 OK")}
        kept.append(record(held, result, now=clock.now()))
        connection.close()

    writer = threading.Thread(target=write_down)
    with transaction.atomic():
        renew({"slow": message.pk}, now=clock.now())
        writer.start()
        until(somebody_waits_for_us)
    writer.join(PATIENCE_S)

    message.refresh_from_db()
    assert (kept, message.state, message.claimed_by) == ([True], State.SENT, "")


def test_a_claim_that_is_taken_over_at_the_same_moment_is_lost_when_the_result_is_written() -> None:
    message = written(now=clock.now())
    zombie = claim(sender="zombie", now=clock.now())
    assert zombie is not None
    kept: list[bool] = []

    def write_down() -> None:
        result = {"anna@user.example": Result(State.FAILED, "550 No")}
        kept.append(record(zombie, result, now=clock.now()))
        connection.close()

    writer = threading.Thread(target=write_down)
    with transaction.atomic():
        assert claim(sender="heir", now=clock.now() + 2 * CLAIM) is not None
        writer.start()
        until(somebody_waits_for_us)
    writer.join(PATIENCE_S)

    message.refresh_from_db()
    assert (kept, message.state, message.claimed_by) == ([False], State.SENDING, "heir")
    assert states(message) == {"anna@user.example": State.WAITING}


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return bool(cursor.fetchone()[0])


def test_senders_outlive_a_lost_database_connection() -> None:
    with Receiving() as server, sending(server):
        written(now=clock.now())
        until(all_sent)
        with connection.cursor() as cursor:
            cursor.execute(OTHERS.replace("pid FROM", "pg_terminate_backend(pid) FROM", 1))
        written(now=clock.now())
        until(all_sent)

    assert len(server.received) == 2


def test_a_relay_that_is_away_costs_few_attempts_and_everything_leaves_when_it_is_back() -> None:
    messages = [written(now=clock.now()) for _ in range(20)]
    with Receiving() as gone:
        pass
    with sending(gone):
        until(lambda: Attempt.objects.filter(outcome=State.WAITING).exists())

    assert Attempt.objects.count() <= 4
    OutboxMessage.objects.update(next_attempt_at=clock.now())
    with Receiving() as server, sending(server):
        until(all_sent)
    assert len(server.received) == len(messages)


def test_without_a_relay_messages_wait_and_nothing_is_tried() -> None:
    message = written(now=clock.now())

    with sending(None):
        pass

    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.WAITING, 0)
