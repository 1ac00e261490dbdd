"""The pages of handing over, and topics that are dragged, in Chromium."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from postline.kit import clock
from postline.projects.models import Person, Topic
from postline.tickets.actions.hand_over import hand_over
from postline.tickets.actions.note import note
from tests.scenes import Department, letter
from tests.web.test_in_the_browser import Open, chromium, open_page

__all__ = ["chromium", "open_page"]
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("theme", "size", "language"), [("light", "desk", "en"), ("dark", "phone", "ru")])
def test_everybody_can_use_both_sides(open_page: Open, d: Department, theme: str, size: str, language: str) -> None:
    Person.objects.update(language=language)
    d.queues["games/inbox"].accepts_from_projects = True
    d.queues["games/inbox"].save()
    here, gone = letter(d, now=clock.now()), letter(d, text="Очень длинное-слово " * 20, now=clock.now())
    note(d.reach("line1"), number=gone.number, text="Between us", now=clock.now())
    reason = "Играет" * 30
    hand_over(d.reach("line1"), number=gone.number, queue_id=d.queues["games/inbox"].pk, reason=reason, now=clock.now())
    for login, number, act in (
        ("line1", here.number, "hand-over/"), ("line1", gone.number, "handed-over/"), ("games1", gone.number, ""),
    ):  # fmt: skip
        address = f"/desk/tickets/{number}/{act}"
        usable(open_page(address, login=login, theme=theme, size=size, language=language))


def test_a_topic_is_dragged_before_another(open_page: Open, d: Department) -> None:
    page = open_page("/manage/projects/mail/topics/", login="admin")
    rows = page.locator("[data-order] tr")
    assert rows.first.inner_text().startswith("Display")
    with page.expect_navigation():
        rows.nth(1).drag_to(rows.nth(0), target_position={"x": 60, "y": 3})
    assert list(Topic.objects.order_by("position").values_list("slug", flat=True)) == ["lost-password", "display"]


def usable(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
