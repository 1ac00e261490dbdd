"""The red bar: administrators see it until they have seen it; a held outbox can be released."""

from __future__ import annotations

import pytest

from postline.kit import clock
from postline.outbox.models import OutboxMessage, State
from postline.outbox.put import HELD_ALARM
from postline.projects.alarms import raise_alarm
from postline.projects.models import Alarm
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.test_outbox import outgoing

BAR = "No process of the role worker is left."


def test_administrators_see_the_bar_until_they_have_seen_it(d: Department, signed_in: SignedIn) -> None:
    raise_alarm("role-gone", subject="worker", now=clock.now())
    client = signed_in("admin")
    assert BAR in client.get("/outbox/").text

    page = client.post(f"/alarms/{Alarm.objects.get().pk}/seen/", headers={"Referer": "http://testserver/outbox/"})

    assert page.headers["Location"] == "http://testserver/outbox/"
    assert BAR not in client.get("/outbox/").text


@pytest.mark.parametrize("login", ["line1", "lead", "auditor"])
def test_others_see_no_bar_and_may_not_take_it_away(d: Department, signed_in: SignedIn, login: str) -> None:
    raise_alarm("role-gone", subject="worker", now=clock.now())
    client = signed_in(login)

    assert BAR not in client.get("/settings/").text
    assert client.post(f"/alarms/{Alarm.objects.get().pk}/seen/").status_code == 403


def test_one_goes_back_only_to_a_page_of_ours(d: Department, signed_in: SignedIn) -> None:
    raise_alarm("role-gone", subject="worker", now=clock.now())
    client = signed_in("admin")

    page = client.post(f"/alarms/{Alarm.objects.get().pk}/seen/", headers={"Referer": "https://evil.example/"})

    assert page.headers["Location"] == "/"
    assert client.post("/alarms/4711/seen/").status_code == 302


@pytest.mark.parametrize(
    "code",
    [
        "role-dying",
        "role-gone",
        "outbox-held",
        "mailbox-unreadable",
        "mailbox-cannot-send",
        "flood",
        "automatic-answers-stopped",
        "another",
    ],
)
def test_every_alarm_has_words(d: Department, signed_in: SignedIn, code: str) -> None:
    raise_alarm(code, subject="support@mail.example", now=clock.now())

    assert "I have seen it" in signed_in("admin").get("/outbox/").text


def test_what_a_restore_has_put_on_hold_is_released_on_the_page(d: Department, signed_in: SignedIn) -> None:
    outgoing(d)
    OutboxMessage.objects.update(state=State.HELD)
    raise_alarm(HELD_ALARM, {"messages": 1}, now=clock.now())
    client = signed_in("admin")
    assert "The outbox is on hold." in client.get("/desk/").text
    assert "Send all of them" in client.get("/outbox/?state=held").text

    page = client.post("/outbox/release/", follow=True).text

    assert OutboxMessage.objects.get().state == State.WAITING
    assert "1 message goes out now." in page
    assert "The outbox is on hold." not in page


@pytest.mark.parametrize("login", ["line1", "auditor"])
def test_who_does_not_manage_the_installation_releases_nothing(d: Department, signed_in: SignedIn, login: str) -> None:
    outgoing(d)
    OutboxMessage.objects.update(state=State.HELD)
    client = signed_in(login)

    assert client.post("/outbox/release/").status_code == 403
    assert "Send all of them" not in client.get("/outbox/?state=held").text
    assert OutboxMessage.objects.get().state == State.HELD
