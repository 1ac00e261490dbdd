"""A lead sets up a filter and a hint in the browser, tries the filter on the past and switches it on; then a message
by SMTP lands where it should and shows the hint. Every part is real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.desk import Desk, desk
from tests.journeys.test_the_whole_way import comes_in, state_of
from tests.letters import write
from tests.waiting import until
from tests.web.test_in_the_browser import chromium

__all__ = ["chromium"]  # a fixture

pytestmark = pytest.mark.browser

FILTERS, HINTS = "/manage/projects/mail/filters/", "/manage/projects/mail/hints/"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The department is at work."""
    with desk(tmp_path_factory.mktemp("desk"), "line1", "lead") as one:
        yield one


def test_a_lead_sets_the_department_up_and_the_next_message_lands_right(place: Desk, chromium: Browser) -> None:
    page = signs_in(place, chromium, "lead")
    queue, topic = makes_a_queue(place, page), makes_a_topic(place, page)
    comes_in(
        place, write(sender="Anna <anna@user.example>", subject="My invoice of April", message_id="<a1@user.example>")
    )
    until(lambda: ticket_about(place, "My invoice of April"))

    makes_a_filter(place, page, queue=queue)
    makes_a_hint(place, page, topic=topic)

    comes_in(
        place, write(sender="Boris <boris@user.example>", subject="An invoice again", message_id="<b1@user.example>")
    )
    number = until(lambda: ticket_about(place, "An invoice again"))
    assert state_of(place, number) == ("new", queue)
    page.goto(f"{place.url}/desk/tickets/{number}/")
    expect(page.get_by_role("main")).to_contain_text("the filter “Invoices” (version 1) moved it to")
    hint = page.get_by_role("button", name="Probably:")
    hint.hover()
    expect(page.get_by_text("Because the subject contains “invoice”.")).to_be_visible()
    hint.click()
    page.wait_for_load_state()
    expect(page.locator("#f-topic option:checked")).to_have_attribute("value", until(lambda: topic_of(place, number)))


def makes_a_queue(place: Desk, page: Page) -> str:
    """In the second line; returns its short name."""
    page.goto(f"{place.url}/manage/projects/mail/queues/new/?line=2")
    page.get_by_label("Name", exact=True).fill("Invoices")
    page.get_by_role("button", name="Make the queue").click()
    page.get_by_role("link", name="Invoices", exact=True).wait_for()
    return "invoices"


def makes_a_topic(place: Desk, page: Page) -> str:
    """Returns its short name."""
    page.goto(f"{place.url}/manage/projects/mail/topics/new/")
    page.get_by_label("Name", exact=True).fill("About invoices")
    page.get_by_label("Short name").fill("invoices")
    page.get_by_role("button", name="Make the topic").click()
    page.get_by_text("About invoices").first.wait_for()
    return "invoices"


def makes_a_filter(place: Desk, page: Page, *, queue: str) -> None:
    page.goto(place.url + FILTERS)
    page.get_by_role("link", name="New filter").first.click()
    page.get_by_label("Name", exact=True).fill("Invoices")
    page.locator("#value-0").fill("invoice")
    page.locator("#set-0").select_option(queue)
    expect(page.locator("#sentence")).to_contain_text("the subject contains “invoice”")
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("#trial")).to_contain_text("My invoice of April")
    expect(page.locator("#trial")).to_contain_text("1 would be different")
    page.get_by_role("button", name="Save, then switch on…").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("switch", name="Invoices is on")).to_have_attribute("aria-checked", "true")


def makes_a_hint(place: Desk, page: Page, *, topic: str) -> None:
    page.goto(place.url + HINTS)
    page.get_by_role("link", name="New hint").first.click()
    page.get_by_label("Name", exact=True).fill("About invoices")
    page.locator("#value-0").fill("invoice")
    page.locator("#do-0").select_option("topic")
    page.locator("#set-0").select_option(topic)
    page.get_by_role("button", name="Save, then switch on…").click()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("switch", name="About invoices is on")).to_have_attribute("aria-checked", "true")


def signs_in(place: Desk, chromium: Browser, login: str) -> Page:
    context = chromium.new_context(locale="en", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"{place.url}/")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    return page


def ticket_about(place: Desk, subject: str) -> str:
    """The number of the ticket; empty as long as there is none."""
    found = place.query("SELECT number FROM tickets_ticket WHERE subject = %s", subject)
    return str(found[0][0]) if found else ""


def topic_of(place: Desk, number: str) -> str:
    found = place.query("SELECT topic_id FROM tickets_ticket WHERE number = %s", int(number))
    return str(found[0][0] or "")
