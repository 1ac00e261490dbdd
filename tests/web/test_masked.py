"""Who may not see personal data sees none: every page and every call is asked for, and looked through (X5)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from postline.kit import clock
from postline.projects.tokens import create_token
from postline.rules.templates.change import TemplateSettings, Words, add
from postline.tickets.actions.reveal import reveal
from tests.scenes import NOW, Department
from tests.tickets.secrets import ADDRESS, OTHER, PHONE, SECRETS, WORDS, Secret, ticket_full_of_secrets
from tests.web.conftest import SignedIn
from tests.web.test_every_address import OF_TICKET, OWN, Values, form

WITH = ("?all", "?html", "?html&pictures", "?download", "?pictures", "?state=all")
READ = (
    "/tickets", "/tickets?q={number}", "/tickets/{number}", "/tickets/{number}/messages", "/tickets/{number}/events",
)  # fmt: skip


@pytest.fixture
def secret(d: Department) -> Secret:
    return ticket_full_of_secrets(d)


def values_of(d: Department, secret: Secret) -> Values:
    """What stands in the places of every address."""
    words = Words("", "{{ requester }} {{ address }} {{ subject }} {% if first_name %}{{ first_name }}{% endif %}")
    settings = TemplateSettings(name="Greeting", texts={"en": words})
    add(d.reach("admin"), project=d.projects["mail"], slug="greeting", settings=settings, now=NOW)
    return {
        "template": "greeting",
        "digest": "0" * 64,
        "number": secret.ticket.number,
        "other": secret.ticket.number,
        "message": secret.message.pk,
        "attachment": 1,
        "participant": secret.ticket.participants.order_by("pk").last().pk,  # type: ignore[union-attr]
        "project": "mail",
        "slug": "inbox",
        "queue": d.queues["web"].pk,
    }


def told(answer: Any) -> str:
    """All that an answer says, its headers too, as a reader could make it out."""
    text: str = answer.content.decode("utf-8", "replace") + "\n".join(
        f"{key}: {value}" for key, value in answer.items()
    )
    return text + unquote(text) + re.sub(r"<[^<>]*>", "", text)


def found(answer: Any) -> list[str]:
    said = told(answer)
    return [secret for secret in SECRETS if secret in said]


def everything(browser: Client, d: Department, secret: Secret) -> dict[str, list[str]]:
    """What each address of the desk tells, by GET and POST, with and without what can be asked of it."""
    leaks = {}
    values = values_of(d, secret)
    for address in sorted(OF_TICKET | OWN):
        keys = [one.pk for one in secret.files.values()] if "{attachment}" in address else [0]
        for key in keys:
            path = "/" + address.format(**values | {"attachment": key})
            asked = [path, *(path + more for more in WITH)]
            if "attachments/" in path and path.endswith("message/"):
                page = browser.get(path).content.decode("utf-8", "replace")
                asked += [path + part.replace("&amp;", "&") for part in re.findall(r'"[^"]*(\?part=[^"]*)"', page)]
            for wanted in asked:
                leaks[f"GET {wanted}"] = found(browser.get(wanted))
            leaks[f"POST {path}"] = found(browser.post(path, form(values), follow=True))
    for query in (ADDRESS, OTHER, PHONE, "maria", "user.example", "Again"):
        # what was typed stands in its field again: that is no answer
        said = told(browser.get("/desk/search/", {"q": query})).replace(query, "")
        leaks[f"search {query}"] = [one for one in SECRETS if one in said]
    return leaks


def test_a_trainee_finds_no_address_on_any_page(d: Department, secret: Secret, signed_in: SignedIn) -> None:
    leaks = everything(signed_in("trainee"), d, secret)
    assert {address: what for address, what in leaks.items() if what} == {}


def test_whoever_has_the_right_finds_them_on_these_pages(d: Department, secret: Secret, signed_in: SignedIn) -> None:
    leaks = everything(signed_in("auditor"), d, secret)
    telling = {re.sub(r"\d{5,}", "N", re.sub(r"/\d+/", "/1/", key)) for key, what in leaks.items() if what}
    assert telling >= {
        "GET /desk/queues/mail/inbox/",
        "GET /desk/tickets/1/",
        "GET /desk/messages/1/html/",
        "GET /desk/messages/1/text/",
        "GET /desk/messages/1/raw/",
        "GET /desk/messages/1/source/",
        "GET /desk/attachments/1/",
        "GET /desk/attachments/1/message/",
        "GET /desk/attachments/1/message/?html",
        f"search {ADDRESS}",
    }


def program(d: Department, login: str) -> Client:
    token = create_token(person=d.people[login], name="test", actor="admin", now=NOW)
    return Client(headers={"Authorization": f"Bearer {token}"})


def calls(client: Client, secret: Secret) -> dict[str, list[str]]:
    """What each call of the interface tells."""
    keys = [one.pk for one in secret.files.values()]
    paths = [path.format(number=secret.ticket.number) for path in READ]
    messages = secret.ticket.messages.values_list("pk", flat=True)
    paths += [f"/messages/{key}/raw" for key in messages] + [f"/attachments/{key}" for key in keys]
    leaks = {f"GET {path}": found(client.get(f"/api/v1{path}")) for path in paths}
    number = secret.ticket.number
    for path, body in [
        (f"/tickets/{number}/messages", {"kind": "note", "text": "A word"}),
        (f"/tickets/{number}/messages", {"kind": "reply", "text": "A word"}),
        (f"/tickets/{number}/take", {}),
        (f"/tickets/{number}/release", {}),
        ("/next", {}),
        (f"/tickets/{number}/merge", {"into": str(number)}),
        (f"/tickets/{number}/split", {"message": secret.message.pk}),
        (f"/tickets/{number}/undo", {}),
        (f"/tickets/{number}/reveal", {"reason": "call"}),
    ]:
        answer = client.post(f"/api/v1{path}", body, content_type="application/json")
        leaks[f"POST {path}"] = found(answer)
    answer = client.patch(f"/api/v1/tickets/{number}", {"priority": "low"}, content_type="application/json")
    leaks["PATCH"] = found(answer)
    return leaks


def test_the_programs_of_a_trainee_are_told_no_address(d: Department, secret: Secret) -> None:
    leaks = calls(program(d, "trainee"), secret)
    assert {address: what for address, what in leaks.items() if what} == {}


def test_those_of_whoever_has_the_right_are_told_them(d: Department, secret: Secret) -> None:
    leaks = calls(program(d, "lead"), secret)
    silent = {key for key, what in leaks.items() if not what and key.startswith("GET")}
    written_anew = secret.ticket.messages.filter(raw_id=None, outbox_message=None).values_list("pk", flat=True)
    assert silent == {
        f"GET /tickets/{secret.ticket.number}/events",
        *(f"GET /messages/{key}/raw" for key in written_anew),  # of which there is no raw message
    }


@pytest.mark.parametrize("query", [ADDRESS, "maria", "user.example", "912", WORDS.replace(" ", "  ")])
def test_a_search_tells_programs_of_a_trainee_nothing_about_what_is_hidden(
    d: Department, secret: Secret, query: str
) -> None:
    found = program(d, "trainee").get("/api/v1/tickets", {"q": query}).json()["results"]
    assert found == []
    assert program(d, "lead").get("/api/v1/tickets", {"q": query}).json()["results"]


def test_a_colleague_of_another_group_sees_it_masked_until_it_is_revealed(d: Department, signed_in: SignedIn) -> None:
    secret = ticket_full_of_secrets(d, queue="web")
    browser = signed_in("passwords")
    leaks = everything_read(browser, secret)
    assert {address: what for address, what in leaks.items() if what} == {}
    assert browser.get(f"/desk/messages/{secret.message.pk}/source/").status_code == 403

    reveal(d.reach("passwords"), number=secret.ticket.number, reason="call", now=clock.now())

    assert all(everything_read(browser, secret).values())
    assert not any(everything_read(signed_in("abuse"), secret).values())


def everything_read(browser: Client, secret: Secret) -> dict[str, list[str]]:
    message, files = f"/desk/messages/{secret.message.pk}/", secret.files
    paths = [f"/desk/tickets/{secret.ticket.number}/", f"{message}html/", f"{message}text/", f"{message}raw/"]
    paths += [f"{message}source/", f"/desk/attachments/{files['words.txt'].pk}/"]
    return {path: found(browser.get(path)) for path in paths}
