"""The list of filters and hints: order, counters, switches, deleting, and who may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from postline.kit import clock
from postline.rules import filters
from postline.rules.checks import Draft
from postline.rules.models import Rule, RuleDay, WhyDisabled
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.rules.making import FILTERS, HINTS, INVOICE, make_filter, make_hint, seen
from tests.web.workspace.statements import statements


def names(page: str) -> list[str]:
    return re.findall(r'<a class="open"[^>]*>([^<]*)</a>', page)


def test_where_nothing_is_yet_examples_explain_it(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("lead").get(FILTERS).content.decode()
    assert "No filter yet" in page
    assert page.count("?example=") == 3
    assert signed_in("lead").get(HINTS).content.decode().count("?example=") == 3


def test_each_filter_stands_with_its_sentence_and_what_it_did(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    today = clock.now().date()
    for back, hits in ((0, 3), (6, 4), (7, 9)):
        RuleDay.objects.create(rule=rule, day=today - timedelta(days=back), hits=hits, messages=100, micros=20_000)
    Rule.objects.update(last_hit_at=clock.now())

    page = signed_in("lead").get(FILTERS).content.decode()

    assert "When a new request arrives and the subject contains “invoice”: put it into the queue “Web”." in page
    assert '<b class="num">3</b> today' in page
    assert '<b class="num">7</b> in 7 days' in page
    assert "0.2 ms" in page
    assert "Hits of the last 14 days: 16" in page
    assert "lead, version 1," in page


def test_one_that_has_switched_itself_off_says_why_and_what_to_do(d: Department, signed_in: SignedIn) -> None:
    make_filter(d)
    Rule.objects.update(disabled_because=WhyDisabled.GONE, disabled_detail="web")

    for address in (FILTERS, f"{FILTERS}invoices/"):
        page = signed_in("lead").get(address).content.decode()
        assert "It has switched itself off. It names something that is gone" in page
        assert "(web)" in page
        assert "Correct it, then switch it on again." in page


def test_a_place_is_typed_without_a_script(d: Department, signed_in: SignedIn) -> None:
    for name in ("First", "Second", "Third"):
        make_filter(d, name)
    browser = signed_in("lead")

    said = browser.post(f"{FILTERS}third/place/", {"place": "1"}, follow=True)

    assert names(said.content.decode()) == ["Third", "First", "Second"]
    assert "Third is number 1 now." in said.content.decode()
    browser.post(f"{FILTERS}third/place/", {"place": "99"})
    assert names(browser.get(FILTERS).content.decode()) == ["First", "Second", "Third"]
    browser.post(f"{FILTERS}third/place/", {"place": "first"})
    assert names(browser.get(FILTERS).content.decode()) == ["First", "Second", "Third"]


def test_an_order_is_dragged_unless_the_list_is_another_one(d: Department, signed_in: SignedIn) -> None:
    for name in ("First", "Second", "Third"):
        make_filter(d, name)
    browser = signed_in("lead")
    wanted = {"rule": ["second", "third", "first"], "seen": "0"}

    assert browser.post(f"{FILTERS}order/", wanted).status_code == 200
    assert names(browser.get(FILTERS).content.decode()) == ["Second", "Third", "First"]
    assert browser.post(f"{FILTERS}order/", {**wanted, "rule": ["first", "second", "third"]}).status_code == 409
    assert browser.post(f"{FILTERS}order/", {"rule": ["first", "second"]}).status_code == 409
    assert names(browser.get(FILTERS).content.decode()) == ["Second", "Third", "First"]


def test_hints_stand_by_weight(d: Department, signed_in: SignedIn) -> None:
    make_hint(d, "Light", weight=10)
    make_hint(d, "Heavy", weight=90)

    assert names(signed_in("lead").get(HINTS).content.decode()) == ["Heavy", "Light"]


def test_names_and_sentences_are_searched(d: Department, signed_in: SignedIn) -> None:
    make_filter(d, "Bills")
    make_filter(d, "Spam", condition={"all": [{"ask": "header", "name": "X-Spam", "is": "exists"}]})
    browser = signed_in("lead")

    assert names(browser.get(FILTERS, {"q": "x-spam"}).content.decode()) == ["Spam"]
    assert names(browser.get(FILTERS, {"q": "INVOICE web"}).content.decode()) == ["Bills"]
    assert "Nothing found" in browser.get(FILTERS, {"q": "zebra"}).content.decode()


def test_a_hundred_filters_take_no_more_queries_than_one(d: Department, signed_in: SignedIn) -> None:
    make_filter(d)
    browser = signed_in("lead")
    with statements() as few:
        browser.get(FILTERS)
    Rule.objects.bulk_create(
        Rule(
            project=d.projects["mail"],
            kind="filter",
            slug=f"rule-{number}",
            name=f"Rule {number}",
            position=number,
            condition={"all": [INVOICE]},
            steps=[{"do": "stop"}],
            changed_at=clock.now(),
            changed_by=d.people["lead"],
        )
        for number in range(99)
    )
    with statements() as many:
        page = browser.get(FILTERS).content.decode()
    assert (len(names(page)), len(many)) == (100, len(few))


def test_switching_off_takes_one_press_and_on_shows_the_trial_first(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    browser, address = signed_in("lead"), f"{FILTERS}invoices/switch/"

    assert "Tried on the past" in browser.get(address).content.decode()
    rule.refresh_from_db()
    assert not rule.enabled
    on = {"to": "on", "version": "1", "seen": seen(rule)}
    assert browser.post(address, on).status_code == 302
    assert browser.post(address, on).status_code == 302  # pressed twice
    rule.refresh_from_db()
    assert rule.enabled
    browser.post(address, {"to": "off"})
    rule.refresh_from_db()
    assert not rule.enabled


def test_what_was_changed_since_the_trial_is_not_switched_on(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    known = seen(rule)
    draft = Draft(name="Other", condition={"all": [INVOICE]}, steps=[{"do": "stop"}])
    filters.change(d.reach("lead"), rule_id=rule.pk, draft=draft, seen=int(known), now=clock.now())

    said = signed_in("lead").post(f"{FILTERS}invoices/switch/", {"to": "on", "version": "1", "seen": known})

    assert said.status_code == 409
    assert "It was changed meanwhile." in said.content.decode()
    rule.refresh_from_db()
    assert not rule.enabled


def test_what_names_something_that_is_gone_is_not_switched_on(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d, steps=[{"do": "topic", "value": "display"}])
    d.topics["display"].delete()

    page = signed_in("lead").get(f"{FILTERS}invoices/switch/").content.decode()
    said = signed_in("lead").post(f"{FILTERS}invoices/switch/", {"to": "on", "version": "1", "seen": seen(rule)})

    assert "It cannot be switched on like that." in page
    assert said.status_code == 422
    rule.refresh_from_db()
    assert not rule.enabled


def test_deleting_asks_for_the_short_name(d: Department, signed_in: SignedIn) -> None:
    make_filter(d)
    browser = signed_in("lead")

    assert browser.post(f"{FILTERS}invoices/delete/", {"word": "nvoices"}).status_code == 422
    assert Rule.objects.get().deleted_at is None
    assert browser.post(f"{FILTERS}invoices/delete/", {"word": "invoices"}).status_code == 302
    assert Rule.objects.get().deleted_at is not None
    assert browser.get(f"{FILTERS}invoices/").status_code == 404


PAGES = ["", "new/", "file/", "file/rules.json", "{slug}/", "{slug}/switch/", "{slug}/delete/", "{slug}/versions/"]
ACTS = ["new/", "file/", "{slug}/", "{slug}/switch/", "{slug}/delete/", "{slug}/versions/1/"]


@pytest.mark.parametrize("area", ["filters", "hints"])
def test_only_leads_of_the_project_may(d: Department, signed_in: SignedIn, area: str) -> None:
    made = make_filter(d) if area == "filters" else make_hint(d)
    before = list(Rule.objects.values())

    def answers(login: str, project: str = "mail") -> set[int]:
        browser, start = signed_in(login), f"/manage/projects/{project}/{area}/"
        found = {browser.get(start + path.format(slug=made.slug)).status_code for path in PAGES}
        sent = {"to": "on", "word": made.slug, "name": "x", "do": "save"}
        return found | {browser.post(start + path.format(slug=made.slug), sent).status_code for path in ACTS}

    for login in ("line1", "passwords", "trainee", "games1", "auditor"):
        assert answers(login) == {403}, login
    assert answers("lead", "games") == {404}
    assert list(Rule.objects.values()) == before
    assert signed_in("lead").get(f"/manage/projects/mail/{area}/").status_code == 200
