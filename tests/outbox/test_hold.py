"""After a restore nothing goes out by itself until somebody releases it."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from postline.outbox.actions import release_held
from postline.outbox.models import Kind, OutboxMessage, State
from postline.outbox.put import HELD_ALARM
from postline.projects.alarms import acknowledge, raise_alarm
from postline.projects.models import Alarm
from tests.outbox.scenes import written
from tests.scenes import NOW, department
from tests.waiting import until


@pytest.mark.django_db
def test_automatic_answers_are_on_hold_until_the_release_and_people_answer_at_once() -> None:
    assert written(kind=Kind.AUTOMATIC).state == State.WAITING
    raise_alarm(HELD_ALARM, now=NOW)
    held = written(kind=Kind.AUTOMATIC)
    assert held.state == State.HELD
    assert written(kind=Kind.ANSWER).state == written(kind=Kind.ACCOUNT).state == State.WAITING

    assert release_held(None, now=NOW) == 1

    held.refresh_from_db()
    assert held.state == State.WAITING
    assert written(kind=Kind.AUTOMATIC).state == State.WAITING


@pytest.mark.django_db
def test_having_seen_the_alarm_releases_nothing() -> None:
    raise_alarm(HELD_ALARM, now=NOW)
    acknowledge(department().reach("admin"), alarm_id=Alarm.objects.get().pk, now=NOW)

    assert written(kind=Kind.AUTOMATIC).state == State.HELD


@pytest.mark.django_db(transaction=True)
def test_a_release_leaves_nothing_behind_that_is_just_being_put_on_hold() -> None:
    raise_alarm(HELD_ALARM, now=NOW)

    def release() -> None:
        release_held(None, now=NOW)
        connection.close()

    with transaction.atomic():
        written(kind=Kind.AUTOMATIC)
        releasing = threading.Thread(target=release)
        releasing.start()
        until(somebody_waits)
    releasing.join()

    assert OutboxMessage.objects.get().state == State.WAITING


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
