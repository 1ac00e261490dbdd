"""A project's set-up as a file, in the browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage

from postline.projects.models import Person, Project, Queue
from tests.scenes import Department
from tests.web.conftest import SignedIn

MAIL = "/manage/projects/mail/set-up/"


def file(**sections: Any) -> SimpleUploadedFile:
    whole = {"format": "postline-set-up", "version": 1, **sections}
    return SimpleUploadedFile("mail.json", json.dumps(whole).encode())


GROUP = [{"slug": "billing", "name": "Счета"}]
OLGA = [{"login": "olga", "email": "olga@staff.example", "roles": [{"role": "line1"}]}]


def test_the_file_that_is_taken_away_names_what_is_there(d: Department, signed_in: SignedIn) -> None:
    said = signed_in("admin").get(f"{MAIL}download/")
    whole = json.loads(said.content)
    assert said.headers["Content-Disposition"].startswith('attachment; filename="mail-')
    assert {queue["slug"] for queue in whole["queues"]} >= {"inbox", "web", "abuse"}
    assert [mailbox["address"] for mailbox in whole["mailboxes"]]


def test_only_the_chosen_parts_are_taken_away(d: Department, signed_in: SignedIn) -> None:
    whole = json.loads(signed_in("admin").get(f"{MAIL}download/?section=groups&section=nothing").content)
    assert sorted(whole) == ["format", "groups", "version"]


def test_a_file_is_looked_at_first_and_then_brought_in(
    d: Department, signed_in: SignedIn, mailoutbox: list[EmailMessage]
) -> None:
    browser = signed_in("admin")
    page = browser.post(MAIL, {"act": "look", "file": file(groups=GROUP, people=OLGA)}).text
    assert "What the file would do" in page
    assert "billing" in page
    assert not Person.objects.filter(login="olga").exists()

    content = json.dumps({"format": "postline-set-up", "version": 1, "groups": GROUP, "people": OLGA})
    done = browser.post(MAIL, {"act": "bring-in", "content": content}, follow=True).text
    assert "The file is brought in." in done
    assert Person.objects.get(login="olga").memberships.get().project.slug == "mail"
    assert mailoutbox[0].to == ["olga@staff.example"]


def test_who_works_elsewhere_already_gets_the_role_and_no_link(
    d: Department, signed_in: SignedIn, mailoutbox: list[EmailMessage]
) -> None:
    Person.objects.filter(login="games1").update(email="games1@staff.example")
    entry = [{"login": "games1", "roles": [{"role": "line1"}]}]
    signed_in("admin").post(MAIL, {"act": "bring-in", "file": file(people=entry)})
    assert d.people["games1"].memberships.filter(project=d.projects["mail"]).exists()
    assert mailoutbox == []


def test_a_file_with_faults_says_where_they_are_and_changes_nothing(d: Department, signed_in: SignedIn) -> None:
    before = Queue.objects.count()
    broken = [{"slug": "a", "name": "A", "parent": "<nowhere>"}]
    said = signed_in("admin").post(MAIL, {"act": "bring-in", "file": file(queues=broken)})
    assert said.status_code == 422
    assert "queues › a" in said.text
    assert "There is no queue “&lt;nowhere&gt;”." in said.text
    assert Queue.objects.count() == before


@pytest.mark.parametrize("act", ["look", "bring-in"])
def test_no_file_at_all_is_told(d: Department, signed_in: SignedIn, act: str) -> None:
    said = signed_in("admin").post(MAIL, {"act": act})
    assert (said.status_code, "This is no JSON" in said.text) == (422, True)


def test_a_new_project_begins_like_another_one(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    assert 'value="mail" selected' in browser.get("/manage/projects/new/?like=mail").text
    form = {"name": "News", "slug": "news", "language": "ru", "time_zone": "UTC", "like": "mail"}
    said = browser.post("/manage/projects/new/", form)
    assert said.headers["Location"] == "/manage/projects/news/queues/"
    slugs = {
        one: set(Queue.objects.filter(project__slug=one).values_list("slug", flat=True)) for one in ("mail", "news")
    }
    assert slugs["news"] == slugs["mail"]
    assert Project.objects.get(slug="news").language == "ru"


def test_a_new_project_begins_as_a_file_says_or_not_at_all(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    form = {"name": "News", "slug": "news", "language": "ru", "time_zone": "UTC"}
    said = browser.post(
        "/manage/projects/new/", {**form, "file": file(queues=[{"slug": "a", "name": "A", "group": "x"}])}
    )
    assert (said.status_code, "There is no group “x”." in said.text) == (422, True)
    assert not Project.objects.filter(slug="news").exists()

    browser.post("/manage/projects/new/", {**form, "file": file(groups=GROUP)})
    assert Project.objects.get(slug="news").groups.get().slug == "billing"


@pytest.mark.parametrize("login", ["line1", "trainee", "auditor", "games1", "lead"])
def test_who_may_not_set_up_sees_and_changes_nothing(d: Department, signed_in: SignedIn, login: str) -> None:
    browser = signed_in(login)
    for address in (MAIL, f"{MAIL}download/"):
        assert browser.get(address).status_code in (403, 404)
    assert browser.post(MAIL, {"act": "bring-in", "file": file(groups=GROUP)}).status_code in (403, 404)
    assert not d.projects["mail"].groups.filter(slug="billing").exists()
