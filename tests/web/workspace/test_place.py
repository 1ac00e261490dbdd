"""My place: my queues with what waits in them, and what is mine."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from postline.kit import clock
from postline.tickets.actions.take import take
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements


def test_a_queue_shows_how_many_wait_and_how_long_the_oldest_does(d: Department, signed_in: SignedIn) -> None:
    letter(d, now=clock.now() - timedelta(minutes=45))
    letter(d, subject="Another", now=clock.now())
    page = signed_in("line1").get("/desk/").content.decode()
    assert "2 wait" in page
    assert "45 min" in page


def test_what_the_person_has_taken_is_mine(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, subject="Only mine", now=clock.now())
    assert "Only mine" not in signed_in("line1").get("/desk/").content.decode()
    take(d.reach("line1"), number=ticket.number, now=clock.now())
    assert "Only mine" in signed_in("line1").get("/desk/").content.decode()
    assert "Only mine" not in signed_in("line1b").get("/desk/").content.decode()


def test_an_empty_desk_says_that_nobody_waits(signed_in: SignedIn) -> None:
    assert "Nobody waits" in signed_in("line1").get("/desk/").content.decode()


def test_queues_of_another_project_are_not_shown(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("games1").get("/desk/").content.decode()
    assert "/desk/queues/games/inbox/" in page
    assert "/desk/queues/mail/" not in page


def test_a_private_queue_is_shown_to_its_group_alone(signed_in: SignedIn) -> None:
    assert "/desk/queues/mail/vulnerabilities/" in signed_in("abuse").get("/desk/").content.decode()
    assert "/desk/queues/mail/vulnerabilities/" not in signed_in("web").get("/desk/").content.decode()


def test_an_auditor_is_offered_no_work(signed_in: SignedIn) -> None:
    page = signed_in("auditor").get("/desk/").content.decode()
    assert 'action="/desk/next/"' not in page
    assert "/desk/new/" not in page


def test_whoever_is_not_signed_in_is_led_to_sign_in() -> None:
    assert Client().get("/desk/").headers["Location"] == "/accounts/login/?next=%2Fdesk%2F"


def test_the_number_of_queries_does_not_grow(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("line1")
    for count in range(12):
        ticket = letter(d, subject=f"Question {count}", now=clock.now())
        take(d.reach("line1"), number=ticket.number, now=clock.now())
    with statements() as asked:
        browser.get("/desk/")
    assert len(asked) == 7  # session, person, three for the rights, queues, mine
