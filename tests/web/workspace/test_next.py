"""The next ticket."""

from __future__ import annotations

from datetime import timedelta

from postline.kit import clock
from postline.tickets.models import Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn


def test_next_opens_the_ticket_that_waits_longest(d: Department, signed_in: SignedIn) -> None:
    letter(d, subject="Younger", now=clock.now() - timedelta(minutes=5))
    oldest = letter(d, subject="Older", now=clock.now() - timedelta(hours=5))
    answer = signed_in("line1").post("/desk/next/")
    assert answer.headers["Location"] == f"/desk/tickets/{oldest.number}/"
    assert Ticket.objects.get(pk=oldest.pk).taken_by == d.people["line1"]


def test_two_people_do_not_get_the_same_ticket(d: Department, signed_in: SignedIn) -> None:
    for count in range(2):
        letter(d, subject=f"Question {count}", now=clock.now())
    first = signed_in("line1").post("/desk/next/").headers["Location"]
    second = signed_in("line1b").post("/desk/next/").headers["Location"]
    assert first != second


def test_next_of_one_queue_takes_from_that_queue(d: Department, signed_in: SignedIn) -> None:
    letter(d, queue="inbox", now=clock.now() - timedelta(hours=5))
    wanted = letter(d, queue="web", subject="White page", now=clock.now())
    answer = signed_in("lead").post("/desk/next/", {"queue": d.queues["web"].pk})
    assert answer.headers["Location"] == f"/desk/tickets/{wanted.number}/"


def test_when_nobody_waits_the_page_says_so(signed_in: SignedIn) -> None:
    assert "Nobody waits" in signed_in("line1").post("/desk/next/").content.decode()


def test_when_all_are_in_somebodys_hands_the_page_says_so(d: Department, signed_in: SignedIn) -> None:
    letter(d, now=clock.now())
    signed_in("line1b").post("/desk/next/")
    assert "Nothing is free" in signed_in("line1").post("/desk/next/").content.decode()


def test_looking_at_next_takes_nothing(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    assert "1 waits" in signed_in("line1").get("/desk/next/").content.decode()
    assert Ticket.objects.get(pk=ticket.pk).taken_by is None


def test_next_of_a_queue_that_is_not_open_takes_nothing(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="games/inbox", now=clock.now())
    signed_in("line1").post("/desk/next/", {"queue": d.queues["games/inbox"].pk})
    assert Ticket.objects.get(pk=ticket.pk).taken_by is None


def test_who_takes_no_tickets_gets_no_next(signed_in: SignedIn) -> None:
    assert signed_in("trainee").post("/desk/next/").status_code == 403
    assert signed_in("auditor").post("/desk/next/").status_code == 403
