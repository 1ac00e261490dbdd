"""Filters and hints in a real browser: put together by mouse and by keys, tried, dragged, on a phone too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from postline.kit import clock
from postline.projects.models import Person
from postline.rules.models import Rule, RuleDay, WhyDisabled
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn
from tests.web.manage.rules.making import FILTERS, HINTS, INVOICE, form, make_filter, make_hint
from tests.web.test_in_the_browser import SIZES, Open, chromium, open_page

__all__ = ["chromium", "open_page"]  # fixtures

pytestmark = pytest.mark.browser

LONG = "Фишинг с подделкой страницы входа и ещё очень длинным именем, которого не поместить"
NESTED = {
    "all": [
        INVOICE,
        {"any": [{"ask": "header", "name": "X-Form-Topic", "is": "matches", "value": "^abuse/(?P<kind>\\w+)$"}]},
        {"not": {"ask": "queue", "is": "in-list", "value": ["web", "abuse"]}},
        {"ask": "from-domain", "is": "in-list", "value": ["user.example", "почта.example"]},
    ]
}
STEPS = [{"do": "queue", "value": "web"}, {"do": "tags", "value": ["money", "счёт"]}, {"do": "note", "value": "{kind}"}]
PAGES = [
    FILTERS, f"{FILTERS}new/?example=form", f"{FILTERS}long/", f"{FILTERS}long/versions/", f"{FILTERS}long/switch/",
    f"{FILTERS}long/delete/", f"{FILTERS}file/", HINTS, f"{HINTS}often/", f"{HINTS}new/",
]  # fmt: skip


def several(d: Department) -> None:
    """A long filter that worked, one that has switched itself off, a hint, and messages to try them on."""
    rule = make_filter(d, LONG[:100], slug="long", condition=NESTED, steps=STEPS, acts_on="all")
    make_filter(d, "Spam")
    make_hint(d)
    RuleDay.objects.create(rule=rule, day=clock.now().date(), hits=7, messages=90, micros=90_000)
    Rule.objects.filter(slug="spam").update(disabled_because=WhyDisabled.GONE, disabled_detail="queue")
    letter(d, subject=f"Invoice {LONG}", now=clock.now())


@pytest.mark.parametrize(("theme", "size", "language"), [("light", "desk", "en"), ("dark", "phone", "ru")])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page_and_nothing_runs_over(
    open_page: Open, d: Department, path: str, theme: str, size: str, language: str
) -> None:
    Person.objects.update(language=language)
    several(d)

    require_usable(open_page(path, login="lead", theme=theme, size=size, language=language))


@pytest.mark.parametrize("size", SIZES)
def test_where_nothing_is_yet_the_page_can_be_used_too(open_page: Open, d: Department, size: str) -> None:
    require_usable(open_page(FILTERS, login="lead", theme="dark", size=size))


def test_a_filter_is_put_together_by_keys_and_reads_as_a_sentence(open_page: Open, d: Department) -> None:
    page = open_page(f"{FILTERS}new/", login="lead")
    page.get_by_label("Name", exact=True).fill("Invoices")
    page.locator("#value-0").fill("invoice")
    expect(page.locator("#sentence")).to_contain_text("the subject contains “invoice”")

    page.locator("#value-0").blur()
    page.keyboard.press("+")
    expect(page.locator("#ask-1")).to_be_focused()
    page.locator("#ask-1").select_option("header")
    page.locator("#named-1").fill("X-Form-Topic")
    page.locator("#is-1").select_option("exists")
    expect(page.locator("#sentence")).to_contain_text("the header “X-Form-Topic” is there")
    page.locator("#ask-1").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#ask-0")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#row-1")).to_have_attribute("data-depth", "1")
    page.locator("#do-0").select_option("topic")
    page.locator("#set-0").select_option("display")
    require_usable(page)
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("The filter is kept, switched off.")).to_be_visible()
    rule = Rule.objects.get()
    topic = {"ask": "header", "name": "X-Form-Topic", "is": "exists"}
    assert rule.condition == {"all": [{"any": [topic]}, INVOICE]}
    assert rule.steps == [{"do": "topic", "value": "display"}]


def test_a_wrong_pattern_is_marked_while_one_works_and_the_words_stay(open_page: Open, d: Department) -> None:
    page = open_page(f"{FILTERS}new/", login="lead")
    page.get_by_label("Name", exact=True).fill("My words")
    page.locator("#is-0").select_option("matches")
    page.locator("#value-0").fill("in(voice")
    page.get_by_role("button", name="step", exact=True).click()

    expect(page.locator("#row-0 mark")).to_have_text("(")
    expect(page.locator("#value-0")).to_have_value("in(voice")
    expect(page.get_by_label("Name", exact=True)).to_have_value("My words")
    expect(page.locator("#do-1")).to_be_focused()
    require_usable(page)


def test_a_filter_is_tried_and_switched_on(open_page: Open, d: Department) -> None:
    letter(d, subject="Invoice of May", now=clock.now() - timedelta(days=2))
    page = open_page(f"{FILTERS}new/?example=invoices", login="lead")

    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#trial")).to_contain_text("1 would be different")
    expect(page.locator("#trial")).to_contain_text("Invoice of May")
    require_usable(page)
    page.get_by_role("button", name="Save, then switch on…").click()
    expect(page.locator("#trial")).to_contain_text("Invoice of May")
    page.get_by_role("button", name="Switch on").click()

    expect(page.get_by_role("switch", name="Invoices is on")).to_have_attribute("aria-checked", "true")
    assert Rule.objects.get().enabled


def test_the_order_is_dragged_and_moved_by_keys(open_page: Open, d: Department) -> None:
    for name in ("First", "Second", "Third"):
        make_filter(d, name)
    page = open_page(FILTERS, login="lead")

    grip, top = page.locator("#rule-third [data-grip]"), page.locator("#rule-first")
    grip.hover()
    page.mouse.down()
    box = top.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2 + 60)
    page.mouse.move(box["x"] + 20, box["y"] + 4, steps=4)
    page.mouse.up()
    expect(page.get_by_text("Third is number 1 now.")).to_be_visible()
    page.get_by_label("Place of First").press("Alt+ArrowDown")
    expect(page.get_by_text("First is number 3 now.")).to_be_visible()

    assert list(Rule.objects.order_by("position").values_list("name", flat=True)) == ["Third", "Second", "First"]


def test_without_scripts_the_same_buttons_do_it(signed_in: SignedIn, d: Department) -> None:
    browser = signed_in("lead")
    drawn = browser.post(f"{FILTERS}new/", form({"all": [INVOICE]}, do="add")).content.decode()

    assert drawn.count('name="row"') == 2
    assert '<button class="btn quiet small" name="do" value="add"' in drawn
    assert 'form="rule-form" name="do" value="try"' in drawn


def test_a_hint_says_why_when_one_points_at_it(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    ticket.hints = [{"rule": 1, "version": 1, "weight": 9, "because": [INVOICE], "attention": "Third letter"}]
    ticket.save()
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    chip = page.get_by_role("button", name="Third letter")
    expect(page.get_by_text("Because the subject contains “invoice”.")).to_be_hidden()
    chip.hover()
    expect(page.get_by_text("Because the subject contains “invoice”.")).to_be_visible()
    require_usable(page)


def test_hints_follow_on_the_open_page_when_they_change(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")
    expect(page.get_by_role("list", name="Hints")).to_have_count(0)
    ticket.hints = [{"rule": 1, "version": 1, "weight": 9, "because": [], "topic": "display"}]
    ticket.save()

    page.evaluate("import('/static/postline/js/renew.js').then((renew) => renew.renewFrom(location.href))")
    expect(page.get_by_role("button", name="Probably: Display")).to_be_visible()
    page.get_by_role("button", name="Probably: Display").click()

    expect(page.locator("#f-topic option:checked")).to_have_text("Display")


def require_usable(page: Page) -> None:
    """Nothing that axe finds, nothing wider than the window."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
