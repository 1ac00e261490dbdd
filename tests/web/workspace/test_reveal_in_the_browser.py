"""The masked ticket and the card that reveals it, in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from postline.projects.models import Person
from postline.tickets.models import Reveal
from tests.scenes import Department
from tests.tickets.secrets import ADDRESS, Secret, ticket_full_of_secrets
from tests.web.test_in_the_browser import SIZES, Open, chromium, open_page

__all__ = ["chromium", "open_page"]  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def secret(d: Department) -> Secret:
    return ticket_full_of_secrets(d, queue="web")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_card_and_nothing_runs_over(
    open_page: Open, secret: Secret, theme: str, size: str
) -> None:
    language = "ru" if size == "phone" else "en"
    Person.objects.update(language=language)
    page = open_page(
        f"/desk/tickets/{secret.ticket.number}/", login="passwords", theme=theme, size=size, language=language
    )
    page.locator("#hidden button").click()
    expect(page.locator("#reveal")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator("#reveal").bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= SIZES[size][1]


def test_by_keys_alone_it_is_shown_for_a_reason_in_words(open_page: Open, secret: Secret) -> None:
    page = open_page(f"/desk/tickets/{secret.ticket.number}/", login="passwords")
    expect(page.locator("#thread")).not_to_contain_text(ADDRESS)
    page.locator("#hidden button").focus()
    page.keyboard.press("Enter")
    for _reason in range(4):
        page.keyboard.press("Tab")
    page.keyboard.type("The bank asked")
    page.keyboard.press("Enter")
    expect(page.locator("#hidden")).to_contain_text("You see addresses and phone numbers until")
    expect(page.locator("#thread")).to_contain_text(ADDRESS)
    assert list(Reveal.objects.values_list("reason", "words")) == [("other", "The bank asked")]
