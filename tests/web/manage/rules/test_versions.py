"""The versions of a rule, beside each other, and back to one of them."""

from __future__ import annotations

from postline.kit import clock
from postline.rules import filters
from postline.rules.checks import Draft
from postline.rules.models import Rule
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.rules.making import FILTERS, INVOICE, TO_WEB, make_filter, seen

PAYMENT = {"ask": "subject", "is": "contains", "value": "payment"}


def change(d: Department, rule: Rule, **more: object) -> None:
    draft = Draft(**{"name": "Invoices", "condition": {"all": [INVOICE]}, "steps": TO_WEB, **more})  # type: ignore[arg-type]
    filters.change(d.reach("admin"), rule_id=rule.pk, draft=draft, seen=int(seen(rule)), now=clock.now())


def test_each_version_shows_what_was_taken_out_and_put_in(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    change(d, rule, name="Bills", condition={"all": [PAYMENT]})

    page = signed_in("lead").get(f"{FILTERS}invoices/versions/").content.decode()

    assert "the subject contains “<del>invoice</del><ins>payment</ins>”" in page
    assert "<del>Invoices</del><ins>Bills</ins>" in page
    assert page.index("admin, ") < page.index("lead, ")
    assert page.count("Make this the current one again") == 1


def test_an_older_version_becomes_a_new_one(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    change(d, rule, condition={"all": [PAYMENT]})
    browser = signed_in("lead")

    said = browser.post(f"{FILTERS}invoices/versions/1/", {"seen": seen(rule)}, follow=True)

    assert "Version 1 is the current one again." in said.content.decode()
    rule.refresh_from_db()
    assert (rule.version, rule.condition, rule.changed_by) == (3, {"all": [INVOICE]}, d.people["lead"])
    assert browser.post(f"{FILTERS}invoices/versions/9/", {"seen": "0"}).status_code == 404


def test_it_does_not_undo_what_somebody_changed_meanwhile(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    change(d, rule, condition={"all": [PAYMENT]})
    known = seen(rule)
    change(d, rule, name="Other")

    assert signed_in("lead").post(f"{FILTERS}invoices/versions/1/", {"seen": known}).status_code == 409
    rule.refresh_from_db()
    assert rule.name == "Other"


def test_one_that_names_something_that_is_gone_opens_in_the_editor(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d, steps=[{"do": "topic", "value": "display"}])
    change(d, rule)
    d.topics["display"].delete()

    said = signed_in("lead").post(f"{FILTERS}invoices/versions/1/", {"seen": seen(rule)})

    assert said.status_code == 422
    assert "There is no topic “display”" in said.content.decode()
    rule.refresh_from_db()
    assert rule.version == 2


def test_many_versions_are_paged(d: Department, signed_in: SignedIn) -> None:
    rule = make_filter(d)
    for number in range(21):
        change(d, rule, name=f"Name {number}")
    browser = signed_in("lead")

    page = browser.get(f"{FILTERS}invoices/versions/").content.decode()
    assert "?before=3" in page
    older = browser.get(f"{FILTERS}invoices/versions/?before=3").content.decode()
    assert older.count('<span class="n">') == 2
