"""Search by number and by address."""

from __future__ import annotations

import pytest

from postline.kit import clock
from postline.tickets import numbers
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn


@pytest.mark.parametrize("typed", ["{}", "#{}", " {} "])
def test_a_number_leads_to_its_ticket(d: Department, signed_in: SignedIn, typed: str) -> None:
    ticket = letter(d, now=clock.now())
    answer = signed_in("line1").get("/desk/search/", {"q": typed.format(ticket.number)})
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}/"


def test_a_number_may_be_typed_with_gaps(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    for typed in (numbers.show(ticket.number), numbers.show(ticket.number).replace(numbers.GAP, " ")):
        assert signed_in("line1").get("/desk/search/", {"q": typed}).status_code == 302


def test_a_mistyped_number_is_told_from_one_that_is_not_there(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    wrong = ticket.number // 10 * 10 + (ticket.number + 1) % 10
    browser = signed_in("line1")
    assert "This number is mistyped" in browser.get("/desk/search/", {"q": str(wrong)}).content.decode()
    free = next(number for number in iter(numbers.draw, None) if number != ticket.number)
    assert "There is no such ticket" in browser.get("/desk/search/", {"q": str(free)}).content.decode()


def test_an_address_lists_the_tickets_that_one_may_see(d: Department, signed_in: SignedIn) -> None:
    letter(d, subject="About the web", queue="web", now=clock.now())
    letter(d, subject="A hole", queue="vulnerabilities", now=clock.now())
    letter(d, subject="About games", queue="games/inbox", now=clock.now())
    page = signed_in("web").get("/desk/search/", {"q": " Anna@User.example"}).content.decode()
    assert "About the web" in page
    assert "A hole" not in page
    assert "About games" not in page


def test_the_number_of_a_ticket_that_one_may_not_see_is_unknown(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="games/inbox", now=clock.now())
    page = signed_in("line1").get("/desk/search/", {"q": str(ticket.number)}).content.decode()
    assert "There is no such ticket" in page
