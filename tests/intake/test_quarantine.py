"""What was put aside can be seen, run again and deleted by administrators alone."""

from __future__ import annotations

import pytest

from postline.intake import pipeline, quarantine
from postline.intake.models import RawMessage, Source, State
from postline.intake.reader import Reader
from postline.intake.receive import Delivery, keep
from postline.projects.models import AuditEntry, Mailbox
from postline.projects.rights import Forbidden
from postline.tickets.models import Ticket
from tests.letters import NOW, write
from tests.scenes import Department, department

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def aside(d: Department, reader: Reader) -> RawMessage:
    """A letter to an address that is no mailbox yet."""
    letter = Delivery(content=write(to="new@mail.example"), source=Source.PIPE, envelope_from="", envelope_to=())
    key = keep(letter, now=NOW)
    pipeline.handle(reader, now=NOW)
    return RawMessage.objects.get(pk=key)


def test_the_administrator_sees_it_and_an_agent_does_not(d: Department, aside: RawMessage) -> None:
    assert list(quarantine.listed(d.reach("admin"))) == [aside]
    assert list(quarantine.listed(d.reach("auditor"))) == [aside]
    assert list(quarantine.listed(d.reach("line1"))) == []
    assert list(quarantine.listed(d.reach("lead"))) == []


def test_run_again_after_the_cause_is_mended_opens_the_ticket(d: Department, aside: RawMessage, reader: Reader) -> None:
    Mailbox.objects.create(project=d.projects["mail"], address="new@mail.example", queue=d.queues["inbox"])
    quarantine.run_again(d.reach("admin"), raw_id=aside.pk, now=NOW)
    pipeline.handle(reader, now=NOW)
    aside.refresh_from_db()
    assert (aside.state, Ticket.objects.count()) == (State.HANDLED, 1)
    assert AuditEntry.objects.get().action == "quarantine.run-again"


def test_the_auditor_and_the_agent_may_neither_run_nor_delete(d: Department, aside: RawMessage) -> None:
    for login in ("auditor", "line1", "lead"):
        with pytest.raises(Forbidden):
            quarantine.run_again(d.reach(login), raw_id=aside.pk, now=NOW)
        with pytest.raises(Forbidden):
            quarantine.delete(d.reach(login), raw_id=aside.pk, now=NOW)


def test_what_is_deleted_is_gone_and_cannot_be_run(d: Department, aside: RawMessage) -> None:
    quarantine.delete(d.reach("admin"), raw_id=aside.pk, now=NOW)
    aside.refresh_from_db()
    assert (aside.state, bytes(aside.content)) == (State.DELETED, b"")
    with pytest.raises(quarantine.NotInQuarantine):
        quarantine.run_again(d.reach("admin"), raw_id=aside.pk, now=NOW)
