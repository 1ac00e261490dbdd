"""What time does to tickets."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from postline.tickets.actions import wake
from postline.tickets.actions.change import change_state
from postline.tickets.models import State, Ticket
from tests.database import database_away
from tests.scenes import NOW, Department, department, letter
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


def test_it_outlives_a_database_that_was_away(d: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "EVERY_SECONDS", 0.1)
    ticket = letter(d)
    stop, ended = threading.Event(), threading.Event()

    def loop() -> None:
        try:
            wake.run(stop)
        finally:
            connection.close()
            ended.set()

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        with database_away():
            assert not ended.wait(0.5)
        change_state(
            d.reach("lead"),
            number=ticket.number,
            state=State.PENDING,
            pending_until=NOW + timedelta(minutes=1),
            now=NOW,
        )
        until(lambda: Ticket.objects.get().state == State.OPEN)
    finally:
        stop.set()
        thread.join(20)
