"""Pages in a real browser: keys, accessibility, and nothing that the content policy refuses."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from postline.projects.models import Act, Metric, Person
from postline.projects.targets import Step
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.test_outbox import outgoing
from tests.web.manage.test_quarantine import put_aside
from tests.working_time import office, target

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
SIZES = {"desk": (1366, 768), "phone": (390, 844)}


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
def open_page(chromium: Browser, live_server: LiveServer, d: Department, signed_in: SignedIn) -> Iterator[Open]:
    """Opens a path of ours as this person; the test fails when the browser complained about anything."""
    complaints: list[str] = []
    contexts = []

    def make(path: str, *, login: str = "", theme: str = "light", size: str = "desk", language: str = "en") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
        )
        contexts.append(context)
        if login:
            cookie = signed_in(login).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda it: complaints.append(it.text) if it.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


PAGES = {
    "/accounts/login/": "",
    "/accounts/password/": "",
    "/accounts/password/sent/": "",
    "/settings/": "admin",
    "/outbox/": "admin",
    "/outbox/{letter}/": "admin",
    "/quarantine/": "admin",
    "/quarantine/{raw}/": "admin",
}
MANAGEMENT = [
    "/manage/",
    "/manage/search/?q=web",
    "/manage/people/",
    "/manage/people/{person}/",
    "/manage/people/{person}/rights/",
    "/settings/rights/",
    "/manage/people/invite/",
    "/manage/people/invite-many/",
    "/manage/audit/",
    "/manage/projects/new/",
    "/manage/projects/mail/",
    "/manage/projects/mail/groups/",
    "/manage/projects/mail/groups/web/",
    "/manage/projects/mail/groups/web/delete/",
    "/manage/projects/mail/queues/",
    "/manage/projects/mail/queues/inbox/",
    "/manage/projects/mail/queues/vulnerabilities/",
    "/manage/projects/mail/queues/web/retire/",
    "/manage/projects/mail/mailboxes/",
    "/manage/projects/mail/mailboxes/new/",
    "/manage/projects/mail/mailboxes/{mailbox}/",
    "/manage/projects/mail/senders/",
    "/manage/projects/mail/topics/",
    "/manage/projects/mail/topics/new/",
    "/manage/projects/mail/topics/display/",
    "/manage/projects/mail/topics/display/fields/",
    "/manage/projects/mail/topics/display/retire/",
    "/manage/projects/mail/looks/",
    "/manage/projects/mail/end/",
    "/manage/archived/",
    "/manage/projects/mail/rights/",
    "/manage/projects/mail/rights/person/web/",
    "/manage/projects/mail/working-time/",
    "/manage/projects/mail/calendars/new/",
    "/manage/projects/mail/calendars/office/",
    "/manage/projects/mail/calendars/office/delete/",
    "/manage/projects/mail/targets/new/",
    "/manage/projects/mail/targets/{target}/",
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_use_the_page_and_nothing_runs_over(
    open_page: Open, d: Department, path: str, theme: str, size: str
) -> None:
    language = "ru" if size == "phone" else "en"  # the longest words on the narrowest screen
    Person.objects.update(language=language)
    address = path.format(letter=outgoing(d, subject="Не могу зайти " * 9, html="<p>Hi</p>"), raw=put_aside())

    page = open_page(address, login=PAGES[path], theme=theme, size=size, language=language)

    require_usable(page)


@pytest.mark.parametrize(("theme", "size", "language"), [("light", "desk", "en"), ("dark", "phone", "ru")])
@pytest.mark.parametrize("path", MANAGEMENT)
def test_everybody_can_use_the_pages_of_management(
    open_page: Open, d: Department, path: str, theme: str, size: str, language: str
) -> None:
    Person.objects.update(language=language)
    office(d, country="NL", exceptions={date(2026, 12, 24): ("Короткий день перед праздником", [["09:00", "12:00"]])})
    step = Step(after_minutes=90, act=Act.MOVE, queue=d.queues["web"])
    made = target(d, Metric.FIRST_ANSWER, 150, step, queue=d.queues["mail-clients"], warn_minutes=30)
    mailbox = d.mailboxes["support@mail.example"].pk
    address = path.format(person=d.people["web"].pk, mailbox=mailbox, target=made.pk)

    require_usable(open_page(address, login="admin", theme=theme, size=size, language=language))


def require_usable(page: Page) -> None:
    """Nothing that axe finds, nothing wider than the window."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_question_mark_shows_the_keys_of_the_page(open_page: Open) -> None:
    page = open_page("/outbox/", login="admin")

    page.keyboard.press("?")

    assert page.locator("#keys dd").all_text_contents() == ["the project", "search", "the keys of this page"]
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_the_project_is_chosen_by_keys(open_page: Open) -> None:
    page = open_page("/desk/", login="admin")

    page.keyboard.press("p")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/desk/")
    page.wait_for_function("document.querySelector('.switch-project').textContent.trim() === 'Games'")
    assert page.locator("#tree caption").all_text_contents() == ["Games"]


def test_keys_are_inert_while_somebody_types(open_page: Open) -> None:
    page = open_page("/outbox/", login="admin")

    page.keyboard.press("/")
    page.keyboard.type("204?/")

    assert page.locator("[name=q]").input_value() == "204?/"
    assert not page.locator("#keys").is_visible()


@pytest.mark.parametrize(
    ("key", "code", "works"), [("n", "KeyN", True), ("т", "KeyN", True), ("n", "KeyL", True), ("b", "KeyN", False)]
)
def test_a_letter_is_taken_by_what_it_writes_or_else_by_its_place(
    open_page: Open, key: str, code: str, works: bool
) -> None:
    page = open_page("/settings/", login="admin")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<button type=button data-key=N>N</button>');"
        "document.querySelector('[data-key=N]').addEventListener('click', () => { document.title = 'pressed' })"
    )

    page.evaluate(
        "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }))",
        [key, code],
    )

    assert (page.title() == "pressed") is works


def test_letters_do_nothing_when_they_are_switched_off(open_page: Open, d: Department) -> None:
    d.people["admin"].single_keys = False
    d.people["admin"].save()
    page = open_page("/outbox/", login="admin")

    page.keyboard.press("?")

    assert not page.locator("#keys").is_visible()


def test_a_person_signs_in_saves_and_signs_out(open_page: Open) -> None:
    page = open_page("/settings/")

    page.get_by_label("Login").fill("admin")
    page.get_by_label("Password").fill("demo")
    page.keyboard.press("Enter")
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Save the settings").click()
    page.get_by_role("status").get_by_text("Saved.").wait_for()
    page.get_by_role("button", name="You: Ada").click()
    page.get_by_role("button", name="Sign out").click()

    page.get_by_role("heading", name="Sign in").wait_for()


@pytest.mark.usefixtures("real_mail")
def test_from_an_empty_project_to_somebody_who_works_in_it(open_page: Open, live_server: LiveServer) -> None:
    page = open_page("/manage/", login="admin")

    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name", exact=True).fill("Почта")
    page.get_by_label("Short name").fill("post")
    page.get_by_role("button", name="Make the project").click()
    page.get_by_role("link", name="Groups", exact=True).click()
    page.get_by_role("link", name="Make a group").click()
    page.get_by_label("Name", exact=True).fill("Passwords")
    page.get_by_role("button", name="Make the group").click()
    page.get_by_role("link", name="Make a queue").click()
    page.get_by_label("Name", exact=True).fill("Lost passwords")
    page.get_by_label("Group", exact=True).select_option(label="Passwords")
    page.get_by_role("button", name="Make the queue").click()
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("Login", exact=True).fill("nina")
    page.get_by_label("E-mail address").fill("nina@staff.example")
    page.get_by_label("Role", exact=True).select_option("line2/post/passwords")
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_role("heading", name="nina").wait_for()
    page.goto(live_server.url + "/outbox/")
    page.get_by_role("link", name="Your way into Postline").click()
    link = re.search(r"http://\S+(/accounts/password/set/\S+)", page.locator(".letter-text").inner_text())
    assert link is not None

    theirs = open_page(link[1])
    theirs.get_by_label("New password", exact=True).fill("a sentence to remember")
    theirs.get_by_label("The new password once more").fill("a sentence to remember")
    theirs.get_by_role("button", name="Set the password").click()
    theirs.get_by_label("Login").fill("nina")
    theirs.get_by_label("Password").fill("a sentence to remember")
    theirs.keyboard.press("Enter")
    theirs.get_by_role("link", name="Lost passwords").first.click()
    theirs.get_by_role("heading", name="Lost passwords").wait_for()
