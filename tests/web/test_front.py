"""The front door, and what machines ask."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from postline.projects.models import Membership, Person, Role
from tests.scenes import NOW
from tests.web.conftest import SignedIn


@pytest.mark.django_db
def test_an_empty_installation_says_how_to_make_the_first_administrator(client: Client) -> None:
    page = client.get("/")

    assert page.status_code == 200
    assert "postline user create LOGIN" in page.text


@pytest.mark.usefixtures("d")
@pytest.mark.parametrize("path", ["/", "/help/"])
def test_who_is_not_signed_in_is_led_to_sign_in(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == "/accounts/login/"


@pytest.mark.parametrize(("login", "place"), [("line1", "/desk/"), ("passwords", "/desk/"), ("auditor", "/desk/")])
def test_agents_are_sent_to_the_desk(signed_in: SignedIn, login: str, place: str) -> None:
    assert signed_in(login).get("/").headers["Location"] == place


def test_an_administrator_without_queues_is_sent_to_the_outbox(db: None, client: Client) -> None:
    person = Person.objects.create(login="first", created_at=NOW)
    Membership.objects.create(person=person, role=Role.ADMIN)
    client.force_login(person)

    assert client.get("/").headers["Location"] == "/outbox/"


def test_the_process_says_that_it_lives_without_asking_the_database(client: Client) -> None:
    assert client.get("/healthz").text == "ok\n"  # a query would fail: this test may not use the database


@pytest.mark.django_db
def test_it_is_ready_when_every_migration_is_applied(client: Client) -> None:
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.text) == (503, "1 migrations are missing: run postline migrate\n")


def test_search_engines_are_asked_to_stay_away(client: Client) -> None:
    assert client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
