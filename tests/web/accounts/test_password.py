"""A forgotten password: the letter in the outbox, and the link in it."""

from __future__ import annotations

import importlib
import re

import pytest
from django.conf import settings as installed
from django.test import Client
from pytest_django import Settings

from postline.outbox.models import Kind, OutboxMessage
from postline.projects.invitations import password_link
from postline.projects.models import AuditEntry
from tests.scenes import Department
from tests.web.conftest import SignedIn

OUTBOX = "postline.outbox.mail_backend.OutboxBackend"
NEW = "a sentence to remember"


@pytest.fixture(autouse=True)
def _real_backend(settings: Settings) -> None:
    """Not the one that pytest-django puts in its place."""
    settings.EMAIL_BACKEND = OUTBOX


def ask(client: Client, who: str) -> str:
    page = client.post("/accounts/password/", {"who": who}, follow=True, headers={"host": "evil.example"}).text
    return re.sub(r'"X-CSRFToken":"\w+"', "", page)


def test_the_outbox_is_how_mail_leaves() -> None:
    assert importlib.import_module("postline.settings").EMAIL_BACKEND == OUTBOX


def link_in(message: OutboxMessage) -> str:
    found = re.search(r"http://\S+", message.text)
    assert found is not None
    return found[0]


@pytest.mark.usefixtures("d")
@pytest.mark.parametrize("who", ["line1", "LINE1", "line1@staff.example", "Line1@Staff.Example"])
def test_a_link_goes_into_the_outbox(client: Client, who: str) -> None:
    ask(client, who)

    message = OutboxMessage.objects.get()
    assert (message.kind, message.to) == (Kind.ACCOUNT, [["", "line1@staff.example"]])
    assert link_in(message).startswith(installed.CONFIGURATION.public_url + "/accounts/password/set/")


def test_the_letter_speaks_the_persons_language(d: Department, client: Client) -> None:
    d.people["line1"].language = "ru"
    d.people["line1"].name = "Лиза <O'Нил>"
    d.people["line1"].save()

    ask(client, "line1")

    message = OutboxMessage.objects.get()
    assert message.subject == "Новый пароль для Postline"
    assert "Здравствуйте, Лиза <O'Нил>!" in message.text  # plain text: nothing is escaped


def test_known_and_unknown_get_the_same_answer(d: Department, client: Client) -> None:
    d.people["trainee"].email = ""
    d.people["trainee"].save()
    known = ask(client, "line1")

    assert ask(client, "nobody@staff.example") == known
    assert ask(client, "trainee") == known  # has no address
    assert OutboxMessage.objects.count() == 1


@pytest.mark.usefixtures("d")
def test_the_link_sets_a_password_once(client: Client) -> None:
    ask(client, "line1")
    link = link_in(OutboxMessage.objects.get())
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    assert link.rstrip("/").rpartition("/")[2] not in address  # the token is gone from the address

    done = client.post(address, {"new_password1": NEW, "new_password2": NEW}, follow=True)

    assert "Your password is set" in done.text
    assert AuditEntry.objects.filter(action="person.password-set", target="line1").count() == 1
    assert client.post("/accounts/login/", {"username": "line1", "password": NEW}).status_code == 302
    assert "This link no longer works" in Client().get(link, follow=True).text


def test_an_invitation_opens_the_same_page(d: Department, client: Client) -> None:
    link = password_link(d.people["line1"], installed.CONFIGURATION)

    assert "Set a password" in client.get(link, follow=True).text


@pytest.mark.usefixtures("d")
@pytest.mark.parametrize("path", ["MQ/x-y", "%20/%20", "NULL/NULL", "OTk5OTk5OQ/set-password"])
def test_made_up_links_open_nothing(client: Client, path: str) -> None:
    page = client.get(f"/accounts/password/set/{path}/", follow=True)

    assert "This link no longer works" in page.text


def test_a_new_password_ends_every_other_session(d: Department, signed_in: SignedIn) -> None:
    elsewhere, here = signed_in("line1"), signed_in("line1")

    answer = here.post("/settings/password/", {"old_password": "demo", "new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 302
    assert here.get("/settings/").status_code == 200
    assert elsewhere.get("/settings/").status_code == 302
    assert AuditEntry.objects.get().action == "person.password-changed"


def test_the_link_of_somebody_who_was_switched_off_is_dead(d: Department, client: Client) -> None:
    link = password_link(d.people["line1"], installed.CONFIGURATION)
    d.people["line1"].is_active = False
    d.people["line1"].save()

    page = client.get(link.removeprefix(installed.CONFIGURATION.public_url), follow=True)

    assert "This link no longer works" in page.text
