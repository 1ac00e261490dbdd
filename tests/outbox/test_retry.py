from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from postline.outbox.actions import NoSuchMessage, NothingToRetry, retry
from postline.outbox.models import Kind, OutboxMessage, State
from postline.outbox.queries import visible
from postline.projects.models import AuditEntry
from postline.projects.rights import Forbidden
from tests.outbox.receiving import Receiving
from tests.outbox.scenes import states, try_once, written
from tests.scenes import ANNA, BORIS, NOW, Department, department

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def d() -> Department:
    return department()


def refused(d: Department, **other: Any) -> OutboxMessage:
    """Anna got it, Boris's server refused it."""
    message = written(to=[ANNA, BORIS], project_id=d.projects["mail"].pk, **other)
    with Receiving(answers={"boris@user.example": "550 5.1.1 No such user"}) as server:
        try_once(server.connect())
    return message


def test_a_failed_message_goes_out_at_once_to_who_has_not_got_it(d: Department) -> None:
    message = refused(d)

    retry(d.reach("admin"), message_id=message.pk, now=LATER)
    with Receiving() as server:
        assert try_once(server.connect(), now=LATER)

    assert server.received[0].recipients == ["boris@user.example"]
    assert states(message) == {"anna@user.example": State.SENT, "boris@user.example": State.SENT}
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target) == ("admin", "outbox.retried", str(message.pk))


def test_a_waiting_message_need_not_wait_longer(d: Department) -> None:
    message = written(now=LATER)

    retry(d.reach("admin"), message_id=message.pk, now=NOW)

    message.refresh_from_db()
    assert message.next_attempt_at == NOW


def test_what_was_sent_is_not_sent_again(d: Department) -> None:
    message = written()
    with Receiving() as server:
        try_once(server.connect())

    with pytest.raises(NothingToRetry):
        retry(d.reach("admin"), message_id=message.pk, now=LATER)


def test_an_auditor_reads_and_changes_nothing(d: Department) -> None:
    message = refused(d)

    assert message in visible(d.reach("auditor"))
    with pytest.raises(Forbidden):
        retry(d.reach("auditor"), message_id=message.pk, now=LATER)


@pytest.mark.parametrize("login", ["line1", "lead", "games1"])
def test_agents_do_not_know_the_outbox(d: Department, login: str) -> None:
    message = refused(d)

    assert not visible(d.reach(login)).exists()
    with pytest.raises(NoSuchMessage):
        retry(d.reach(login), message_id=message.pk, now=LATER)


def test_links_that_sign_in_are_seen_by_administrators_alone(d: Department) -> None:
    message = written(kind=Kind.ACCOUNT)

    assert list(visible(d.reach("admin"))) == [message]
    assert not visible(d.reach("auditor")).exists()
