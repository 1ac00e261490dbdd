"""The bar that says what is hidden, the card that shows it with a reason, and who reads about it afterwards."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from postline.kit import clock
from postline.tickets.actions.reveal import LASTS
from postline.tickets.models import Reveal, Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements


@pytest.fixture
def ticket(d: Department) -> Ticket:
    return letter(d, queue="web", text="Call 06-12345678 or write to anna@user.example", now=clock.now())


def address_of(ticket: Ticket, act: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{act}"


def test_a_colleague_reads_it_masked_and_is_offered_to_see_it(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    page = signed_in("passwords").get(address_of(ticket)).text
    assert "Addresses and phone numbers are hidden from you in this queue." in page
    assert 'popovertarget="reveal"' in page
    assert "Call 0•-••••••78 or write to a•••@u•••.example" in page
    assert "Write anew" not in page


def test_a_trainee_is_told_and_offered_nothing(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("trainee").get(address_of(letter(d, now=clock.now()))).text
    assert "Whoever answers it sees them." in page
    assert 'popovertarget="reveal"' not in page


def test_who_has_the_right_sees_no_bar(ticket: Ticket, signed_in: SignedIn) -> None:
    page = signed_in("web").get(address_of(ticket)).text
    assert "are hidden from you" not in page
    assert "anna@user.example" in page


def test_one_press_with_a_reason_shows_it_and_says_until_when(ticket: Ticket, signed_in: SignedIn) -> None:
    browser = signed_in("passwords")
    page = browser.post(address_of(ticket, "reveal/"), {"reason": "identify", "words": ""}, follow=True).text
    assert "You see addresses and phone numbers until" in page
    assert "anna@user.example" in page
    assert "looked at hidden addresses and numbers (To make sure who the requester is)" in page
    browser.post(address_of(ticket, "reveal/"), {"reason": "identify"})
    assert Reveal.objects.count() == 1


def test_after_its_time_the_page_is_masked_again(ticket: Ticket, signed_in: SignedIn) -> None:
    browser = signed_in("passwords")
    browser.post(address_of(ticket, "reveal/"), {"reason": "call"})
    Reveal.objects.update(until=clock.now() - timedelta(seconds=1), at=clock.now() - LASTS)
    page = browser.get(address_of(ticket)).text
    assert "anna@user.example" not in page
    assert 'popovertarget="reveal"' in page


@pytest.mark.parametrize("given", [{}, {"reason": "other", "words": " "}, {"reason": "because"}])
def test_without_a_reason_it_stays_hidden_and_says_so(
    ticket: Ticket, signed_in: SignedIn, given: dict[str, str]
) -> None:
    page = signed_in("passwords").post(address_of(ticket, "reveal/"), given)
    assert page.status_code == 422
    assert "Choose a reason, or write one in a few words." in page.text
    assert "anna@user.example" not in page.text


@pytest.mark.parametrize(("login", "status"), [("trainee", 404), ("games1", 404), ("auditor", 403), ("web", 409)])
def test_others_may_not(ticket: Ticket, signed_in: SignedIn, login: str, status: int) -> None:
    assert signed_in(login).post(address_of(ticket, "reveal/"), {"reason": "call"}).status_code == status
    assert not Reveal.objects.exists()


def test_what_cannot_be_masked_says_how_it_opens(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    message = ticket.messages.get()
    for login, more in [("passwords", True), ("trainee", False)]:
        ticket.queue = d.queues["web" if login == "passwords" else "inbox"]
        ticket.save()
        page = signed_in(login).get(f"/desk/messages/{message.pk}/source/")
        assert page.status_code == 403
        assert "hidden from you in this queue" in page.text
        assert ("Show them in the ticket, with a reason" in page.text) == more
        assert f'href="/desk/tickets/{ticket.number}/"' in page.text


def test_a_search_says_that_addresses_are_found_only_where_one_sees_them(ticket: Ticket, signed_in: SignedIn) -> None:
    assert (
        "Or none in a queue where you see addresses."
        in signed_in("passwords").get("/desk/search/?q=anna@user.example").text
    )
    assert "I cannot sign in" in signed_in("web").get("/desk/search/?q=anna@user.example").text


def test_a_lead_and_an_auditor_read_who_looked_and_why_and_leads_of_others_do_not(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    browser = signed_in("passwords")
    browser.post(address_of(ticket, "reveal/"), {"reason": "other", "words": "The bank asked"})
    for login in ("lead", "auditor", "admin"):
        page = signed_in(login).get("/manage/audit/?action=personal.revealed").text
        assert re.search(r"<b>passwords</b> <span>hidden addresses and phone numbers shown</span>", page), login
        assert "For another reason: The bank asked" in page
        assert str(ticket.number) in page
    assert "queue changed" not in signed_in("lead").get("/manage/audit/").text
    d.queues["games/inbox"].refresh_from_db()
    membership = d.people["games1"].memberships.get()
    membership.role = "lead"
    membership.save()
    page = signed_in("games1").get("/manage/audit/").text
    assert "Nothing was shown to anybody" in page
    assert "passwords" not in page


def test_the_page_of_a_masked_ticket_asks_a_fixed_number_of_questions(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    browser, counts = signed_in("passwords"), []
    for more in (0, 9):
        for number in range(more):
            letter(d, text=f"{number} anna@user.example", to_ticket=ticket, now=clock.now())
            letter(d, queue="web", text=f"other {number}", now=clock.now())
        with statements() as asked:
            browser.get(address_of(ticket))
        counts.append(len(asked))
        with statements() as asked:
            browser.get("/desk/queues/mail/web/")
        counts.append(len(asked))
    assert counts[1] == counts[3]
    assert counts[2] - counts[0] <= 1  # of the requester's other tickets, the first time there is one
