"""Sign-in and sign-out."""

from __future__ import annotations

import pytest
from django.test import Client

from postline.projects.models import AuditEntry
from tests.scenes import PASSWORD, Department
from tests.web.conftest import SignedIn

ADDRESS = "/accounts/login/"


def try_to_sign_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    answer = client.post(ADDRESS, {"username": login, "password": password, **more})
    return answer.status_code, answer.headers.get("Location", "")


@pytest.mark.usefixtures("d")
@pytest.mark.parametrize("login", ["line1", "LINE1", "Line1"])
def test_a_login_is_taken_in_any_case(client: Client, login: str) -> None:
    assert try_to_sign_in(client, login) == (302, "/desk/")


@pytest.mark.usefixtures("d")
def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client: Client) -> None:
    wrong = client.post(ADDRESS, {"username": "line1", "password": "wrong"})
    unknown = client.post(ADDRESS, {"username": "line9", "password": "wrong"})

    assert wrong.status_code == unknown.status_code == 200
    assert "do not belong together" in wrong.text
    assert "do not belong together" in unknown.text


def test_who_is_switched_off_does_not_get_in_and_is_out_at_once(d: Department, signed_in: SignedIn) -> None:
    inside = signed_in("line1")
    d.people["line1"].is_active = False
    d.people["line1"].save()

    assert inside.get("/settings/").status_code == 302
    assert try_to_sign_in(Client(), "line1") == (200, "")


@pytest.mark.usefixtures("d")
def test_the_session_gets_a_new_id(client: Client) -> None:
    client.session.save()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key

    try_to_sign_in(client, "line1")

    assert client.session.session_key != before


@pytest.mark.usefixtures("d")
def test_a_person_gets_where_they_wanted_to_go(client: Client) -> None:
    page = client.get("/settings/")
    assert page.headers["Location"] == "/accounts/login/?next=%2Fsettings%2F"

    assert try_to_sign_in(client, "line1", next="/settings/") == (302, "/settings/")


@pytest.mark.usefixtures("d")
@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "\t//evil",
    ],
)
def test_nobody_is_led_to_another_site(client: Client, elsewhere: str) -> None:
    assert try_to_sign_in(client, "line1", next=elsewhere) == (302, "/desk/")


@pytest.mark.usefixtures("d")
def test_sign_ins_failures_and_sign_outs_stand_in_the_audit(client: Client) -> None:
    try_to_sign_in(client, "LINE1", "wrong")
    try_to_sign_in(client, "my password by mistake", "wrong")
    try_to_sign_in(client, "line1")
    client.post("/accounts/logout/")

    assert list(AuditEntry.objects.order_by("number").values_list("action", "actor", "target")) == [
        ("person.sign-in-failed", "", "line1"),
        ("person.sign-in-failed", "", ""),
        ("person.signed-in", "line1", "line1"),
        ("person.signed-out", "line1", "line1"),
    ]


def test_signing_out_needs_a_form(signed_in: SignedIn) -> None:
    client = signed_in("line1")

    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").headers["Location"] == "/accounts/login/"
    assert client.get("/settings/").status_code == 302


@pytest.mark.usefixtures("d")
def test_a_form_without_its_token_is_refused_as_a_page() -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(ADDRESS, {"username": "line1", "password": PASSWORD})

    assert answer.status_code == 403
    assert "This form is too old" in answer.text


@pytest.mark.usefixtures("d")
def test_the_page_speaks_the_chosen_language_and_else_the_browsers(client: Client) -> None:
    assert "Inloggen" in client.get(ADDRESS, headers={"accept-language": "nl-BE"}).text

    client.post("/accounts/language/", {"language": "ru", "next": ADDRESS})

    page = client.get(ADDRESS, headers={"accept-language": "nl-BE"})
    assert '<html lang="ru"' in page.text
    assert "Пароль" in page.text
