"""Merging and splitting in a real browser: by keys, in both themes, on a phone too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from postline.kit import clock
from postline.projects.models import Person
from postline.tickets import numbers
from postline.tickets.actions.answer import answer
from postline.tickets.actions.merge import merge
from postline.tickets.actions.suggest import suggest
from postline.tickets.models import Merge, Message, Reason, State, Ticket
from tests.scenes import Department, letter
from tests.web.test_in_the_browser import SIZES, Open, chromium, open_page

__all__ = ["chromium", "open_page"]  # fixtures

pytestmark = pytest.mark.browser

LONG = "Не могу зайти в почту: пишет, что пароль неверный, хотя вчера всё работало; " * 4
PAGES = [
    "/desk/tickets/{older}/",
    "/desk/tickets/{newer}/",
    "/desk/tickets/{merged}/",
    "/desk/tickets/{older}/split/{message}/",
]


def three(d: Department) -> dict[str, int]:
    """Two tickets about the same thing, and a third one that is part of the first already."""
    start = clock.now() - timedelta(hours=3)
    older = letter(d, queue="web", subject=LONG, text=LONG, now=start)
    answer(d.reach("web"), number=older.number, text="Попробуйте ещё раз.", state=State.OPEN, now=start)
    letter(d, to_ticket=older, subject=LONG, text="Вошла! Но имя в письмах не моё.\n\n" + LONG, now=start)
    merged = letter(d, queue="web", subject="تم إلغاء الرقم", text="تم إلغاء الرقم المنتهي", now=start)
    newer = letter(d, queue="web", subject="Опять пароль", text="Опять не пускает.", now=start + timedelta(hours=1))
    suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=start)
    merge(d.reach("web"), number=merged.number, into=older.number, now=start + timedelta(hours=2))
    message = Message.objects.filter(ticket=older, direction="inbound").order_by("id")[1].pk
    return {"older": older.number, "newer": newer.number, "merged": merged.number, "message": message}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page_and_nothing_runs_over(
    open_page: Open, d: Department, path: str, theme: str, size: str
) -> None:
    language = "ru" if size == "phone" else "en"
    Person.objects.update(language=language)
    page = open_page(path.format(**three(d)), login="web", theme=theme, size=size, language=language)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_ticket_is_merged_by_keys_and_the_toast_undoes_it(open_page: Open, d: Department) -> None:
    older = letter(d, subject="The first letter", now=clock.now() - timedelta(hours=2))
    newer = letter(d, subject="The second letter", text="Still so.", now=clock.now() - timedelta(hours=1))
    page = open_page(f"/desk/tickets/{newer.number}/", login="line1")

    page.keyboard.press("m")
    expect(page.locator("#merge").get_by_role("button", name="The first letter")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="The first letter").wait_for()
    expect(page.get_by_text("Still so.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Undone.")).to_be_visible()
    assert Ticket.objects.get(pk=newer.pk).state == State.NEW
    assert Ticket.objects.get(pk=older.pk).messages.count() == 1


def test_what_was_begun_goes_along_to_the_other_ticket(open_page: Open, d: Department) -> None:
    older = letter(d, subject="The first letter", now=clock.now() - timedelta(hours=2))
    newer = letter(d, text="Still so.", now=clock.now() - timedelta(hours=1))
    page = open_page(f"/desk/tickets/{newer.number}/", login="line1")
    page.keyboard.press("e")
    page.keyboard.type("Dear Anna, here is how")
    expect(page.locator("#answer [data-said]")).to_contain_text("saved")
    merge(d.reach("lead"), number=newer.number, into=older.number, now=clock.now())
    page.reload()
    page.get_by_role("link", name="Go there").press("Enter")
    page.get_by_role("heading", name="The first letter").wait_for()
    expect(page.get_by_label("Your answer")).to_have_value("Dear Anna, here is how")


def test_a_message_is_split_off_without_a_script(open_page: Open, d: Department) -> None:
    ticket = letter(d, now=clock.now() - timedelta(hours=2))
    letter(d, to_ticket=ticket, text="Another thing: my name is wrong.", now=clock.now() - timedelta(hours=1))
    page = open_page(f"/desk/tickets/{ticket.number}/", login="line1")

    page.get_by_role("link", name="Another problem").last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make it a ticket of its own").click()

    new = Ticket.objects.exclude(pk=ticket.pk)
    expect(page.get_by_text("A ticket of its own")).to_be_visible()
    expect(page.locator(".ticket-head .number")).to_have_text(numbers.show(new.get().number))
    assert not Merge.objects.exists()
