"""Two agents in Chromium: what one does, the other sees at once."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright

from postline.kit import clock
from postline.tickets.actions.take import take
from postline.tickets.models import Ticket
from tests.scenes import Department, letter
from tests.web.live.test_stream import write_note
from tests.web.live.web_process import WebProcess

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
INBOX = "/desk/queues/mail/inbox/"
SOON_MS = 5_000  # on a busy machine; `bench live` measures that it is less than a second


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright keeps an event loop in this thread
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, web: WebProcess, cookie_of: Callable[[str], str]) -> Iterator[Open]:
    """Opens a path of the web process as this person, in a browser of their own; it listens when this returns."""
    complaints: list[str] = []
    contexts = []

    def make(path: str, login: str) -> Page:
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en")
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie_of(login), "url": web.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda it: complaints.append(it.text) if "Content Security" in it.text else None)
        page.goto(web.url + path)
        page.locator("body[data-listens]").wait_for(state="attached")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def again(d: Department, ticket: Ticket, text: str) -> None:
    letter(d, to_ticket=ticket, text=text, now=clock.now())


def test_a_new_message_appears_by_itself_and_what_is_being_written_stays(d: Department, open_page: Open) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", "line1")
    page.keyboard.press("e")
    page.keyboard.type("Dear Anna, ")

    again(d, ticket, "I found it myself, thank you.")

    expect(page.get_by_text("I found it myself, thank you.")).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_text("Anna Visser wrote again.")).to_be_visible(timeout=SOON_MS)
    page.keyboard.type("good to hear")
    assert page.get_by_label("Your answer").input_value() == "Dear Anna, good to hear"
    page.get_by_role("button", name="Show it").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Sent to Anna Visser")).to_be_visible()


def test_an_answer_is_held_as_long_as_the_new_message_was_not_looked_at(d: Department, open_page: Open) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", "line1")
    page.keyboard.press("e")
    page.keyboard.type("Dear Anna")
    again(d, ticket, "Forget it.")
    expect(page.get_by_text("Anna Visser wrote again.")).to_be_visible(timeout=SOON_MS)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your answer is held, nothing was sent")).to_be_visible()


def test_each_sees_the_other_and_what_they_do(d: Department, open_page: Open) -> None:
    ticket = letter(d, now=clock.now())
    address = f"/desk/tickets/{ticket.number}/"
    first, second = open_page(address, "line1"), open_page(address, "line1b")

    expect(first.get_by_title("line1b looks")).to_be_visible(timeout=SOON_MS)
    expect(second.get_by_title("line1 looks")).to_be_visible(timeout=SOON_MS)
    second.keyboard.press("e")
    second.keyboard.type("Dear")
    expect(first.get_by_title("line1b writes")).to_be_visible(timeout=SOON_MS)
    second.goto(second.url.replace(address, "/desk/"))
    expect(first.get_by_title("line1b writes")).to_have_count(0, timeout=SOON_MS)


def test_who_takes_the_ticket_is_seen_by_the_other_at_once(d: Department, open_page: Open) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", "line1")
    take(d.reach("line1b"), number=ticket.number, now=clock.now())
    expect(page.get_by_text("line1b works at it")).to_be_visible(timeout=SOON_MS)
    write_note(d, ticket.number)
    expect(page.get_by_text("Look here")).to_be_visible(timeout=SOON_MS)


def test_an_open_list_gets_new_rows_and_keeps_the_chosen_one(d: Department, open_page: Open) -> None:
    letter(d, subject="First", now=clock.now())
    second = letter(d, subject="Second", now=clock.now())
    page = open_page(INBOX, "line1")
    page.keyboard.press("j")
    page.keyboard.press("j")

    letter(d, subject="Third", now=clock.now())

    expect(page.get_by_text("Third")).to_be_visible(timeout=SOON_MS)
    expect(page.locator("#about")).to_contain_text("3 wait")
    expect(page.locator("#side [aria-current=page] .n")).to_have_text("3")
    assert page.locator("tr.is-here").get_attribute("data-number") == str(second.number)
    assert page.evaluate("document.activeElement.closest('tr').dataset.number") == str(second.number)


def test_my_place_counts_what_arrives(d: Department, open_page: Open) -> None:
    page = open_page("/desk/", "line1")
    expect(page.get_by_role("heading", name="Nobody waits").first).to_be_visible()
    letter(d, now=clock.now())
    expect(page.get_by_role("heading", name="1 waits")).to_be_visible(timeout=SOON_MS)


def test_all_tabs_of_a_browser_share_one_stream(d: Department, open_page: Open, web: WebProcess) -> None:
    page = open_page(INBOX, "line1")
    others = [page.context.new_page() for _ in range(8)]
    for other in others:
        other.goto(web.url + INBOX)
        other.locator("body[data-listens]").wait_for(state="attached")
    letter(d, subject="For all tabs", now=clock.now())
    others[-1].bring_to_front()
    expect(others[-1].get_by_text("For all tabs")).to_be_visible(timeout=SOON_MS)


def test_a_lost_connection_is_shown_and_mended(d: Department, open_page: Open, web: WebProcess) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", "line1")
    page.keyboard.press("e")
    page.keyboard.type("Dear Anna")
    web.stop()
    banner = page.get_by_text("No connection since")
    expect(banner).to_be_visible(timeout=10_000)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Nothing was sent").first).to_be_visible()
    again(d, ticket, "While you were away.")
    began = time.monotonic()
    web.start()
    expect(page.get_by_text("While you were away.")).to_be_visible(timeout=20_000)
    expect(banner).to_be_hidden()
    assert time.monotonic() - began < 20
    assert page.get_by_label("Your answer").input_value() == "Dear Anna"
