"""Alarms: counted while they last, over and back, seen by administrators alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.projects import heartbeats
from postline.projects.alarms import NoSuchAlarm, acknowledge, end_alarm, raise_alarm, standing
from postline.projects.models import Alarm, AuditEntry
from postline.projects.rights import Forbidden, Reach
from tests.scenes import NOW, Department, department

MINUTE = timedelta(minutes=1)


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture
def admin(d: Department) -> Reach:
    return d.reach("admin")


def test_one_that_is_raised_again_is_counted_in_its_row(admin: Reach) -> None:
    raise_alarm("mailbox-unreadable", {"error": "password"}, subject="support@mail.example", now=NOW)
    raise_alarm("mailbox-unreadable", {"error": "timeout"}, subject="support@mail.example", now=NOW + MINUTE)
    raise_alarm("mailbox-unreadable", subject="abuse@mail.example", now=NOW + MINUTE)

    first, second = standing(admin, now=NOW + MINUTE)

    assert (first.subject, first.count, first.since, first.detail) == (
        "support@mail.example",
        2,
        NOW,
        {"error": "timeout"},
    )
    assert (second.subject, second.count) == ("abuse@mail.example", 1)


def test_a_lasting_one_is_over_when_it_is_not_raised_again(admin: Reach) -> None:
    raise_alarm("role-dying", subject="worker", lasting=10 * MINUTE, now=NOW)
    raise_alarm("role-dying", subject="worker", lasting=10 * MINUTE, now=NOW + 5 * MINUTE)

    assert standing(admin, now=NOW + 14 * MINUTE)
    assert not standing(admin, now=NOW + 15 * MINUTE)


def test_one_that_was_ended_begins_anew_when_it_comes_back(admin: Reach) -> None:
    raise_alarm("role-gone", subject="worker", now=NOW)
    acknowledge(admin, alarm_id=Alarm.objects.get().pk, now=NOW)
    assert end_alarm("role-gone", subject="worker", now=NOW + MINUTE)
    assert not end_alarm("role-gone", subject="worker", now=NOW + MINUTE)

    raise_alarm("role-gone", subject="worker", now=NOW + 2 * MINUTE)

    (alarm,) = standing(admin, now=NOW + 2 * MINUTE)
    assert (alarm.count, alarm.since) == (1, NOW + 2 * MINUTE)


def test_one_that_was_acknowledged_stays_quiet_while_it_lasts(admin: Reach) -> None:
    raise_alarm("role-gone", subject="worker", now=NOW)
    acknowledge(admin, alarm_id=Alarm.objects.get().pk, now=NOW)
    raise_alarm("role-gone", subject="worker", now=NOW + MINUTE)

    assert not standing(admin, now=NOW + MINUTE)
    assert AuditEntry.objects.get(action="alarm.acknowledged").target == "role-gone/worker"


def test_only_administrators_see_and_acknowledge_them(d: Department) -> None:
    raise_alarm("role-gone", subject="worker", now=NOW)
    key = Alarm.objects.get().pk

    for login in ("line1", "lead", "auditor"):
        assert not standing(d.reach(login), now=NOW)
        with pytest.raises(Forbidden):
            acknowledge(d.reach(login), alarm_id=key, now=NOW)
    with pytest.raises(NoSuchAlarm):
        acknowledge(d.reach("admin"), alarm_id=key + 1, now=NOW)


def test_a_role_whose_last_process_vanished_is_missed_until_one_is_there_again(admin: Reach) -> None:
    heartbeats.beat(role="worker", process="one", started_at=NOW, now=NOW)
    heartbeats.beat(role="web", process="two", started_at=NOW, now=NOW + 2 * MINUTE)
    heartbeats.watch(now=NOW + 2 * MINUTE)
    (alarm,) = standing(admin, now=NOW + 2 * MINUTE)
    assert (alarm.code, alarm.subject) == ("role-gone", "worker")

    heartbeats.beat(role="worker", process="three", started_at=NOW + 3 * MINUTE, now=NOW + 3 * MINUTE)
    heartbeats.beat(role="web", process="two", started_at=NOW, now=NOW + 3 * MINUTE)
    heartbeats.watch(now=NOW + 3 * MINUTE)

    assert not standing(admin, now=NOW + 3 * MINUTE)


def test_who_says_goodbye_is_not_missed(admin: Reach) -> None:
    heartbeats.beat(role="worker", process="one", started_at=NOW, now=NOW)
    heartbeats.leave(process="one")
    heartbeats.watch(now=NOW + 5 * MINUTE)

    assert not standing(admin, now=NOW + 5 * MINUTE)


def test_another_process_of_the_role_is_enough_and_the_dead_one_is_forgotten(admin: Reach) -> None:
    heartbeats.beat(role="worker", process="one", started_at=NOW, now=NOW)
    heartbeats.beat(role="worker", process="two", started_at=NOW, now=NOW + 11 * MINUTE)
    heartbeats.watch(now=NOW + 11 * MINUTE)

    assert not standing(admin, now=NOW + 11 * MINUTE)
    assert [row.process for row in heartbeats.living(now=NOW + 11 * MINUTE)] == ["two"]
