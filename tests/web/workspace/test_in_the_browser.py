"""The desk in a real browser: the whole way by keys alone, accessibility, and what a script adds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from postline.kit import clock
from postline.outbox.models import OutboxMessage
from postline.projects.models import Person
from postline.tickets.actions.answer import answer
from postline.tickets.actions.note import note
from postline.tickets.actions.take import take
from postline.tickets.models import Draft, Ticket
from tests.scenes import BORIS, Department, letter
from tests.waiting import until
from tests.web.test_in_the_browser import SIZES, Open, chromium, open_page

__all__ = ["chromium", "open_page"]  # fixtures

pytestmark = pytest.mark.browser

LONG = "Не могу зайти в почту: пишет, что пароль неверный, хотя вчера всё работало; " * 4
PAGES = ["/desk/", "/desk/queues/mail/web/", "/desk/next/", "/desk/new/", "/desk/search/?q=1", "/desk/tickets/{}/"]


def conversation(d: Department) -> Ticket:
    """A ticket with everything that its page can show, in four scripts."""
    start = clock.now() - timedelta(hours=6)
    ticket = letter(d, queue="web", subject=LONG, text=LONG + "\n\n-- \nAnna", new_text=LONG, language="ru", now=start)
    answer(d.reach("web"), number=ticket.number, text="Hello\n\nhttps://mail.example/help", now=start)
    letter(d, text="تم إلغاء الرقم المنتهي\n\nשלום", html="<p>x</p>", to_ticket=ticket, now=start)
    letter(d, sender=BORIS, text="И я", to_ticket=ticket, joined_by="reply-address", now=start)
    note(d.reach("web"), number=ticket.number, text="Ask for the year", now=start)
    letter(d, queue="web", subject=LONG, text=LONG, now=start)
    take(d.reach("web"), number=ticket.number, now=clock.now())
    return ticket


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page_and_nothing_runs_over(
    open_page: Open,
    d: Department,
    path: str,
    theme: str,
    size: str,
) -> None:
    language = "ru" if size == "phone" else "en"
    Person.objects.update(language=language)
    ticket = conversation(d)

    page = open_page(path.format(ticket.number), login="web", theme=theme, size=size, language=language)

    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_sign_in_to_the_answer_and_the_next_ticket_by_keys(open_page: Open, d: Department) -> None:
    letter(d, subject="The oldest question", now=clock.now() - timedelta(hours=2))
    letter(d, subject="The second question", now=clock.now() - timedelta(hours=1))
    page = open_page("/desk/")
    page.get_by_label("Login").fill("line1")
    page.get_by_label("Password").fill("demo")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2 wait").wait_for()
    page.wait_for_load_state()

    page.keyboard.press("s")
    page.get_by_role("heading", name="The oldest question").wait_for()
    page.wait_for_load_state()
    page.keyboard.press("e")
    page.keyboard.type("Here is how.")
    page.keyboard.press("Control+Shift+Enter")

    page.get_by_role("heading", name="The second question").wait_for()
    expect(page.get_by_text("Sent to Anna Visser")).to_be_visible()
    assert OutboxMessage.objects.get().text.startswith("Here is how.")
    assert not Draft.objects.exists()


def test_what_is_typed_is_saved_and_there_after_a_reload(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.keyboard.press("e")
    page.keyboard.type("Half a sentence")
    until(Draft.objects.filter(text="Half a sentence").exists)
    expect(page.locator("#answer [data-said]")).to_contain_text("saved")
    page.reload()

    expect(page.get_by_label("Your answer")).to_have_value("Half a sentence")


def test_leaving_at_once_loses_nothing(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.keyboard.press("n")
    page.keyboard.type("Quick")
    page.goto(page.url.replace(f"tickets/{ticket.number}/", ""))

    until(Draft.objects.filter(kind="note", text="Quick").exists)


def test_a_fact_is_changed_while_the_answer_goes_on(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")
    page.keyboard.press("e")
    page.keyboard.type("I am still writing")

    page.get_by_label("Priority").select_option("Urgent")

    expect(page.locator("#head").get_by_text("Urgent")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("I am still writing")
    assert Ticket.objects.get().priority == 4


def test_a_ticket_is_moved_by_the_beginning_of_the_queues_name(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.keyboard.press("v")
    page.keyboard.type("passw")
    page.keyboard.press("Enter")

    until(Ticket.objects.filter(queue=d.queues["passwords"]).exists)


def test_a_list_is_walked_with_j_and_k_and_a_ticket_taken_with_t(open_page: Open, d: Department) -> None:
    letter(d, subject="First", now=clock.now() - timedelta(hours=2))
    second = letter(d, subject="Second", now=clock.now() - timedelta(hours=1))
    page = open_page("/desk/queues/mail/inbox/", login="line1")

    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator("tr.is-here")).to_contain_text("First")
    page.keyboard.press("j")
    page.keyboard.press("t")

    page.wait_for_url(f"**/desk/tickets/{second.number}/")
    assert Ticket.objects.get(pk=second.pk).taken_by == d.people["line1"]


def test_html_of_a_stranger_is_shown_without_running(open_page: Open, d: Department) -> None:
    ticket = letter(d, html="<p>Formatted words</p><img src='x' onerror='parent.document.title=1'>", now=clock.now())
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.get_by_text("As it was sent").click()

    expect(page.frame_locator("iframe").get_by_text("Formatted words")).to_be_visible()
    assert_untouched(page)


def assert_untouched(page: Page) -> None:
    assert page.title() != "1"
