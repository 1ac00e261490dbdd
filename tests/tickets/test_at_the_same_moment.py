"""Two things happen to one ticket at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_tags
from postline.tickets.actions.move import move
from postline.tickets.actions.note import note
from postline.tickets.models import Event, Ticket
from tests.scenes import NOW, Department, department, letter
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=5)
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def d() -> Department:
    return department()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def test_an_answer_that_waits_for_a_move_is_sent(d: Department) -> None:
    ticket = letter(d)
    failed: list[Exception] = []

    def write() -> None:
        try:
            answer(d.reach("lead"), number=ticket.number, text="Hello", now=LATER)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        move(d.reach("lead"), number=ticket.number, queue=d.queues["web"], now=LATER)
        thread = threading.Thread(target=write)
        thread.start()
        until(somebody_waits)
    thread.join()
    assert failed == []
    assert list(Event.objects.filter(ticket=ticket).order_by("number").values_list("kind", flat=True)) == [
        "arrived",
        "moved",
        "answered",
    ]


def test_events_are_numbered_without_gaps_whoever_writes_them(d: Department) -> None:
    """Letters are stored by statements of SQL, what people do by the ORM."""
    ticket = letter(d)
    reach = d.reach("lead")

    def acts(n: int) -> None:
        ways: list[Callable[[], object]] = [
            lambda: letter(d, to_ticket=ticket, text=f"letter {n}", now=NOW + timedelta(seconds=n)),
            lambda: note(reach, number=ticket.number, text=f"note {n}", now=LATER),
            lambda: answer(reach, number=ticket.number, text=f"answer {n}", now=LATER),
            lambda: change_tags(reach, number=ticket.number, tags=[str(n)], now=LATER),
        ]
        try:
            ways[n % 4]()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(acts, range(60)))
    numbers = list(Event.objects.filter(ticket=ticket).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Ticket.objects.get().event_count == len(numbers)
    assert Event.objects.filter(kind="arrived").count() == 16
