"""Handing a ticket over on its page, and what each side sees then."""

from __future__ import annotations

import pytest

from postline.kit import clock
from postline.tickets import numbers
from postline.tickets.actions.answer import answer
from postline.tickets.actions.hand_over import hand_over
from postline.tickets.actions.note import note
from postline.tickets.models import HandOver, Ticket
from tests.scenes import ANNA, Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements


@pytest.fixture
def ticket(d: Department) -> Ticket:
    """Anna's letter with a note; the inbox of games takes tickets of other projects."""
    d.queues["games/inbox"].accepts_from_projects = True
    d.queues["games/inbox"].save()
    made = letter(d, now=clock.now())
    note(d.reach("line1"), number=made.number, text="Between us: chess.", now=clock.now())
    return made


def desk(ticket: Ticket, act: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{act}"


def given(d: Department, ticket: Ticket, *, reason: str = "A player") -> Ticket:
    queue = d.queues["games/inbox"].pk
    hand_over(d.reach("line1"), number=ticket.number, queue_id=queue, reason=reason, now=clock.now())
    return ticket


def test_the_page_asks_where_to_and_names_only_what_accepts(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    page = signed_in("line1").get(desk(ticket, "hand-over/")).content.decode()
    assert "<b>Games:</b> Inbox" in page
    assert "Accounts" not in page
    assert desk(ticket, "hand-over/") in signed_in("line1").get(desk(ticket)).content.decode()


def test_where_nobody_accepts_it_says_so(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    d.queues["games/inbox"].accepts_from_projects = False
    d.queues["games/inbox"].save()
    page = signed_in("line1").get(desk(ticket, "hand-over/")).content.decode()
    assert "No other project takes tickets in" in page
    assert "Games" not in page


def test_it_goes_and_leaves_what_was_there_to_be_read(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    browser = signed_in("line1")
    form = {"queue": d.queues["games/inbox"].pk, "reason": "She plays <b>chess</b>"}
    said = browser.post(desk(ticket, "hand-over/"), form, follow=True)
    assert said.redirect_chain == [(desk(ticket, "handed-over/"), 302)]
    page = said.content.decode()
    for words in ("Between us: chess.", "my password is refused", "She plays &lt;b&gt;chess&lt;/b&gt;", "Take it back"):
        assert words in page
    assert browser.get(desk(ticket)).headers["Location"] == desk(ticket, "handed-over/")


def test_the_new_project_sees_where_it_came_from_and_no_note(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    page = signed_in("games1").get(desk(given(d, ticket))).content.decode()
    assert "line1 handed it over from Mail" in page
    assert "A player" in page
    assert "wrote a note that stays in another project" in page
    assert "Between us" not in page
    assert "Mail support" not in page


@pytest.mark.parametrize("login", ["line1", "lead", "web", "trainee"])
def test_nothing_that_comes_after_it_is_read_in_the_old_project(
    d: Department, ticket: Ticket, signed_in: SignedIn, login: str
) -> None:
    given(d, ticket)
    there = Ticket.objects.select_related("queue").get(pk=ticket.pk)
    letter(d, to_ticket=there, text="Secret of a player", now=clock.now())
    note(d.reach("games1"), number=ticket.number, text="Secret of games", now=clock.now())
    answer(d.reach("games1"), number=ticket.number, text="Secret answer", now=clock.now())
    message = there.messages.order_by("-id")[0].pk
    browser = signed_in(login)
    for address in (
        desk(ticket), desk(ticket, "handed-over/"), f"/desk/messages/{message}/text/", f"/desk/search/?q={ANNA[1]}",
        f"/desk/search/?q={ticket.number}", "/desk/", "/desk/queues/mail/inbox/", f"{desk(ticket, '')}?all",
        f"/desk/messages/{message}/raw/", f"/desk/messages/{message}/source/", f"/desk/messages/{message}/html/",
    ):  # fmt: skip
        assert "Secret" not in browser.get(address, follow=True).content.decode(), address


def test_one_who_handed_it_over_by_mistake_takes_it_back(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    given(d, ticket)
    page = signed_in("line1").post(desk(ticket, "take-back/"), follow=True).content.decode()
    assert "The ticket is here again." in page
    assert "Between us: chess." in page


def test_too_late_is_said(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    given(d, ticket)
    signed_in("games1").post(desk(ticket, "take/"))
    page = signed_in("line1").post(desk(ticket, "take-back/"), follow=True).content.decode()
    assert "It is too late" in page
    assert HandOver.objects.count() == 1


def test_who_never_saw_it_finds_nothing(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    given(d, ticket)
    for login in ("passwords", "web"):
        assert signed_in(login).get(desk(ticket, "handed-over/")).status_code == 404
    assert signed_in("lead").get(desk(ticket, "handed-over/")).status_code == 200


def test_a_queue_that_accepts_no_more_is_refused(d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
    said = signed_in("line1").post(desk(ticket, "hand-over/"), {"queue": d.queues["games/accounts"].pk, "reason": "x"})
    assert said.status_code == 422
    assert "This queue takes no tickets of other projects" in said.content.decode()


def test_the_page_of_what_was_left_costs_the_same_however_long(
    d: Department, ticket: Ticket, signed_in: SignedIn
) -> None:
    for text in range(12):
        note(d.reach("line1"), number=ticket.number, text=f"note {text}", now=clock.now())
    given(d, ticket)
    browser = signed_in("line1")
    browser.get(desk(ticket, "handed-over/"))
    with statements() as seen:
        page = browser.get(desk(ticket, "handed-over/")).content.decode()
    assert len(seen) == 10, seen
    assert numbers.show(ticket.number) in page
