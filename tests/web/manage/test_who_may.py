"""Who may open which page of management: agents none, an administrator of a project only theirs, an auditor the log."""

from __future__ import annotations

import pytest
from django.test import Client

from postline.projects.models import Membership, Project, Role
from tests.scenes import Department
from tests.web.conftest import SignedIn

INSTALLATION = ["", "search/?q=web", "people/", "people/invite/", "people/invite-many/", "projects/new/"]
OF_PROJECT = ["", "groups/", "groups/new/", "groups/web/", "groups/web/delete/"]
OF_PROJECT += ["queues/", "queues/new/", "queues/web/", "queues/web/retire/"]
OF_PROJECT += ["mailboxes/", "mailboxes/new/", "mailboxes/{mailbox}/", "mailboxes/{mailbox}/delete/"]
PAGES = [*INSTALLATION, "audit/", "people/{person}/", *(f"projects/mail/{path}" for path in OF_PROJECT)]
OF_LEADS = ["", "search/?q=web", "audit/"]  # of the log, who had hidden addresses shown and nothing else
OF_LEADS += ["projects/mail/" + path for path in OF_PROJECT if path.startswith("queues/")]
ACTS = ["people/{person}/roles/", "people/{person}/roles/{membership}/", "people/{person}/switch/"]
ACTS += ["people/{person}/link/", "projects/mail/groups/web/people/", "projects/mail/queues/web/shift/"]
ACTS += ["projects/mail/mailboxes/{mailbox}/switch/"]


def address(d: Department, path: str, login: str = "web") -> str:
    """`path` with the person of this login filled in."""
    person = d.people[login]
    membership = Membership.objects.get(person=person)
    mailbox = d.mailboxes["support@mail.example"]
    return "/manage/" + path.format(person=person.pk, membership=membership.pk, mailbox=mailbox.pk)


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_sees_every_page(d: Department, signed_in: SignedIn, path: str) -> None:
    assert signed_in("admin").get(address(d, path)).status_code == 200


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "games1"])
@pytest.mark.parametrize("path", PAGES)
def test_who_works_at_the_desk_may_not_look(d: Department, signed_in: SignedIn, login: str, path: str) -> None:
    page = signed_in(login).get(address(d, path))

    assert page.status_code == 403
    assert "This is not open to you" in page.text


@pytest.mark.parametrize("path", PAGES)
def test_a_lead_sets_up_queues_and_no_more(d: Department, signed_in: SignedIn, path: str) -> None:
    page = signed_in("lead").get(address(d, path))

    assert page.status_code == (200 if path in OF_LEADS else 403)


def test_a_lead_finds_what_they_set_up_and_nothing_else(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")

    overview = browser.get("/manage/").text
    found = browser.get("/manage/search/?q=web").text

    assert 'href="/manage/projects/mail/queues/"' in overview
    for closed in ("/manage/people/", "/manage/people/invite/", "/manage/projects/mail/mailboxes/", "Games"):
        assert closed not in overview
    assert "/manage/projects/mail/queues/web/" in found
    assert "/manage/projects/mail/groups/web/" not in found
    assert browser.get("/manage/projects/mail/start/", follow=True).status_code == 200


@pytest.mark.parametrize("login", ["line1", "auditor"])
@pytest.mark.parametrize("path", ACTS)
def test_who_may_not_look_may_not_act(d: Department, signed_in: SignedIn, login: str, path: str) -> None:
    assert signed_in(login).post(address(d, path), {"to": "off"}).status_code == 403
    assert Membership.objects.filter(person=d.people["web"], person__is_active=True).exists()


def test_an_auditor_reads_the_log_alone(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("auditor")

    assert {browser.get(address(d, path)).status_code for path in PAGES if path != "audit/"} == {403}
    log = browser.get("/manage/audit/")
    assert log.status_code == 200
    assert "/manage/people/" not in log.text


@pytest.mark.parametrize("path", [path for path in OF_PROJECT if "web" not in path])
def test_another_projects_pages_do_not_exist(d: Department, signed_in: SignedIn, path: str) -> None:
    make_admin_of_games(d)
    browser = signed_in("games1")

    assert browser.get(address(d, f"projects/mail/{path}")).status_code == 404
    assert browser.get(address(d, f"projects/games/{path}")).status_code == (404 if "mailbox}" in path else 200)


@pytest.mark.parametrize("path", ["people/{person}/", *ACTS])
def test_another_projects_people_do_not_exist(d: Department, signed_in: SignedIn, path: str) -> None:
    make_admin_of_games(d)
    browser = signed_in("games1")

    answer = browser.get(address(d, path)) if path not in ACTS else browser.post(address(d, path), {"to": "off"})

    assert answer.status_code == 404
    d.people["web"].refresh_from_db()
    assert d.people["web"].is_active


def test_an_administrator_of_a_project_makes_no_project(d: Department, signed_in: SignedIn) -> None:
    make_admin_of_games(d)
    browser = signed_in("games1")

    wanted = {"name": "Mine", "slug": "mine", "language": "en", "time_zone": "UTC"}
    assert browser.get("/manage/projects/new/").status_code == 403
    assert browser.post("/manage/projects/new/", wanted).status_code == 403
    assert browser.post("/manage/projects/games/", wanted).status_code == 302
    assert list(Project.objects.order_by("slug").values_list("name", flat=True)) == ["Mine", "Mail"]


@pytest.mark.parametrize("path", [*PAGES, *ACTS])
def test_who_is_not_signed_in_is_led_to_sign_in(d: Department, client: Client, path: str) -> None:
    answer = client.post(address(d, path)) if path in ACTS else client.get(address(d, path))

    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("login", ["admin", "games1", "auditor", "line1"])
def test_the_strip_leads_to_what_one_may_do(d: Department, signed_in: SignedIn, login: str) -> None:
    make_admin_of_games(d)
    strip = signed_in(login).get("/settings/").text

    assert ('href="/manage/"' in strip) is (login in ("admin", "games1"))
    assert ('href="/manage/audit/"' in strip) is (login == "auditor")


def make_admin_of_games(d: Department) -> None:
    """games1 administers the project games from now on."""
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
