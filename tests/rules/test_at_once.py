"""Several workers and a lead at the same time: nobody waits for counters, nobody runs rules that are others by now."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from postline.rules import counters, loaded
from postline.rules.faults import switch_off
from postline.rules.loaded import Unusable
from postline.rules.models import Rule, RuleDay, WhyDisabled
from postline.rules.running import Tally
from tests.rules.scenes import does, filter_that
from tests.scenes import NOW, Department, department

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


def counted(rule: Rule) -> None:
    tally = Tally()
    tally.messages[rule.pk], tally.hits[rule.pk], tally.seconds[rule.pk] = 1, 1, 0.001
    counters.gather(tally, now=NOW)


def test_counters_wait_for_nobody_who_has_a_rule_in_hand(d: Department) -> None:
    """A worker's whole batch may have it: two that wait for each other would lose one of the batches."""
    counters.write(now=NOW, at_once=True)  # of other tests
    rule = filter_that(d, does("tags", ["a"]))
    other = filter_that(d, does("tags", ["b"]))
    counted(rule)
    counted(other)
    written = threading.Event()

    def write() -> None:
        counters.write(now=NOW, at_once=True)
        written.set()
        connection.close()

    with transaction.atomic():
        switch_off([Unusable(rule.pk, WhyDisabled.SLOW, "")], now=NOW)
        thread = threading.Thread(target=write)
        thread.start()
        was_written = written.wait(5)
    thread.join()
    assert was_written
    assert dict(RuleDay.objects.values_list("rule_id", "hits")) == {rule.pk: 1, other.pk: 1}
    other.refresh_from_db()
    assert other.last_hit_at == NOW


def test_rules_of_a_batch_that_was_rolled_back_are_not_taken_for_those_that_somebody_set_up_since(
    d: Department,
) -> None:
    project = d.projects["mail"].pk
    first = filter_that(d, does("tags", ["a"]))
    with transaction.atomic():
        switch_off([Unusable(first.pk, WhyDisabled.SLOW, "")], now=NOW)
        assert loaded.rules_of([project])[project].filters == ()
        transaction.set_rollback(True)  # say, of two batches each waited for the other
    second = filter_that(d, does("tags", ["b"]))
    assert [rule.id for rule in loaded.rules_of([project])[project].filters] == [first.pk, second.pk]
