"""Sixty hands reach for the same queue: nobody gets what another has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from postline.outbox.models import OutboxMessage
from postline.tickets.actions.answer import answer
from postline.tickets.actions.open import Contact, write_first
from postline.tickets.actions.take import take_next
from postline.tickets.models import Event, Ticket
from tests.scenes import NOW, Department, department, letter

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def d() -> Department:
    return department()


def test_two_agents_never_get_the_same_ticket(d: Department) -> None:
    for index in range(40):
        letter(d, text=f"letter {index}", now=NOW + timedelta(seconds=index))

    def take_all(login: str) -> list[int]:
        reach = d.reach(login)
        try:
            found = iter(lambda: take_next(reach, queues=[d.queues["inbox"].pk], now=LATER), None)
            return [ticket.pk for ticket in found if ticket]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(take_all, ["line1", "line1b", "lead", "admin"]))
    assert sum(map(len, taken)) == len(set().union(*taken)) == 40
    assert Event.objects.filter(kind="taken").count() == 40


def test_one_answer_pressed_many_times_at_once_is_sent_once(d: Department) -> None:
    ticket = letter(d)
    reach = d.reach("line1")

    def press(_: int) -> int:
        try:
            return answer(reach, number=ticket.number, text="Hello", request_key="one", now=LATER).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(press, range(16)))
    assert len(keys) == 1
    assert OutboxMessage.objects.count() == 1


def test_one_letter_pressed_many_times_at_once_opens_one_ticket(d: Department) -> None:
    reach, anna = d.reach("line1"), Contact(name="Anna", address="anna@user.example")

    def press(_: int) -> int:
        try:
            return write_first(
                reach, queue=d.queues["inbox"], contact=anna, subject="s", text="t", request_key="one", now=LATER
            ).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(press, range(16)))
    assert len(keys) == 1
    assert Ticket.objects.count() == OutboxMessage.objects.count() == 1
