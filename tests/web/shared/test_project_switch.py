"""Somebody of several projects looks at one of them, or at all."""

from __future__ import annotations

import pytest
from django.test import Client

from postline.projects.models import Membership, Role
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn


@pytest.fixture
def both(d: Department, signed_in: SignedIn) -> Client:
    """line1 works in the first line of mail, and leads games."""
    Membership.objects.create(person=d.people["line1"], project=d.projects["games"], role=Role.LEAD)
    return signed_in("line1")


def choose(browser: Client, slug: str, back: str = "/desk/") -> str:
    return browser.post("/project/", {"project": slug, "back": back}).headers["Location"]


def test_who_has_one_project_sees_no_switch(d: Department, signed_in: SignedIn) -> None:
    assert 'popovertarget="projects"' not in signed_in("line1b").get("/desk/").text


def test_lists_and_the_side_column_show_the_chosen_project_alone(d: Department, both: Client) -> None:
    everything = both.get("/desk/").text
    assert 'popovertarget="projects"' in everything
    assert "/desk/queues/mail/inbox/" in everything
    assert "/desk/queues/games/inbox/" in everything

    assert choose(both, "games") == "/desk/"

    for address in ("/desk/", "/desk/side/", "/desk/queues/games/inbox/"):
        page = both.get(address).text
        assert "/desk/queues/games/inbox/" in page, address
        assert "/desk/queues/mail/inbox/" not in page, address
    choose(both, "")
    assert "/desk/queues/mail/inbox/" in both.get("/desk/").text


def test_next_takes_from_the_chosen_project(d: Department, both: Client) -> None:
    older = letter(d, now=NOW)
    ours = letter(d, queue="games/inbox", text="Which key starts the game?")
    choose(both, "games")

    assert both.post("/desk/next/").headers["Location"] == f"/desk/tickets/{ours.number}/"
    assert both.post("/desk/next/").status_code == 200  # nobody waits there any more
    choose(both, "")
    assert both.post("/desk/next/").headers["Location"] == f"/desk/tickets/{older.number}/"


def test_a_ticket_of_another_project_still_opens_with_its_own_queues_beside_it(d: Department, both: Client) -> None:
    ticket = letter(d)
    choose(both, "games")

    page = both.get(f"/desk/tickets/{ticket.number}/")

    assert page.status_code == 200
    assert "/desk/queues/mail/inbox/" in page.text
    assert both.get("/desk/queues/mail/inbox/").status_code == 200


def test_management_shows_the_chosen_project_alone(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    assert "/manage/projects/games/queues/" in browser.get("/manage/").text

    assert choose(browser, "mail", back="/manage/people/?q=x") == "/manage/people/"

    assert "/manage/projects/games/" not in browser.get("/manage/").text
    people = browser.get("/manage/people/").text
    assert ">line1<" in people
    assert ">games1<" not in people
    assert "/manage/projects/games/" not in browser.get("/manage/search/?q=inbox").text
    assert browser.get("/manage/projects/games/queues/").status_code == 200


def test_a_project_that_is_not_mine_is_not_chosen(d: Department, both: Client, signed_in: SignedIn) -> None:
    assert signed_in("line1b").post("/project/", {"project": "games"}).status_code == 404
    choose(both, "games")

    Membership.objects.filter(person=d.people["line1"], project=d.projects["games"]).delete()

    assert "/desk/queues/mail/inbox/" in both.get("/desk/").text
