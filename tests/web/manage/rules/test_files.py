"""Filters and hints as a file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from postline.rules.models import Rule
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.rules.making import FILTERS, HINTS, INVOICE, TO_WEB, make_filter, make_hint

FILE = FILTERS + "file/"


def preview(browser: Client, content: Any, address: str = FILE) -> HttpResponse:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return browser.post(address, {"do": "preview", "file": SimpleUploadedFile("rules.json", text)})  # type: ignore[return-value]


def take_over(browser: Client, page: str, content: Any) -> HttpResponse:
    signed = page.partition('name="signed" value="')[2].partition('"')[0]
    return browser.post(FILE, {"do": "import", "text": json.dumps(content), "signed": signed})  # type: ignore[return-value]


def rules(*given: Any) -> dict[str, Any]:
    return {"postline": "filters", "version": 1, "rules": list(given)}


def rule(slug: str = "invoices", **more: Any) -> dict[str, Any]:
    given = {"kind": "filter", "slug": slug, "name": slug.title(), "condition": {"all": [INVOICE]}, "steps": TO_WEB}
    return {**given, **more}


def test_what_is_taken_out_and_read_in_again_changes_nothing(d: Department, signed_in: SignedIn) -> None:
    make_filter(d, "Счета и <оплата>", slug="bills", acts_on="all")
    make_filter(d)
    browser = signed_in("lead")

    said = browser.get(FILE + "rules.json")
    page = preview(browser, said.content).content.decode()

    assert said.headers["Content-Disposition"] == 'attachment; filename="mail-filters.json"'
    assert "Счета" in said.content.decode()
    assert "0 new, 0 changed, 2 as they are." in page
    assert "Take it over" not in page


def test_first_one_sees_what_would_change_then_it_changes(d: Department, signed_in: SignedIn) -> None:
    make_filter(d)
    content = rules(rule(steps=[{"do": "queue", "value": "abuse"}]), rule("other", enabled=True))
    browser = signed_in("lead")

    page = preview(browser, content).content.decode()
    assert "1 new, 1 changed, 0 as they are." in page
    assert "“<del>Web</del><ins>Abuse</ins>”" in page
    assert Rule.objects.count() == 1
    assert take_over(browser, page, content).status_code == 302

    changed, new = Rule.objects.order_by("pk")
    assert (changed.steps, changed.version) == ([{"do": "queue", "value": "abuse"}], 2)
    assert (new.slug, new.enabled, new.position) == ("other", False, 1)  # though the file says on
    assert take_over(browser, page, content).status_code == 302  # pressed twice
    assert Rule.objects.count() == 2


def test_a_preview_that_is_no_longer_true_is_shown_anew(d: Department, signed_in: SignedIn) -> None:
    content, browser = rules(rule()), signed_in("lead")
    page = preview(browser, content).content.decode()
    make_filter(d, steps=[{"do": "stop"}])

    said = take_over(browser, page, content)

    assert said.status_code == 409
    assert "The rules were changed meanwhile." in said.content.decode()
    assert Rule.objects.get().version == 1


def test_hints_have_a_file_of_their_own(d: Department, signed_in: SignedIn) -> None:
    make_hint(d, weight=70)
    browser = signed_in("lead")
    content = json.loads(browser.get(HINTS + "file/rules.json").content)

    assert content["rules"][0]["weight"] == 70
    assert "as they are" in preview(browser, content, HINTS + "file/").content.decode()
    assert "the other kind" in preview(browser, content).content.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "line 1 cannot be read"),
        (b"\xff\xfe", "no file of rules"),
        (b"[" * 100_000, "no file of rules"),
        (b"[1]", "no file of rules"),
        ({**rules(), "version": 9}, "Version 9"),
        (rules({"kind": "filter", "slug": ""}), '<b dir="auto">#1</b>'),
        (rules(7), "This is neither a filter nor a hint."),
        (rules(rule("Two Words")), "A short name has 1 to 50 letters"),
        (rules(rule(), rule()), "There are two of this short name."),
        (rules(rule(secret="x")), "“secret” does not belong here."),
        (rules(rule(steps=[{"do": "queue", "value": "gone"}])), "<code>steps[1].value</code>"),
        (rules(rule(condition={"any": [INVOICE, {"ask": "x"}]})), "<code>condition.any[2].ask</code>"),
        (
            rules(rule(condition={"all": [{"ask": "subject", "is": "matches", "value": "("}]})),
            "a bracket is not closed",
        ),
        (rules(rule(condition="x")), "There is no condition here."),
        (rules(rule(name="a\0b")), "no file of rules"),
        (b'{"rules": ["\\ud800"]}', "no file of rules"),
    ],
)
def test_an_error_names_the_rule_and_the_place_and_nothing_is_taken_over(
    d: Department, signed_in: SignedIn, content: Any, words: str
) -> None:
    browser = signed_in("lead")
    said = preview(browser, content)
    assert said.status_code == 422
    assert words in said.content.decode()
    if not isinstance(content, bytes):
        assert take_over(browser, "", content).status_code == 422
    assert not Rule.objects.exists()
