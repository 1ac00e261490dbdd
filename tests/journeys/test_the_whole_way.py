"""A message comes in by SMTP, an agent answers in the browser, the requester writes back: every part is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.desk import Desk, desk
from tests.letters import reply_to, write
from tests.outbox.receiving import Received
from tests.smtp import Client
from tests.waiting import until
from tests.web.test_in_the_browser import chromium

__all__ = ["chromium"]  # a fixture

pytestmark = pytest.mark.browser

ANNA, BORIS = "Anna Visser <anna@user.example>", "Boris Orlov <boris@user.example>"
SignIn = Callable[[str], Page]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The department is at work."""
    with desk(tmp_path_factory.mktemp("desk"), "line1", "web", "passwords") as one:
        yield one


@pytest.fixture
def sign_in(chromium: Browser, place: Desk) -> Iterator[SignIn]:
    """Opens the desk as this person, who types their login and password."""
    contexts = []

    def make(login: str) -> Page:
        context = chromium.new_context(locale="en", viewport={"width": 1366, "height": 768})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{place.url}/")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill("demo")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/")
        page.wait_for_load_state()
        return page

    yield make
    for context in contexts:
        context.close()


def test_an_answer_from_the_first_line_brings_the_reply_to_the_second(place: Desk, sign_in: SignIn) -> None:
    comes_in(place, write(sender=ANNA, subject="I cannot sign in", message_id="<anna1@user.example>"))
    number = ticket_about(place, "I cannot sign in")
    acknowledged = delivered(place, "anna@user.example", at_least=1)[0]
    assert acknowledged["Auto-Submitted"] == "auto-replied"
    assert number in "".join(acknowledged["Subject"].split())

    page = sign_in("line1")
    take_the_next(page, "I cannot sign in")
    answer(page, "Please choose a new password.")

    letter = delivered(place, "anna@user.example", at_least=2)[1]
    assert letter["Subject"] == "Re: I cannot sign in"
    assert letter["In-Reply-To"] == "<anna1@user.example>"
    assert "Please choose a new password." in text_of(letter)
    assert state_of(place, number) == ("closed", "inbox")

    writes_back(place, letter, sender=ANNA, text="It is refused as well.", message_id="<anna2@user.example>")

    until(lambda: state_of(place, number) == ("open", "web"))
    assert history(place, number) == [
        ("arrived", None),
        ("acknowledged", None),
        ("taken", "line1"),
        ("answered", "line1"),
        ("arrived", None),
        ("reopened", None),
        ("returned", None),
    ]
    second = sign_in("web")
    take_the_next(second, "I cannot sign in")
    told(second, "since this morning my password", "Please choose a new password.", "It is refused as well.")
    told(second, "line1 took it", "came back to Web")


def test_an_answer_from_the_second_line_brings_the_reply_back_there(place: Desk, sign_in: SignIn) -> None:
    comes_in(place, write(sender=BORIS, subject="My answer is wrong", message_id="<boris1@user.example>"))
    number = ticket_about(place, "My answer is wrong")

    page = sign_in("line1")
    take_the_next(page, "My answer is wrong")
    page.keyboard.press("v")
    page.keyboard.type("passw")
    page.keyboard.press("Enter")
    until(lambda: state_of(place, number)[1] == "passwords")
    second = sign_in("passwords")
    take_the_next(second, "My answer is wrong")
    answer(second, "Which city is it?")

    letter = until(lambda: [one for one in delivered(place, "boris@user.example") if "city" in text_of(one)])[0]
    writes_back(place, letter, sender=BORIS, text="It is Samara.", message_id="<boris2@user.example>")

    until(lambda: state_of(place, number) == ("open", "passwords"))
    assert [kind for kind, _ in history(place, number)] == [
        "arrived",
        "acknowledged",
        "taken",
        "moved",
        "taken",
        "answered",
        "arrived",
        "reopened",
    ]
    take_the_next(second, "My answer is wrong")
    told(second, "line1 moved it to Passwords", "Which city is it?", "It is Samara.", "opened again")


def comes_in(place: Desk, content: bytes, *, to: str = "support@mail.example") -> None:
    """By SMTP."""
    with Client(place.smtp) as client:
        client.say("EHLO mx.user.example")
        assert client.deliver(content, to=(to,))[0] == 250


def writes_back(place: Desk, letter: EmailMessage, *, sender: str, text: str, message_id: str) -> None:
    """The requester presses «Reply» in their mail program."""
    to, content = reply_to(letter.as_bytes(), sender=sender, text=text, message_id=message_id)
    comes_in(place, content, to=to)


def take_the_next(page: Page, subject: str) -> None:
    page.goto(page.url.partition("/desk/")[0] + "/desk/")
    page.wait_for_load_state()
    page.keyboard.press("s")
    page.get_by_role("heading", name=subject).wait_for()
    page.wait_for_load_state()


def answer(page: Page, text: str) -> None:
    page.keyboard.press("e")
    page.keyboard.type(text)
    page.keyboard.press("Control+Shift+Enter")
    expect(page.get_by_text("Sent to")).to_be_visible()


def told(page: Page, *words: str) -> None:
    """The conversation, or the events folded into it, say so."""
    for one in words:
        expect(page.get_by_role("main")).to_contain_text(one)


def ticket_about(place: Desk, subject: str) -> str:
    """The number of the ticket, as soon as it is there."""

    def found() -> list[str]:
        _, answer = place.api("line1", "/tickets?state=new")
        return [one["number"] for one in answer["results"] if one["subject"] == subject]

    return until(found)[0]


def state_of(place: Desk, number: str) -> tuple[str, str]:
    """Its state and queue, as the one sees who sees every queue here."""
    for login in place.tokens:
        status, ticket = place.api(login, f"/tickets/{number}")
        if status == 200:
            return ticket["state"], ticket["queue"]
    raise AssertionError(number)


def history(place: Desk, number: str) -> list[tuple[str, str | None]]:
    """What happened and who did it."""
    for login in place.tokens:
        status, found = place.api(login, f"/tickets/{number}/events")
        if status == 200:
            return [(event["kind"], event["person"]) for event in found["results"]]
    raise AssertionError(number)


def delivered(place: Desk, address: str, *, at_least: int = 0) -> list[EmailMessage]:
    """What the receiving server has got for somebody, once there is so much of it."""

    def letters() -> list[Received]:
        return [one for one in place.receiving.received if address in one.recipients]

    until(lambda: len(letters()) >= at_least)
    return [message_from_bytes(one.content, policy=policy.default) for one in letters()]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(preferencelist=("plain",))
    assert body is not None
    return str(body.get_content())
