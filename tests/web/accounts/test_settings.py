"""A person's own settings."""

from __future__ import annotations

from django.test import Client

from postline.projects.models import AuditEntry, Person
from tests.scenes import Department
from tests.web.conftest import SignedIn

AS_IT_WAS = {
    "name": "",
    "email": "line1@staff.example",
    "language": "en",
    "time_zone": "",
    "theme": "",
    "single_keys": "on",
}


def test_nobody_but_the_staff_has_settings(client: Client) -> None:
    assert client.get("/settings/").headers["Location"] == "/accounts/login/?next=%2Fsettings%2F"


def test_a_person_changes_how_they_are_called_and_how_the_screen_looks(d: Department, signed_in: SignedIn) -> None:
    client = signed_in("line1")
    changed = {"name": "Лиза", "language": "ru", "time_zone": "Asia/Vladivostok", "theme": "dark"}

    page = client.post("/settings/", {**AS_IT_WAS, **changed}, follow=True)

    person = Person.objects.get(login="line1")
    assert {name: getattr(person, name) for name in changed} == changed
    assert '<html lang="ru" data-theme="dark">' in page.text
    assert "Сохранено." in page.text
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == (
        "person.settings-changed",
        {"changed": ["language", "name", "theme", "time_zone"]},
    )


def test_letters_as_keys_can_be_switched_off(signed_in: SignedIn) -> None:
    client = signed_in("line1")
    assert 'data-keys="on"' in client.get("/settings/").text

    client.post("/settings/", {key: value for key, value in AS_IT_WAS.items() if key != "single_keys"})

    assert 'data-keys="off"' in client.get("/settings/").text


def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(signed_in: SignedIn) -> None:
    client = signed_in("line1")

    page = client.post("/settings/", {**AS_IT_WAS, "name": "Lisa", "email": "no address", "time_zone": "Mars/Base"})

    assert page.status_code == 200
    assert 'value="Lisa"' in page.text
    assert 'value="no address"' in page.text
    assert page.text.count('class="fault"') == 2
    assert Person.objects.get(login="line1").name == ""


def test_nobody_makes_themselves_an_administrator(d: Department, signed_in: SignedIn) -> None:
    client = signed_in("line1")

    client.post("/settings/", {**AS_IT_WAS, "login": "admin2", "is_active": "", "role": "admin", "password": "x"})

    person = Person.objects.get(pk=d.people["line1"].pk)
    assert (person.login, person.is_active, person.check_password("demo")) == ("line1", True, True)
    assert list(person.memberships.values_list("role", flat=True)) == ["line1"]
