"""What is due stands on the ticket and in lists; leads are told what is late."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from postline.kit import clock
from postline.projects.models import Act, Alarm, Metric
from postline.projects.targets import Step
from postline.tickets.actions.change import change_state
from postline.tickets.clocks.escalate import do_what_is_due
from postline.tickets.models import State
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements
from tests.working_time import target

TELL = Step(after_minutes=0, act=Act.NOTIFY)


def test_a_ticket_shows_what_is_due_missed_and_paused(d: Department, signed_in: SignedIn) -> None:
    target(d, Metric.FIRST_ANSWER, 150)
    target(d, Metric.FIRST_LINE_WAIT, 60)
    ticket = letter(d, now=clock.now() - timedelta(minutes=90))
    browser, path = signed_in("line1"), f"/desk/tickets/{ticket.number}/"
    page = browser.get(path).content.decode()
    assert re.search(r"First answer</span><span[^>]*>due in (1 h 00|59 min)", page)
    assert re.search(r"Wait in the first line</span><span[^>]*><span[^>]*>missed (30|31) min ago", page)
    change_state(d.reach("line1"), number=ticket.number, state=State.PENDING, now=clock.now())
    assert "paused" in browser.get(path).content.decode()


def test_without_targets_nothing_is_said(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert "First answer" not in page


def test_the_history_tells_what_was_missed_and_done(d: Department, signed_in: SignedIn) -> None:
    target(d, Metric.FIRST_ANSWER, 60, TELL, warn_minutes=10)
    ticket = letter(d, now=clock.now() - timedelta(hours=2))
    do_what_is_due(now=clock.now())
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert "target missed: First answer" in page
    assert "escalated (First answer): Tell the leads" in page


def test_in_a_list_the_bar_is_full_when_the_target_is_due(d: Department, signed_in: SignedIn) -> None:
    browser, path = signed_in("line1"), "/desk/queues/mail/inbox/"
    letter(d, now=clock.now() - timedelta(minutes=61))
    row = browser.get(path).content.decode().split("data-number")[1]
    assert 'is-danger" data-p="20"' in row, "the hour that the queue promises"
    target(d, Metric.FIRST_ANSWER, 600)
    letter(d, text="Another one.", queue="web", now=clock.now() - timedelta(minutes=61))
    row = signed_in("web").get("/desk/queues/mail/web/").content.decode().split("data-number")[1]
    assert 'data-p="2"' in row
    assert 'title="due ' in row


def test_clocks_cost_a_page_two_small_queries(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("line1")
    without = letter(d, now=clock.now())
    browser.get(f"/desk/tickets/{without.number}/")
    with statements() as few:
        browser.get(f"/desk/tickets/{without.number}/")
    for metric in Metric:
        target(d, metric, 60)
    ticket = letter(d, text="Another one.", now=clock.now())
    browser.get(f"/desk/tickets/{ticket.number}/")
    with statements() as many:
        browser.get(f"/desk/tickets/{ticket.number}/")
    assert len(many) == len(few) + 1


def test_leads_see_what_is_late_and_take_it_off(d: Department, signed_in: SignedIn) -> None:
    target(d, Metric.FIRST_ANSWER, 60, TELL)
    for number in range(3):
        letter(d, text=f"Letter {number}", now=clock.now() - timedelta(hours=2))
    do_what_is_due(now=clock.now())
    alarm = Alarm.objects.get()
    assert alarm.count == 3
    lead = signed_in("lead")
    page = lead.get("/desk/").content.decode()
    assert "Late in mail: First answer." in page
    assert "3 requests of the last hour." in page
    assert lead.post(f"/alarms/{alarm.pk}/seen/").status_code == 302
    assert "Late in mail" not in lead.get("/desk/").content.decode()


@pytest.mark.parametrize("login", ["line1", "web", "games1", "trainee"])
def test_nobody_else_is_told_or_may_take_it_off(d: Department, signed_in: SignedIn, login: str) -> None:
    target(d, Metric.FIRST_ANSWER, 60, TELL)
    letter(d, now=clock.now() - timedelta(hours=2))
    do_what_is_due(now=clock.now())
    browser = signed_in(login)
    assert "Late in mail" not in browser.get("/desk/").content.decode()
    assert browser.post(f"/alarms/{Alarm.objects.get().pk}/seen/").status_code == 403
    assert Alarm.objects.get().acknowledged_at is None
