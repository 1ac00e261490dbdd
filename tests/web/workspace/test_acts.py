"""The small acts of a ticket's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from postline.kit import clock
from postline.tickets.actions.take import take
from postline.tickets.models import Event, Participant, Priority, State, Ticket
from tests.scenes import BORIS, Department, letter
from tests.web.conftest import SignedIn


@pytest.fixture
def ticket(d: Department) -> Ticket:
    return letter(d, now=clock.now())


def test_taking_and_giving_back(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    browser = signed_in("line1")
    browser.post(f"/desk/tickets/{ticket.number}/take/")
    assert Ticket.objects.get().taken_by == d.people["line1"]
    browser.post(f"/desk/tickets/{ticket.number}/release/")
    assert Ticket.objects.get().taken_by is None


def test_what_somebody_has_cannot_be_taken(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    take(d.reach("line1b"), number=ticket.number, now=clock.now())
    answer = signed_in("line1").post(f"/desk/tickets/{ticket.number}/take/")
    assert (answer.status_code, "line1b works at this ticket" in answer.content.decode()) == (409, True)


def test_an_open_page_keeps_the_ticket_and_learns_when_it_is_lost(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    browser = signed_in("line1")
    take(d.reach("line1"), number=ticket.number, now=clock.now() - timedelta(minutes=10))
    before = Ticket.objects.get().taken_until
    assert browser.post(f"/desk/tickets/{ticket.number}/keep/").status_code == 204
    after = Ticket.objects.get().taken_until
    assert before is not None
    assert after is not None
    assert after > before
    browser.post(f"/desk/tickets/{ticket.number}/release/")
    assert browser.post(f"/desk/tickets/{ticket.number}/keep/").status_code == 409


def test_moving_into_another_queue(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    signed_in("line1").post(f"/desk/tickets/{ticket.number}/move/", {"queue": d.queues["passwords"].pk})
    assert Ticket.objects.get().queue == d.queues["passwords"]


def test_nothing_moves_into_another_project(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    queue = d.queues["games/inbox"].pk
    assert signed_in("line1").post(f"/desk/tickets/{ticket.number}/move/", {"queue": queue}).status_code == 422
    assert Ticket.objects.get().queue == d.queues["inbox"]


@pytest.mark.parametrize(
    ("act", "fields", "name", "value"),
    [
        ("state", {"state": "closed"}, "state", State.CLOSED),
        ("priority", {"priority": "4"}, "priority", Priority.URGENT),
        ("tags", {"tags": "sim, court , sim"}, "tags", ["court", "sim"]),
        ("language", {"language": "ru"}, "language", "ru"),
    ],
)
def test_what_a_ticket_is_can_be_changed(
    ticket: Ticket, signed_in: SignedIn, act: str, fields: dict[str, str], name: str, value: Any
) -> None:
    answer = signed_in("line1").post(f"/desk/tickets/{ticket.number}/{act}/", fields)
    assert answer.status_code == 302
    assert getattr(Ticket.objects.get(), name) == value


def test_the_topic_is_one_of_the_project(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    browser = signed_in("line1")
    browser.post(f"/desk/tickets/{ticket.number}/topic/", {"topic": d.topics["display"].pk})
    assert Ticket.objects.get().topic == d.topics["display"]
    assert browser.post(f"/desk/tickets/{ticket.number}/topic/", {"topic": "0"}).status_code == 422
    browser.post(f"/desk/tickets/{ticket.number}/topic/", {"topic": ""})
    assert Ticket.objects.get().topic is None


def test_a_lead_says_who_is_to_answer(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    browser.post(f"/desk/tickets/{ticket.number}/assign/", {"owner": "line1b"})
    assert Ticket.objects.get().owner == d.people["line1b"]
    assert browser.post(f"/desk/tickets/{ticket.number}/assign/", {"owner": "games1"}).status_code == 422
    assert signed_in("line1").post(f"/desk/tickets/{ticket.number}/assign/", {"owner": "line1"}).status_code == 403


def test_an_address_that_joined_by_itself_is_marked_until_it_is_added(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    letter(d, sender=BORIS, text="I am her husband", to_ticket=ticket, joined_by="reply-address", now=clock.now())
    browser, joined = signed_in("line1"), Participant.objects.get(address=BORIS[1])
    assert "new address" in browser.get(f"/desk/tickets/{ticket.number}/").content.decode()
    browser.post(f"/desk/tickets/{ticket.number}/participants/{joined.pk}/")
    assert "new address<" not in browser.get(f"/desk/tickets/{ticket.number}/").content.decode()


ACTS = ["take", "release", "move", "assign", "state", "topic", "priority", "tags", "language", "answer", "note"]
FIELDS = {"state": "closed", "priority": "4", "tags": "x", "language": "ru", "text": "x"}


@pytest.mark.parametrize("act", ACTS)
def test_an_auditor_changes_nothing(d: Department, ticket: Ticket, signed_in: SignedIn, act: str) -> None:
    fields = {**FIELDS, "queue": str(d.queues["web"].pk)}
    assert signed_in("auditor").post(f"/desk/tickets/{ticket.number}/{act}/", fields).status_code == 403
    assert Event.objects.count() == 1


@pytest.mark.parametrize("act", ACTS)
def test_nobody_acts_beyond_the_wall_of_their_project(d: Department, signed_in: SignedIn, act: str) -> None:
    ticket = letter(d, queue="games/inbox", now=clock.now())
    fields = {**FIELDS, "queue": str(d.queues["games/accounts"].pk)}
    assert signed_in("line1").post(f"/desk/tickets/{ticket.number}/{act}/", fields).status_code == 404
    assert Event.objects.count() == 1
