"""A rule is tried on the past from the editor: nothing is saved, no ticket is touched."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from postline.kit import clock
from postline.rules.models import Rule
from postline.tickets.models import Event, Ticket
from postline.web.manage.rules import tried
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.manage.rules.making import FILTERS, HINTS, INVOICE, form, hint_form, make_filter

STEPS = [{"do": "queue", "value": "web"}, {"do": "stop"}]


def past(d: Department) -> None:
    """Three messages about invoices, one of them in Web already; one about something else; one of games."""
    for number, (queue, subject) in enumerate(
        [("web", "Invoice A"), ("inbox", "Invoice B"), ("inbox", "Other"), ("inbox", "An <invoice> C")]
    ):
        letter(d, queue=queue, subject=subject, text=subject, now=clock.now() - timedelta(hours=number))
    letter(d, queue="games/inbox", subject="Invoice of games", now=clock.now())


def test_what_would_be_stands_beside_what_really_is_the_differences_first(d: Department, signed_in: SignedIn) -> None:
    past(d)
    before = (list(Ticket.objects.values()), Event.objects.count())

    said = signed_in("lead").post(FILTERS + "new/", form({"all": [INVOICE]}, STEPS, do="try", last="100"))

    page = said.content.decode()
    assert said.status_code == 200
    assert '<div class="many">3</div>' in page
    assert "of 4 messages fit" in page
    assert "2 would be different" in page
    assert "1 became the same anyway" in page
    shown = re.findall(r'href="/desk/tickets/\d+/" target="_blank">([^<]*)<', page)
    assert (set(shown[:2]), shown[2]) == ({"An &lt;invoice&gt; C", "Invoice B"}, "Invoice A")
    assert "really is: </span>Inbox" in page
    assert "games" not in page.partition('id="trial"')[2]
    assert (list(Ticket.objects.values()), Event.objects.count()) == before
    assert not Rule.objects.exists()


def test_a_hint_is_tried_too(d: Department, signed_in: SignedIn) -> None:
    past(d)
    page = signed_in("lead").post(HINTS + "new/", hint_form({"all": [INVOICE]}, "topic", "display", do="try"))
    assert '<div class="many">3</div>' in page.content.decode()
    assert "would be: </span>Display" in page.content.decode()


def test_what_cannot_be_tried_says_why(d: Department, signed_in: SignedIn) -> None:
    said = signed_in("lead").post(FILTERS + "new/", {**form(do="try"), "value-0": ""})

    assert said.status_code == 200
    assert "Condition 1: The value is empty." in said.content.decode()
    assert 'class="many"' not in said.content.decode()


def test_a_long_trial_shows_how_far_it_is_and_goes_on(
    d: Department, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(120):
        letter(d, subject=f"Invoice {number}", text=str(number), now=clock.now())
    monkeypatch.setattr(tried, "PATIENCE_S", 0)
    browser, given = signed_in("lead"), form({"all": [INVOICE]}, STEPS, last="500")

    page = browser.post(FILTERS + "new/", {**given, "do": "try"}).content.decode()
    assert '<progress max="500" value="100"' in page
    assert 'value="try:1" data-goes-on' in page
    whole = browser.post(FILTERS + "new/", {**given, "do": f"try:{tried.MOST_LOOKS}"}).content.decode()
    assert "data-goes-on" not in whole
    assert "of 120 messages fit" in whole
    assert "and 20 more" in whole


def test_before_it_is_switched_on_the_trial_is_shown(d: Department, signed_in: SignedIn) -> None:
    past(d)
    make_filter(d)

    page = signed_in("lead").get(f"{FILTERS}invoices/switch/").content.decode()

    assert "2 would be different" in page
    assert "Switch on" in page
