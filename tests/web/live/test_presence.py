"""Who else is at a ticket."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from postline.kit import clock
from postline.tickets.actions.move import move
from postline.tickets.announcements import Doing, Presence
from postline.web.live.present import LASTS, Present
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn
from tests.web.live.conftest import Listen
from tests.web.live.web_process import WebProcess, listening
from tests.web.workspace.statements import statements


def say(d: Department, login: str, number: int, doing: str, *, tab: str = "a1") -> int:
    browser = Client()
    browser.force_login(d.people[login])
    return browser.post(f"/desk/tickets/{number}/here/", {"tab": tab, "doing": doing}).status_code


def test_two_who_look_at_a_ticket_are_told_of_each_other(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    line1, line1b = listen("line1"), listen("line1b")
    say(d, "line1", ticket.number, "looks")
    assert line1.next("presence").data == {"number": ticket.number, "people": []}
    say(d, "line1b", ticket.number, "writes")
    assert line1.next("presence").data["people"] == [{"login": "line1b", "initials": "li", "doing": "writes"}]
    assert line1b.next("presence").data["people"] == [{"login": "line1", "initials": "li", "doing": "looks"}]
    say(d, "line1b", ticket.number, "gone")
    assert line1.next("presence").data["people"] == []


def test_two_web_processes_know_the_same_people(d: Department, listen: Listen, tmp_path: Path) -> None:
    ticket = letter(d)
    first = listen("lead")
    other = WebProcess(tmp_path / "other.log")
    other.start()
    browser = Client()
    browser.force_login(d.people["line1"])
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    with listening(other.url, cookie=cookie) as second:
        second.next("lost")
        say(d, "lead", ticket.number, "looks", tab="b2")
        say(d, "line1", ticket.number, "looks")
        logins = [first.next("presence").data["people"] for _ in range(2)][-1], second.next("presence").data["people"]
    assert [person["login"] for people in logins for person in people] == ["line1", "lead"]
    other.stop()


def test_whoever_is_not_at_the_ticket_is_told_nothing(d: Department, listen: Listen) -> None:
    ticket = letter(d)
    line1, line1b = listen("line1"), listen("line1b")
    say(d, "line1", ticket.number, "looks")
    line1.next("presence")
    assert line1b.so_far() == []


def test_nobody_can_say_that_they_are_at_a_ticket_that_they_may_not_see(d: Department, listen: Listen) -> None:
    ticket = letter(d, queue="vulnerabilities")
    abuse = listen("abuse")
    say(d, "abuse", ticket.number, "looks")
    assert abuse.next("presence").data["people"] == []
    assert say(d, "web", ticket.number, "looks") == 404
    assert say(d, "games1", ticket.number, "looks") == 404
    assert abuse.so_far() == []


def test_who_no_longer_sees_the_ticket_is_told_of_nobody_there(d: Department, listen: Listen) -> None:
    ticket = letter(d, queue="abuse")
    web, abuse = listen("web"), listen("abuse")
    say(d, "web", ticket.number, "looks")
    say(d, "abuse", ticket.number, "looks")
    while len(web.next("presence").data["people"]) < 1:
        pass
    move(d.reach("lead"), number=ticket.number, queue=d.queues["vulnerabilities"], now=clock.now())
    web.next("ticket")

    assert say(d, "web", ticket.number, "writes") == 404
    say(d, "abuse", ticket.number, "writes")
    say(d, "abuse", ticket.number, "gone")

    while abuse.next("presence").data["people"] != [{"login": "web", "initials": "we", "doing": "looks"}]:
        pass
    assert [told for told in web.so_far() if told.event == "presence"] == []


def test_where_a_ticket_is_follows_its_moves() -> None:
    present = Present()
    anna = Presence(number=7, queue=1, person=3, login="line1", tab="a1", doing=Doing.LOOKS)
    present.heard(anna, now=NOW)

    present.changed(7, frozenset({1, 2}))
    assert present.queue_of(7) == 2
    present.changed(7, frozenset({3, 4}))  # a move was missed
    assert present.queue_of(7) is None
    present.changed(7, frozenset({4}))
    assert present.queue_of(7) == 4
    present.lose()
    assert present.queue_of(7) is None
    present.heard(anna, now=NOW)
    assert present.queue_of(7) == 1
    present.changed(8, frozenset({1}))
    assert present.queue_of(8) is None


@pytest.mark.parametrize(("tab", "doing"), [("a1", "dances"), ("", "looks"), ("<b>", "looks"), ("a" * 33, "looks")])
def test_what_is_no_presence_is_refused(d: Department, tab: str, doing: str) -> None:
    assert say(d, "line1", letter(d).number, doing, tab=tab) == 400


def test_saying_that_one_is_here_is_one_query(d: Department, signed_in: SignedIn) -> None:
    ticket, browser = letter(d), signed_in("line1")
    with statements() as seen:
        browser.post(f"/desk/tickets/{ticket.number}/here/", {"tab": "a1", "doing": "looks"})
    assert len(seen) == 6  # session, person, three for the rights, and one


def test_whoever_is_not_heard_of_is_forgotten_within_45_seconds() -> None:
    present = Present()
    anna = Presence(number=7, queue=1, person=3, login="line1", tab="a1", doing=Doing.WRITES)
    assert present.heard(anna, now=NOW)
    assert not present.heard(anna, now=NOW + timedelta(seconds=20))
    assert present.forget(now=NOW + timedelta(seconds=20) + LASTS - timedelta(seconds=1)) == set()
    assert present.forget(now=NOW + timedelta(seconds=20) + LASTS) == {7}
    assert present.people_at(7) == {}
    assert timedelta(seconds=40) < LASTS <= timedelta(seconds=45)


def test_who_writes_in_one_tab_and_looks_in_another_writes() -> None:
    present = Present()
    for tab, doing in (("a1", Doing.WRITES), ("b2", Doing.LOOKS)):
        present.heard(Presence(number=7, queue=1, person=3, login="line1", tab=tab, doing=doing), now=clock.now())
    assert present.people_at(7) == {3: ("line1", Doing.WRITES)}
    present.heard(Presence(number=7, queue=1, person=3, login="line1", tab="a1", doing=Doing.GONE), now=clock.now())
    assert present.people_at(7) == {3: ("line1", Doing.LOOKS)}
