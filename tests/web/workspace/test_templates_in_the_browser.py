"""Templates by keys alone: a lead writes one and sees how it reads, an agent puts it into an answer and sends it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from postline.kit import clock
from postline.outbox.models import Enclosure, OutboxMessage
from postline.outbox.put import File
from postline.projects.models import Person
from postline.rules.models import Template
from postline.rules.templates.change import Words
from tests.scenes import Department, letter
from tests.waiting import until
from tests.web.manage.test_templates import made
from tests.web.test_in_the_browser import SIZES, Open, chromium, open_page

__all__ = ["chromium", "open_page"]  # fixtures

pytestmark = pytest.mark.browser
GUIDE = File("guide.pdf", "application/pdf", b"%PDF guide")
TEXTS = {
    "en": Words("", "Dear {{ first_name }},\n\nyour order {{ form.order }} is on its way."),
    "ru": Words("", "Здравствуйте, {{ requester }}! Это заняло {{ days }} {{ days|plural('день', 'дня', 'дней') }}."),
}


def test_an_agent_puts_a_template_into_an_answer_by_keys_alone(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    made(d, "other", name="Something else")
    made(d, "order", name="Order on its way", texts=TEXTS, files=[GUIDE])
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")
    page.keyboard.press("e")
    page.keyboard.type("Hello again. ")
    page.keyboard.press("Control+/")
    page.keyboard.type("order")
    expect(page.locator("#template-choices [data-slug]")).to_have_count(1)
    page.keyboard.press("Enter")
    text = page.locator("#answer textarea")
    expect(text).to_have_value("Hello again. Dear Anna,\n\nyour order ⟦field “order”⟧ is on its way.")
    expect(page.locator("#toasts")).to_contain_text("To be filled in: ⟦field “order”⟧")
    expect(page.locator("[data-brought]")).to_contain_text("guide.pdf")
    page.keyboard.type("12")  # over the first gap, which is selected
    expect(text).to_have_value("Hello again. Dear Anna,\n\nyour order 12 is on its way.")
    page.keyboard.press("Control+Enter")
    until(lambda: OutboxMessage.objects.exists())
    assert OutboxMessage.objects.get().text.startswith("Hello again. Dear Anna,\n\nyour order 12 is on its way.")
    assert Enclosure.objects.get().filename == "guide.pdf"
    assert Template.objects.get(slug="order").used_count == 1


def test_the_finder_is_walked_by_arrows_and_left_by_escape(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    for slug in ("first", "second", "third"):
        made(d, slug)
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")
    page.keyboard.press("e")
    page.keyboard.press("Control+/")
    chosen = page.locator("#template-choices [aria-selected=true]")
    expect(chosen).to_contain_text("First")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("Second")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Third")
    page.keyboard.press("Escape")
    expect(page.locator("#templates")).to_be_hidden()
    expect(page.locator("#answer textarea")).to_be_focused()
    assert page.locator("#answer textarea").input_value() == ""


def test_a_lead_sees_how_it_reads_and_what_is_wrong_while_they_type(open_page: Open, d: Department) -> None:
    letter(d, subject="No sound", now=clock.now())
    page = open_page("/manage/projects/mail/templates/new/", login="lead")
    page.get_by_label("Name", exact=True).fill("Sound")
    page.locator("#text-en").click()
    page.keyboard.type("About: ")
    page.keyboard.press("Control+/")
    page.locator("[data-insert='{{ subject }}']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#text-en")).to_have_value("About: {{ subject }}")
    expect(page.locator("#as-read-en")).to_contain_text("About: No sound")
    expect(page.locator("#text-en")).to_be_focused()
    page.keyboard.type(" {{ nothing }}")
    expect(page.locator("#fault-text-en")).to_contain_text("Line 1: There is no “nothing” here")
    expect(page.locator("#text-en")).to_have_value("About: {{ subject }} {{ nothing }}")
    for _letter in " {{ nothing }}":
        page.keyboard.press("Backspace")
    expect(page.locator("#fault-text-en")).to_be_empty()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/templates/sound/")
    assert Template.objects.get().texts.get().text == "About: {{ subject }}"


@pytest.mark.parametrize(("theme", "size", "language"), [("light", "desk", "en"), ("dark", "phone", "ru")])
@pytest.mark.parametrize("path", ["", "new/", "order/", "order/versions/", "order/delete/"])
def test_everybody_can_use_the_pages_of_templates(
    open_page: Open, d: Department, path: str, theme: str, size: str, language: str
) -> None:
    Person.objects.update(language=language)
    letter(d, subject="Не работает звук " * 12, now=clock.now())
    made(d, "order", name="Заказ в пути " * 7, texts=TEXTS, files=[GUIDE])
    require_usable(
        open_page(f"/manage/projects/mail/templates/{path}", login="lead", theme=theme, size=size, language=language)
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_finder(open_page: Open, d: Department, theme: str, size: str) -> None:
    ticket = letter(d, now=clock.now())
    for number in range(12):
        made(d, f"t{number}", name=f"Заказ в пути {number} " * 4, texts=TEXTS)
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1", theme=theme, size=size)
    page.locator("[data-opens=answer]").click()
    page.locator("[data-templates]").click()
    expect(page.locator("#template-choices [data-slug]")).to_have_count(12)
    require_usable(page)


def require_usable(page: Page) -> None:
    """Nothing that axe finds, nothing wider than the window."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
