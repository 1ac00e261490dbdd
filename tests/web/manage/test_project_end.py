"""A project is archived and comes back as it was; one that never had a ticket can be deleted."""

from __future__ import annotations

import pytest

from postline.projects.models import Calendar, Membership, Project, Queue
from postline.rules.templates import change
from postline.rules.templates.change import TemplateSettings, Words
from tests.rules.scenes import does, filter_that
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn

END = "/manage/projects/games/end/"


def test_an_archived_project_is_shown_nowhere_and_comes_back(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="games/inbox")
    browser = signed_in("admin")
    assert "it can only be archived" in browser.get(END).content.decode()
    assert browser.post(END, {"act": "archive", "word": "wrong"}).status_code == 422
    page = browser.post(END, {"act": "archive", "word": "games"}, follow=True).content.decode()
    assert "Games" in page
    for login in ("games1", "admin", "auditor"):
        assert signed_in(login).get(f"/desk/tickets/{ticket.number}/").status_code == 404
        assert "Games" not in signed_in(login).get("/desk/").content.decode()
    assert browser.get("/manage/projects/games/").status_code == 404
    bring = d.projects["games"].pk
    assert browser.post("/manage/archived/", {"bring": bring}).headers["Location"] == "/manage/projects/games/"
    assert signed_in("games1").get(f"/desk/tickets/{ticket.number}/").status_code == 200
    assert browser.post("/manage/archived/", {"bring": bring}).status_code == 404


def test_its_mailboxes_take_in_nothing(d: Department, signed_in: SignedIn) -> None:
    mailbox = d.mailboxes["support@games.example"]
    assert mailbox.takes_mail
    signed_in("admin").post(END, {"act": "archive", "word": "games"})
    mailbox.project.refresh_from_db()
    assert not mailbox.takes_mail


def test_one_that_had_a_ticket_is_not_deleted(d: Department, signed_in: SignedIn) -> None:
    letter(d, queue="games/inbox")
    said = signed_in("admin").post(END, {"act": "delete", "word": "games"})
    assert said.status_code == 422
    assert Project.objects.filter(slug="games").exists()


def test_one_that_never_had_one_is_and_its_people_stay(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    assert browser.post(END, {"act": "delete", "word": "games"}).headers["Location"] == "/manage/"
    assert not Project.objects.filter(slug="games").exists()
    assert not Queue.objects.filter(project_id=d.projects["games"].pk).exists()
    assert not Membership.objects.filter(person=d.people["games1"]).exists()
    d.people["games1"].refresh_from_db()


def test_so_is_one_that_was_set_up_with_all_that_there_is(d: Department, signed_in: SignedIn) -> None:
    games = d.projects["games"]
    games.calendar = Calendar.objects.create(project=games, slug="office", name="Office")
    games.save()
    d.queues["games/inbox"].calendar = games.calendar
    d.queues["games/inbox"].save()
    settings = TemplateSettings(name="Rules", queue=d.queues["games/inbox"], texts={"en": Words("", "Play fair.")})
    change.add(d.reach("admin"), project=games, slug="rules", settings=settings, now=NOW)
    filter_that(d, does("queue", "accounts"), project="games")
    signed_in("admin").post(END, {"act": "delete", "word": "games"})
    assert not Project.objects.filter(slug="games").exists()


@pytest.mark.parametrize("login", ["line1", "lead", "auditor", "games1"])
def test_only_administrators_of_the_installation_may(signed_in: SignedIn, login: str) -> None:
    browser = signed_in(login)
    for address in (END, "/manage/archived/"):
        assert browser.get(address).status_code == 403
        assert browser.post(address, {"act": "archive", "word": "games", "bring": "1"}).status_code == 403
    assert Project.objects.get(slug="games").archived_at is None
