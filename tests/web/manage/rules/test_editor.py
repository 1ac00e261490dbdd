"""The editor of filters and hints, as a browser without scripts uses it."""

from __future__ import annotations

from typing import Any

import pytest

from postline.kit import clock
from postline.projects.models import AuditEntry
from postline.rules import filters
from postline.rules.models import Rule, RuleVersion
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.rules.making import (
    FILTERS,
    HINTS,
    INVOICE,
    TO_WEB,
    form,
    hint_form,
    make_filter,
    seen,
)  # fmt: skip

SPAM = {"ask": "header", "name": "X-Spam-Flag", "is": "is", "value": "YES"}
LISTED = {"ask": "from-domain", "is": "in-list", "value": ["user.example", "mail.example"]}
NESTED = {"all": [INVOICE, {"any": [SPAM, {"not": LISTED}]}, {"not": {"all": [SPAM, INVOICE]}}]}
STEPS: list[dict[str, Any]] = [
    {"do": "queue", "value": "web"},
    {"do": "tags", "value": ["money", "деньги"]},
    {"do": "field", "value": "yes", "name": "checked"},
    {"do": "stop"},
]


def test_a_filter_is_kept_as_it_was_put_together(d: Department, signed_in: SignedIn) -> None:
    said = signed_in("lead").post(FILTERS + "new/", form(NESTED, STEPS, acts_on="all"))

    rule = Rule.objects.get()
    assert said.headers["Location"] == f"{FILTERS}invoices/"
    assert (rule.condition, rule.steps, rule.acts_on, rule.enabled) == (NESTED, STEPS, "all", False)
    page = signed_in("lead").get(f"{FILTERS}invoices/").content.decode()
    assert "the header “X-Spam-Flag” is “YES”" in page
    assert "user.example\nmail.example</textarea>" in page


def test_a_hint_is_kept_with_its_weight(d: Department, signed_in: SignedIn) -> None:
    signed_in("lead").post(HINTS + "new/", hint_form({"any": [INVOICE]}, "topic", "display", weight="80"))

    rule = Rule.objects.get()
    assert (rule.kind, rule.suggestions, rule.weight, rule.steps) == ("hint", [{"topic": "display"}], 80, [])


def test_buttons_change_the_form_and_save_nothing(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    given = form({"all": [INVOICE, SPAM]}, name="Half <ready>")

    def after(do: str) -> str:
        said = browser.post(FILTERS + "new/", {**given, "do": do})
        assert said.status_code == 200
        page = said.content.decode()
        assert 'value="Half &lt;ready&gt;"' in page
        return page

    assert after("add").count('name="row"') == 3
    assert 'name="group-1"' in after("deeper:1")
    assert after("remove:0").count('name="row"') == 1
    assert after("group").count('name="row"') == 4
    assert after("act-add").count('name="act"') == 2
    assert "nothing yet" in after("act-remove:0")
    assert 'id="ask-0" name="ask-0" aria-label="What is asked" data-draws autofocus' in after("up:1")
    assert not Rule.objects.exists()


def test_another_question_brings_the_comparisons_and_the_input_that_fit(d: Department, signed_in: SignedIn) -> None:
    given = form({"all": [INVOICE]}, do="draw")

    def drawn(ask: str, comparison: str, value: str = "invoice") -> str:
        sent = {**given, "ask-0": ask, "is-0": comparison, "value-0": value}
        return signed_in("lead").post(FILTERS + "new/", sent).content.decode()

    assert '<option value="web" selected>Web</option>' in drawn("queue", "is", "web")
    assert 'type="checkbox" name="value-0" value="inbox" checked' in drawn("queue", "in-list", "inbox")
    assert 'type="number"' in drawn("attachment-count", "contains")
    assert 'list="list-header"' in drawn("header", "is")
    assert '<option value="monday" selected>' in drawn("weekday", "is")
    assert 'name="value-0"' not in drawn("subject", "exists")
    assert "Bug bounty" not in drawn("nonsense", "is")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "Give it a name"),
        ({"value-0": ""}, "Condition 1: The value is empty."),
        ({"is-0": "matches", "value-0": "in(voice"}, "a bracket is not closed"),
        ({"ask-0": "header", "named-0": ""}, "Say which one"),
        ({"act": []}, "Say what is to be done."),
        ({"set-0": "gone"}, "There is no queue"),
        ({"do-0": "note", "set-0": "{account}"}, "No named group of the condition"),
    ],
)
def test_what_cannot_be_is_said_at_its_place_and_nothing_typed_is_lost(
    d: Department, signed_in: SignedIn, more: dict[str, Any], words: str
) -> None:
    given = form(**{"name": "My own words", **more})
    said = signed_in("lead").post(FILTERS + "new/", given)

    page = said.content.decode()
    assert (said.status_code, Rule.objects.count()) == (422, 0)
    assert words in page
    assert 'id="problems"' in page
    if more.get("name") != " ":
        assert 'value="My own words"' in page


def test_the_wrong_character_of_a_pattern_is_marked_while_one_types(d: Department, signed_in: SignedIn) -> None:
    said = signed_in("lead").post(FILTERS + "new/", {**form(do="draw"), "is-0": "matches", "value-0": "in(voice"})

    page = said.content.decode()
    assert said.status_code == 200
    assert "in<mark>(</mark>voice" in page
    assert 'id="problems"' not in page


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"all": []}, "This is true of every message."),
        ({"all": [INVOICE, {"not": INVOICE}]}, "This can never be true"),
        ({"all": [{"ask": "subject", "is": "matches", "value": ".*"}]}, "fits every text"),
    ],
)
def test_what_is_strange_is_kept_only_by_who_means_it(
    d: Department, signed_in: SignedIn, condition: dict[str, Any], words: str
) -> None:
    browser, given = signed_in("lead"), form(condition)
    said = browser.post(FILTERS + "new/", given)
    page = said.content.decode()
    assert (said.status_code, Rule.objects.count()) == (422, 0)
    assert words in page

    means_it = page.partition('name="anyway" value="')[2].partition('"')[0]
    other = browser.post(FILTERS + "new/", {**form({"any": []}), "anyway": means_it})
    assert (other.status_code, Rule.objects.count()) == (422, 0)
    assert browser.post(FILTERS + "new/", {**given, "anyway": means_it}).status_code == 302
    assert Rule.objects.get().condition == condition


def test_filters_that_would_send_follow_ups_to_and_fro_are_pointed_out(d: Department, signed_in: SignedIn) -> None:
    def in_queue(slug: str) -> dict[str, Any]:
        return {"all": [{"ask": "queue", "is": "is", "value": slug}]}

    there = make_filter(d, "There", condition=in_queue("web"), acts_on="all", steps=[{"do": "queue", "value": "abuse"}])
    filters.switch(d.reach("lead"), rule_id=there.pk, enabled=True, now=clock.now())

    said = signed_in("lead").post(FILTERS + "new/", form(in_queue("abuse"), TO_WEB, acts_on="all"))

    assert said.status_code == 422
    assert "to and fro" in said.content.decode()


def test_who_comes_second_sees_what_the_first_changed_and_keeps_their_text(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    known = seen(rule)
    first, second = signed_in("lead"), signed_in("admin")
    first.post(f"{FILTERS}invoices/", form(name="Bills", seen=known))

    said = second.post(f"{FILTERS}invoices/", form(name="Payments", seen=known))

    page = said.content.decode()
    assert said.status_code == 409
    assert "Somebody was quicker" in page
    assert "Bills" in page
    assert 'value="Payments"' in page
    rule.refresh_from_db()
    assert rule.name == "Bills"
    assert second.post(f"{FILTERS}invoices/", form(name="Payments", seen=seen(rule))).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.version, rule.changed_by) == ("Payments", 3, d.people["admin"])


@pytest.mark.parametrize("name", ["Invoices", "Счета"])
def test_sent_twice_it_is_kept_once(d: Department, signed_in: SignedIn, name: str) -> None:
    browser = signed_in("lead")
    first = browser.post(FILTERS + "new/", form(name=name))
    again = browser.post(FILTERS + "new/", form(name=name))
    rule = Rule.objects.get()
    assert first.headers["Location"] == again.headers["Location"]

    changed = form(name="Other", seen=seen(rule))
    assert browser.post(f"{FILTERS}{rule.slug}/", changed).status_code == 302
    assert browser.post(f"{FILTERS}{rule.slug}/", changed).status_code == 302
    assert RuleVersion.objects.filter(rule=rule).count() == 2


def test_the_same_name_gets_another_short_name(d: Department, signed_in: SignedIn) -> None:
    make_filter(d)
    signed_in("lead").post(FILTERS + "new/", form({"all": [SPAM]}, name="Invoices"))
    signed_in("lead").post(FILTERS + "new/", form({"all": [SPAM]}, name="new"))

    assert set(Rule.objects.values_list("slug", flat=True)) == {"invoices", "invoices-2", "new-2"}


def test_an_example_fills_the_form(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("lead").get(FILTERS + "new/?example=form").content.decode()

    assert "X-Form-Topic" in page
    assert "{account}" in page
    assert "Letters from the form" in page


def test_saving_and_switching_on_leads_to_the_trial(d: Department, signed_in: SignedIn) -> None:
    said = signed_in("lead").post(FILTERS + "new/", form(do="save-on"))

    assert said.headers["Location"] == f"{FILTERS}invoices/switch/"
    assert not Rule.objects.get().enabled


def test_the_audit_log_names_the_change_and_not_the_addresses(d: Department, signed_in: SignedIn) -> None:
    condition = {"all": [{"ask": "from", "is": "is", "value": "anna@user.example"}]}
    rule = make_filter(d)
    signed_in("lead").post(f"{FILTERS}invoices/", form(condition, seen=seen(rule)))

    entry = AuditEntry.objects.get(action="filter.changed")
    assert "anna" not in str(entry.detail)
    log = signed_in("admin").get("/manage/audit/").content.decode()
    assert "filter changed" in log


@pytest.mark.parametrize(
    "sent",
    [
        {"row": ["x", "\0", "99999"], "depth-x": "-1", "ask-x": "\0", "value-x": "\0"},
        {"row": ["0"] * 1000, "act": ["0"] * 1000},
        {"do": "deeper:999999999999999999999"},
        {"do": "act-up:-1"},
        {"join": "xor", "acts_on": "never", "weight": "١٠"},
        {"do": "try-on:nonsense"},
    ],
)
def test_whatever_is_sent_is_answered(d: Department, signed_in: SignedIn, sent: dict[str, Any]) -> None:
    assert signed_in("lead").post(FILTERS + "new/", {**form(), **sent}).status_code in (200, 302, 422)
