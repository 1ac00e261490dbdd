"""The same request twice is one act."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from postline.api.idempotency import KEPT, forget_old
from postline.api.models import IdempotentRequest
from postline.outbox.models import OutboxMessage
from postline.tickets.models import Message, Note, Ticket
from tests.api.program import Program, Programs
from tests.api.test_requests import request
from tests.scenes import NOW, Department, department, letter

NOTE = {"kind": "note", "text": "Called her"}


def test_a_reply_that_is_sent_again_goes_out_once(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    body = {"kind": "reply", "text": "Try again"}
    first = line1.post(f"/tickets/{ticket.number}/messages", body, key="a")
    second = line1.post(f"/tickets/{ticket.number}/messages", body, key="a")
    assert (line1.status, second) == (201, first)
    assert OutboxMessage.objects.count() == 1


def test_a_request_that_is_handed_in_again_is_one_ticket(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    first = line1.post("/tickets", request(), key="a")
    assert line1.post("/tickets", request(), key="a") == first
    assert Ticket.objects.count() == 1


def test_next_with_the_same_key_is_the_same_ticket(desk: Department, program_of: Programs) -> None:
    letter(desk)
    letter(desk, text="another")
    line1 = program_of("line1")
    assert line1.post("/next", key="a")["number"] == line1.post("/next", key="a")["number"]


def test_an_empty_answer_is_remembered_too(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    line1.post("/next", key="a")
    letter(desk)
    assert (line1.post("/next", key="a"), line1.status) == (None, 204)


def test_a_key_of_another_request_is_refused(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/messages", NOTE, key="a")
    line1.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": "Called him"}, key="a")
    assert line1.error() == (422, "key-used", {"Idempotency-Key"})
    line1.post(f"/tickets/{ticket.number}/take", key="a")
    assert line1.error() == (422, "key-used", {"Idempotency-Key"})
    assert Note.objects.count() == 1


def test_keys_of_two_people_do_not_meet(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    for login in ("line1", "line1b"):
        program_of(login).post(f"/tickets/{ticket.number}/messages", NOTE, key="a")
    assert Note.objects.count() == 2


def test_what_failed_may_be_tried_again(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1, line1b = program_of("line1"), program_of("line1b")
    line1b.post(f"/tickets/{ticket.number}/take")
    line1.post(f"/tickets/{ticket.number}/take", key="a")
    assert line1.error() == (409, "taken-by-another", set())
    line1b.post(f"/tickets/{ticket.number}/release")
    assert line1.post(f"/tickets/{ticket.number}/take", key="a")["taken_by"] == "line1"


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ", "a\tb", "a b"])
def test_a_wrong_key_is_refused(desk: Department, program_of: Programs, key: str) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/messages", NOTE, key=key)
    assert line1.error() == (422, "invalid", {"Idempotency-Key"})
    assert not Note.objects.exists()


def test_after_a_day_the_key_is_new(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/messages", NOTE, key="a")
    IdempotentRequest.objects.update(created_at=NOW)
    line1.post(f"/tickets/{ticket.number}/messages", NOTE, key="a")
    assert Note.objects.count() == 2


def test_old_keys_are_forgotten(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    for place in range(3):
        line1.post(f"/tickets/{ticket.number}/messages", NOTE, key=f"key-{place}")
    IdempotentRequest.objects.filter(key="key-1").update(created_at=NOW)
    IdempotentRequest.objects.exclude(key="key-1").update(created_at=NOW + KEPT)
    assert forget_old(now=NOW + KEPT + timedelta(seconds=1)) == 1
    assert IdempotentRequest.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_is_one_act() -> None:
    desk = department()
    ticket = letter(desk)
    programs = [Program.of(desk.people["line1"]) for _ in range(4)]
    together = threading.Barrier(len(programs))

    def call(program: Program) -> None:
        together.wait()
        program.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again"}, key="a")
        connection.close()

    threads = [threading.Thread(target=call, args=[program]) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert {program.status for program in programs} == {201}
    assert len({program.said["id"] for program in programs}) == 1
    assert Message.objects.filter(author=desk.people["line1"]).count() == 1
