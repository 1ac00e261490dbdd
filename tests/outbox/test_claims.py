from __future__ import annotations

from datetime import timedelta

import pytest

from postline.outbox.claims import CLAIM, claim, next_due, renew
from postline.outbox.deliver import deliver
from postline.outbox.models import State
from postline.outbox.record import record
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import written
from tests.scenes import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + CLAIM + timedelta(seconds=1)


def test_a_claimed_message_is_nobody_elses() -> None:
    message = written()

    held = claim(sender="first", now=NOW)

    assert held is not None
    assert claim(sender="second", now=NOW) is None
    message.refresh_from_db()
    assert (message.state, message.claimed_by, message.claimed_until) == (State.SENDING, "first", NOW + CLAIM)
    assert message.tries.get().finished_at is None


def test_the_message_that_is_due_longest_comes_first() -> None:
    late, early = written(now=NOW), written(now=NOW - timedelta(minutes=1))

    order = [held.key for held in (claim(sender="first", now=NOW), claim(sender="first", now=NOW)) if held]

    assert order == [early.pk, late.pk]


def test_what_is_not_due_or_held_is_left_alone() -> None:
    written(now=NOW + timedelta(seconds=10))
    held = written()
    held.state = State.HELD
    held.save()

    assert claim(sender="first", now=NOW) is None
    assert next_due() == NOW + timedelta(seconds=10)


def test_the_message_of_a_dead_sender_is_taken_over_after_a_minute() -> None:
    message = written()
    claim(sender="dead", now=NOW)

    assert next_due() == NOW + CLAIM
    taken = claim(sender="heir", now=LATER)

    assert taken is not None
    assert taken.key == message.pk
    assert message.tries.count() == 2


def test_a_renewed_claim_lasts_longer() -> None:
    message = written()
    claim(sender="slow", now=NOW)

    renew({"slow": message.pk}, now=NOW + CLAIM / 2)

    assert claim(sender="other", now=LATER) is None
    assert claim(sender="other", now=NOW + 2 * CLAIM) is not None


def test_a_sender_that_wakes_after_its_claim_was_taken_over_changes_nothing() -> None:
    message = written()
    with Receiving() as server:
        connection = server.connect()
        zombie = claim(sender="zombie", now=NOW)
        assert zombie is not None
        server.to_data = "550 5.7.1 Refused"
        late = deliver(zombie, connection)
        server.to_data = ""
        heir = claim(sender="heir", now=LATER)
        assert heir is not None

        renew({"zombie": message.pk}, now=LATER)
        assert not record(zombie, late, now=LATER)
        message.refresh_from_db()
        assert (message.state, message.claimed_by) == (State.SENDING, "heir")

        assert record(heir, deliver(heir, connection), now=LATER)
        assert not record(zombie, late, now=LATER)

    message.refresh_from_db()
    assert message.state == State.SENT
    assert list(message.tries.order_by("id").values_list("outcome", flat=True)) == ["", State.SENT]
