"""`GET /live/` as programs and browsers hear it."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest
from django.conf import settings
from django.db import transaction

from postline.kit import clock
from postline.projects.tokens import create_token
from postline.tickets.actions.change import change_priority
from postline.tickets.actions.move import move
from postline.tickets.actions.note import note
from postline.tickets.models import Priority
from tests.scenes import Department, letter
from tests.web.live.conftest import Listen
from tests.web.live.web_process import WebProcess, listening


def write_note(d: Department, number: int, *, login: str = "lead") -> None:
    note(d.reach(login), number=number, text="Look here", request_key=f"{clock.now()}", now=clock.now())


def test_a_change_is_told_with_its_number_its_kind_and_its_queue(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    heard = listen("line1")
    began = time.monotonic()
    write_note(d, ticket.number)
    told = heard.next("ticket")
    assert time.monotonic() - began < 1
    assert told.data == {"number": ticket.number, "event": 2, "kind": "noted", "queues": [d.queues["inbox"].pk]}


def test_a_program_listens_with_its_token(d: Department, web: WebProcess) -> None:
    ticket = letter(d)
    token = create_token(person=d.people["line1"], name="watch", actor="admin", now=clock.now())
    with listening(web.url, authorization=f"Bearer {token}") as heard:
        heard.next("lost")
        write_note(d, ticket.number)
        assert heard.next("ticket").data["number"] == ticket.number


@pytest.mark.parametrize(
    "headers", [{}, {"cookie": "sessionid=made-up"}, {"authorization": "Bearer pl_made_up"}, {"cookie": '"; ]='}]
)
def test_a_stranger_hears_nothing(web: WebProcess, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{web.url}/live/", headers=headers)
    assert answer.status_code == 401


def test_only_get_is_answered(web: WebProcess) -> None:
    assert httpx.post(f"{web.url}/live/").status_code == 405


def test_what_was_missed_is_told_to_whoever_says_what_they_heard_last(
    d: Department, web: WebProcess, listen: Listen, cookie_of: Callable[[str], str]
) -> None:
    ticket = letter(d)
    heard = listen("line1")
    write_note(d, ticket.number)
    last = heard.next("ticket").id
    change_priority(d.reach("lead"), number=ticket.number, priority=Priority.HIGH, now=clock.now())
    heard.next("ticket")
    cookie = f"{settings.SESSION_COOKIE_NAME}={cookie_of('line1')}"
    with listening(web.url, since=None, cookie=cookie, **{"last-event-id": last}) as again:
        kinds = [again.next().data["kind"]]
        while kinds[-1] != "priority":
            kinds.append(again.next().data["kind"])
    assert kinds[-2:] == ["noted", "priority"]  # before them perhaps its arrival: what is missed overlaps a little


def test_many_changes_at_once_are_told_in_few_writes_and_the_newest_of_each(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    heard = listen("line1")
    with transaction.atomic():  # they are told when they are committed: together
        for count in range(60):
            priority = Priority.HIGH if count % 2 else Priority.LOW
            change_priority(d.reach("lead"), number=ticket.number, priority=priority, now=clock.now())
    last = 0
    told = 0
    while last < 61:
        last, told = heard.next("ticket").data["event"], told + 1
    assert told < 20


def test_who_sees_the_old_queue_is_told_that_a_ticket_left_but_not_where_to(d: Department, listen: Listen) -> None:
    ticket = letter(d, queue="web")
    web, abuse = listen("web"), listen("abuse")
    private = d.queues["vulnerabilities"]
    move(d.reach("lead"), number=ticket.number, queue=private, now=clock.now())
    assert web.next("ticket").data["queues"] == [d.queues["web"].pk]
    assert set(abuse.next("ticket").data["queues"]) == {d.queues["web"].pk, private.pk}


def test_a_stopping_process_says_goodbye_and_is_gone_in_time(web: WebProcess, listen: Listen) -> None:
    heard = listen("line1")
    began = time.monotonic()
    assert web.stop() == 0
    assert time.monotonic() - began < 2.5
    assert [told.data for told in heard.until_end(seconds=1)] == [{"reason": "shutdown"}]


def test_when_the_database_breaks_the_connection_it_is_mended_and_said(d: Department, listen: Listen) -> None:
    from django.db import connection  # noqa: PLC0415

    ticket = letter(d)
    heard = listen("line1")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'postline listening' AND datname = current_database()"
        )
    heard.next("lost")
    write_note(d, ticket.number)
    assert heard.next("ticket").data["kind"] == "noted"


def test_a_person_has_a_bounded_number_of_streams(
    web: WebProcess, listen: Listen, cookie_of: Callable[[str], str]
) -> None:
    for _ in range(20):
        listen("line1")
    cookie = f"{settings.SESSION_COOKIE_NAME}={cookie_of('line1')}"
    assert httpx.get(f"{web.url}/live/", headers={"cookie": cookie}).status_code == 429
    assert listen("line1b")
