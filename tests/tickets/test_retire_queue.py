"""A queue is retired: what leads to it goes to its successor, its tickets are moved with their history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.ops.verify.history import follow_ups_returned
from postline.projects.models import AuditEntry, Grant, Queue
from postline.projects.queues import NotInUse
from postline.projects.rights import Forbidden, ProjectRight, Right
from postline.tickets.actions import retire_queue
from postline.tickets.actions.change import change_state
from postline.tickets.actions.move import WrongQueue, move
from postline.tickets.actions.retire_queue import NeedsSuccessor, WrongSuccessor, empty_retired, retire
from postline.tickets.actions.take import take
from postline.tickets.models import Event, State, Ticket
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def d() -> Department:
    return department()


def test_every_ticket_goes_to_the_successor_with_an_event_in_the_name_of_who_retired(d: Department) -> None:
    open_one, closed = letter(d, queue="web"), letter(d, queue="web", subject="Old")
    change_state(d.reach("web"), number=closed.number, state=State.CLOSED, now=NOW)

    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=d.queues["passwords"], now=LATER)
    while empty_retired(now=LATER):
        pass

    for ticket in (open_one, closed):
        ticket.refresh_from_db()
        event = Event.objects.get(ticket=ticket, number=ticket.event_count)
        assert ticket.queue == d.queues["passwords"]
        assert (event.kind, event.person) == ("moved", d.people["admin"])
        assert event.data == {"from": d.queues["web"].pk, "to": d.queues["passwords"].pk, "retired": True}
    assert Queue.objects.get(slug="web", project=d.projects["mail"]).retired_at == LATER
    assert list(follow_ups_returned(LATER)) == []


def test_it_goes_on_in_batches_until_nothing_is_left(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retire_queue, "BATCH", 2)
    for count in range(5):
        letter(d, queue="web", subject=f"Number {count}")
    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=d.queues["passwords"], now=NOW)

    assert [empty_retired(now=NOW) for _ in range(4)] == [2, 2, 1, 0]
    assert not Ticket.objects.filter(queue=d.queues["web"]).exists()


def test_a_letter_that_still_came_in_is_moved_afterwards(d: Department) -> None:
    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=d.queues["passwords"], now=NOW)
    empty_retired(now=NOW)
    late = letter(d, queue="web")

    assert empty_retired(now=LATER) == 1
    late.refresh_from_db()
    assert late.queue == d.queues["passwords"]


def test_who_may_work_in_the_successor_keeps_what_they_have_in_hand(d: Department) -> None:
    by_lead, by_web = letter(d, queue="web"), letter(d, queue="web", subject="Other")
    take(d.reach("lead"), number=by_lead.number, now=NOW)
    take(d.reach("web"), number=by_web.number, now=NOW)

    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=d.queues["passwords"], now=NOW)
    empty_retired(now=NOW)

    by_lead.refresh_from_db()
    by_web.refresh_from_db()
    assert by_lead.taken_by == by_lead.owner == d.people["lead"]
    assert (by_web.taken_by, by_web.taken_until, by_web.owner) == (None, None, None)


def test_mailboxes_topics_children_and_follow_ups_go_over_at_once(d: Department) -> None:
    child = Queue.objects.create(project=d.projects["mail"], slug="child", name="Child", line=2, parent=d.queues["web"])
    d.mailboxes["abuse@mail.example"].queue = d.queues["web"]
    d.mailboxes["abuse@mail.example"].save()

    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=d.queues["passwords"], now=NOW)

    for thing in (child, d.mailboxes["abuse@mail.example"], d.topics["display"], d.queues["inbox"]):
        thing.refresh_from_db()
    assert child.parent is None
    assert d.mailboxes["abuse@mail.example"].queue == d.queues["passwords"]
    assert d.topics["display"].queue == d.queues["passwords"]
    assert d.queues["inbox"].return_queue == d.queues["passwords"]


def test_nothing_goes_into_a_queue_that_is_being_emptied_but_people_work_on(d: Department) -> None:
    ticket, waiting = letter(d, queue="passwords"), letter(d, queue="web", subject="Another")
    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=d.queues["mail-clients"], now=NOW)
    web = Queue.objects.get(pk=d.queues["web"].pk)

    assert not d.reach("lead").may(Right.MOVE_INTO, web.pk)
    with pytest.raises(WrongQueue):
        move(d.reach("lead"), number=ticket.number, queue=web, now=NOW)
    take(d.reach("web"), number=waiting.number, now=NOW)


def test_the_successor_fits(d: Department) -> None:
    below = Queue.objects.create(project=d.projects["mail"], slug="below", name="B", line=2, parent=d.queues["web"])
    retired = Queue.objects.create(project=d.projects["mail"], slug="gone", name="Gone", line=2, retired_at=NOW)
    for queue, successor, reason in [
        ("web", d.queues["games/accounts"], "other-project"),
        ("web", d.queues["web"], "not-in-use"),
        ("web", retired, "not-in-use"),
        ("web", d.queues["inbox"], "first-line"),
        ("web", below, "below"),
        ("vulnerabilities", d.queues["abuse"], "open-to-all"),
    ]:
        with pytest.raises(WrongSuccessor, match=reason):
            retire(d.reach("admin"), queue_id=d.queues[queue].pk, successor=successor, now=NOW)


def test_a_queue_that_something_needs_is_not_retired_without_a_successor(d: Department) -> None:
    with pytest.raises(NeedsSuccessor):
        retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=None, now=NOW)
    retire(d.reach("admin"), queue_id=d.queues["mail-clients"].pk, successor=None, now=NOW)
    assert Queue.objects.get(pk=d.queues["mail-clients"].pk).retired_at == NOW
    with pytest.raises(NotInUse):
        retire(d.reach("admin"), queue_id=d.queues["mail-clients"].pk, successor=None, now=NOW)


@pytest.mark.parametrize("login", ["line1", "web", "games1", "auditor"])
def test_who_does_not_manage_the_project_retires_nothing(d: Department, login: str) -> None:
    with pytest.raises(Forbidden):
        retire(d.reach(login), queue_id=d.queues["web"].pk, successor=d.queues["passwords"], now=NOW)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("login", ["line1", "lead"])
def test_whoever_could_not_move_the_tickets_does_not_move_them_by_retiring_their_queue(
    d: Department, login: str
) -> None:
    ticket = letter(d, queue="abuse")
    mail = d.projects["mail"]
    Grant.objects.create(project=mail, person=d.people["line1"], right="queues", allowed=True, set_at=NOW)
    Grant.objects.create(
        project=mail, person=d.people["lead"], queue=d.queues["abuse"], right="see", allowed=False, set_at=NOW
    )
    with pytest.raises(Forbidden):
        retire(d.reach(login), queue_id=d.queues["abuse"].pk, successor=d.queues["web"], now=NOW)
    empty_retired(now=NOW)
    ticket.refresh_from_db()
    assert ticket.queue == d.queues["abuse"]
    assert d.reach(login).may_in_project(ProjectRight.QUEUES, mail.pk)
