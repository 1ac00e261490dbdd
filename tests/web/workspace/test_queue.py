"""The list of a queue."""

from __future__ import annotations

import re
from datetime import timedelta

from postline.kit import clock
from postline.tickets.actions.change import change_state
from postline.tickets.actions.take import take
from postline.tickets.models import State
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements

INBOX = "/desk/queues/mail/inbox/"


def test_whoever_waits_longest_stands_first(d: Department, signed_in: SignedIn) -> None:
    letter(d, subject="Younger", now=clock.now() - timedelta(minutes=5))
    letter(d, subject="Older", now=clock.now() - timedelta(hours=5))
    page = signed_in("line1").get(INBOX).content.decode()
    assert page.index("Older") < page.index("Younger")


def test_a_subject_of_a_stranger_is_text_and_nothing_else(d: Department, signed_in: SignedIn) -> None:
    letter(d, subject="<script>alert(1)</script>", text="<img src=x onerror=alert(2)>", now=clock.now())
    page = signed_in("line1").get(INBOX).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_ticket_that_somebody_works_at_is_muted_and_says_who(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    take(d.reach("line1b"), number=ticket.number, now=clock.now())
    page = signed_in("line1").get(INBOX).content.decode()
    assert 'class="taken"' in page
    assert "line1b works at it" in page


def test_the_states_are_lists_of_their_own(d: Department, signed_in: SignedIn) -> None:
    letter(d, subject="Waits", now=clock.now())
    closed = letter(d, subject="Is done", now=clock.now())
    change_state(d.reach("line1"), number=closed.number, state=State.CLOSED, now=clock.now())
    browser = signed_in("line1")
    waiting = browser.get(INBOX).content.decode()
    done = browser.get(INBOX, {"state": "closed"}).content.decode()
    everything = browser.get(INBOX, {"state": "all"}).content.decode()
    assert ("Waits" in waiting, "Is done" in waiting) == (True, False)
    assert (">Waits<" in done, "Is done" in done) == (False, True)
    assert ("Waits" in everything, "Is done" in everything) == (True, True)


def test_the_pages_of_a_long_list_hold_every_ticket_once(d: Department, signed_in: SignedIn) -> None:
    same_moment = clock.now() - timedelta(minutes=3)
    for count in range(120):
        letter(d, subject=f"Question {count:03}", now=same_moment)
    browser, address, seen = signed_in("line1"), INBOX, []
    while address:
        page = browser.get(address).content.decode()
        seen += re.findall(r"Question (\d{3})", re.sub(r'title="[^"]*"', "", page))
        further = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
        address = further[1].replace("&amp;", "&") if further else ""
    assert seen == [f"{count:03}" for count in range(120)]


def test_an_empty_queue_says_that_nobody_waits(signed_in: SignedIn) -> None:
    assert "Nobody waits" in signed_in("line1").get(INBOX).content.decode()


def test_the_queue_of_another_project_is_not_there(signed_in: SignedIn) -> None:
    assert signed_in("line1").get("/desk/queues/games/inbox/").status_code == 404


def test_a_private_queue_is_not_there_for_others(signed_in: SignedIn) -> None:
    assert signed_in("web").get("/desk/queues/mail/vulnerabilities/").status_code == 404
    assert signed_in("abuse").get("/desk/queues/mail/vulnerabilities/").status_code == 200


def test_a_mistyped_place_or_state_is_not_there(signed_in: SignedIn) -> None:
    browser = signed_in("line1")
    for query in ({"after": "x-1"}, {"after": "9" * 40 + "-1"}, {"after": "1-" + "9" * 30}, {"state": "lost"}):
        assert browser.get(INBOX, query).status_code == 404, query


def test_the_number_of_queries_does_not_grow(d: Department, signed_in: SignedIn) -> None:
    for count in range(60):
        letter(d, subject=f"Question {count}", now=clock.now())
    browser = signed_in("line1")
    with statements() as asked:
        assert len(browser.get(INBOX).content) < 60_000
    assert len(asked) == 7  # session, person, three for the rights, queues, rows
