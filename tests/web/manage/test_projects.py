"""Overview, search, projects, groups and queues."""

from __future__ import annotations

import re

import pytest
from pytest_django import DjangoAssertNumQueries

from postline.projects.models import AuditEntry, Group, Line, Mailbox, Membership, Project, Queue, Role
from postline.setup.actions import bring_in
from postline.setup.document import from_dict
from postline.tickets.actions import retire_queue
from postline.tickets.models import Ticket
from postline.web.manage import retire
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn

MAIL = "/manage/projects/mail/"
SET_UP = {
    "topics": [{"slug": "invoice", "name": "Invoice"}],
    "calendars": [{"slug": "invoice", "name": "Invoice hours"}],
    "templates": [{"slug": "invoice", "name": "About an invoice", "texts": {"en": "Hello"}}],
    "rules": [
        {
            "kind": kind,
            "slug": slug,
            "name": "Invoices",
            "condition": {"ask": "subject", "is": "contains", "value": "x"},
            doing: does,
        }
        for kind, slug, doing, does in (
            ("filter", "invoices", "steps", [{"do": "tags", "value": ["x"]}]),
            ("hint", "about-invoices", "suggestions", [{"attention": "x"}]),
        )
    ],
}
QUEUE = {"name": "Почта", "slug": "post", "parent": "", "target_minutes": "90", "signature": "Mail\r\nteam"}


def test_an_empty_installation_says_what_to_begin_with(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    for model in (Mailbox, Membership):
        model.objects.exclude(**({"role": Role.ADMIN} if model is Membership else {})).delete()
    Queue.objects.update(return_queue=None)
    Project.objects.get(slug="mail").topics.all().delete()
    for rows in (Queue, Group, Project):
        rows.objects.all().delete()

    assert "No project yet" in browser.get("/manage/").text


def test_the_overview_shows_figures_and_what_needs_somebody(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.filter(group=d.groups["web"]).delete()
    Mailbox.objects.filter(project=d.projects["games"]).delete()

    page = signed_in("admin").get("/manage/").text

    assert "Games has no mailbox" in page
    assert "Nobody works in the queue Web" in page
    assert "Nobody works in the queue Abuse" not in page
    figures = re.findall(r"<b>(\d+)</b><span>(\w+)</span>", page)
    assert figures[-4:] == [("6", "people"), ("3", "groups"), ("6", "queues"), ("2", "mailboxes")]


def test_the_overview_asks_the_same_number_of_questions_for_any_number_of_projects(
    d: Department, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Project.objects.bulk_create(Project(slug=f"p{number}", name=f"Проект {number}") for number in range(40))
    browser = signed_in("admin")

    with django_assert_max_num_queries(15):
        assert "Проект 39" in browser.get("/manage/").text


def test_search_finds_everything_that_one_manages_and_nothing_else(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    page = browser.get("/manage/search/?q=abuse").text
    for address in (f"/manage/people/{d.people['abuse'].pk}/", f"{MAIL}queues/abuse/", f"{MAIL}groups/abuse/"):
        assert f'href="{address}"' in page
    assert "abuse@mail.example" in page
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
    assert "Nothing has this name" in signed_in("games1").get("/manage/search/?q=abuse").text
    assert "What are you looking for?" in browser.get("/manage/search/").text


def test_search_finds_rules_topics_templates_and_pages_of_settings(d: Department, signed_in: SignedIn) -> None:
    bring_in(d.reach("admin"), project=d.projects["mail"], document=from_dict(SET_UP), now=NOW)
    browser = signed_in("lead")

    page = browser.get("/manage/search/?q=invoice").text
    for place in (
        "filters/invoices",
        "hints/about-invoices",
        "topics/invoice",
        "templates/invoice",
        "calendars/invoice",
    ):
        assert f"{MAIL}{place}" in page, place
    assert "invoices" not in signed_in("games1").get("/manage/search/?q=invoice").text
    assert f"{MAIL}working-time/" in browser.get("/manage/search/?q=working").text
    assert f"{MAIL}set-up/" not in browser.get("/manage/search/?q=set-up").text


def test_search_goes_on_behind_the_last_row(d: Department, signed_in: SignedIn) -> None:
    Queue.objects.bulk_create(
        Queue(project=d.projects["mail"], slug=f"many-{number}", name=f"Many {number:03}", line=2)
        for number in range(60)
    )
    browser = signed_in("admin")

    assert "kind=queue" in browser.get("/manage/search/?q=many").text
    first = browser.get("/manage/search/?q=many&kind=queue").text
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further is not None
    second = browser.get(further[1].replace("&amp;", "&")).text
    assert "Many 000" in first
    assert "Many 000" not in second
    assert "Many 059" in second


def test_a_project_is_made_and_changed(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    form = {"name": "Web Mail", "slug": "", "language": "ru", "time_zone": "Europe/Moscow"}

    assert browser.post("/manage/projects/new/", form).headers["Location"] == "/manage/projects/web-mail/queues/"
    again = browser.post("/manage/projects/new/", form)
    assert again.status_code == 422
    assert "This short name is taken" in again.text
    assert 'value="Web Mail"' in again.text
    nameless = browser.post("/manage/projects/new/", form | {"name": "Почта"})
    assert "Write a short name of letters a to z" in nameless.text
    seen = re.search(r'name="seen" value="(\d+)"', browser.get("/manage/projects/web-mail/").text)
    assert seen is not None
    changed = {"name": "Почта", "language": "nl", "time_zone": "UTC", "seen": seen[1]}
    assert "Saved." in browser.post("/manage/projects/web-mail/", changed, follow=True).text
    late = browser.post("/manage/projects/web-mail/", changed | {"name": "Later"})
    assert late.status_code == 409
    assert "Web Mail" in late.text
    assert "Почта" in late.text


def test_the_companys_own_addresses_are_listed_one_a_line(d: Department, signed_in: SignedIn) -> None:
    browser, address = signed_in("admin"), "/manage/projects/mail/"
    form = {"name": "Mail", "language": "en", "time_zone": "UTC", "seen": "0"}

    wrong = browser.post(address, form | {"company": "company.example\nnot an address"})
    assert (wrong.status_code, "“address” is neither an address nor a domain." in wrong.text) == (422, True)
    browser.post(address, form | {"company": " @Company.example, ceo@other.example\r\ncompany.example"})
    assert Project.objects.get(slug="mail").company == ["ceo@other.example", "company.example"]
    assert "ceo@other.example\ncompany.example</textarea>" in browser.get(address).text
    many = "\n".join(f"{number}.example" for number in range(501))
    assert "at most 500 entries" in browser.post(address, form | {"company": many, "seen": "99"}).text
    entry = AuditEntry.objects.get(action="project.changed")
    assert entry.detail["after"] == {"company": ""}  # whose addresses they are is nobody's business


def test_a_group_is_made_staffed_and_deleted(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    browser.post(f"{MAIL}groups/new/", {"name": "Solvers", "slug": "", "line": "2"})
    address = f"{MAIL}groups/solvers/"

    page = browser.post(f"{address}people/", {"login": "LINE1"}, follow=True).text
    assert "line1 is in the group." in page
    assert "They are in this group already." in browser.post(f"{address}people/", {"login": "line1"}).text
    nobody = browser.post(f"{address}people/", {"login": "nobody"})
    assert "Nobody whom you manage has this login." in nobody.text
    assert 'value="nobody"' in nobody.text
    assert "This is not the short name" in browser.post(f"{address}delete/", {"word": "x", "heir": "web"}).text
    assert "Choose the group that takes over" in browser.post(f"{address}delete/", {"word": "solvers"}).text
    browser.post(f"{address}delete/", {"word": "solvers", "heir": "web"})
    assert not Group.objects.filter(slug="solvers").exists()
    assert Membership.objects.filter(person=d.people["line1"], group=d.groups["web"]).exists()


def test_a_queue_is_made_and_its_faults_stand_at_their_fields(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    private = browser.post(f"{MAIL}queues/new/?line=2", QUEUE | {"private": "on"})
    assert private.status_code == 422
    assert "A private queue is seen by its group alone" in private.text
    assert 'value="Почта"' in private.text
    assert browser.post(f"{MAIL}queues/new/?line=2", QUEUE | {"slug": "web"}).status_code == 422
    form = QUEUE | {"private": "on", "group": str(d.groups["web"].pk), "parent": str(d.queues["web"].pk)}
    assert browser.post(f"{MAIL}queues/new/?line=2", form).status_code == 302
    made = Queue.objects.get(slug="post")
    assert (made.name, made.line, made.private, made.parent, made.signature) == (
        "Почта",
        Line.SECOND,
        True,
        d.queues["web"],
        "Mail\nteam",
    )


def test_a_queue_of_another_project_cannot_be_chosen(d: Department, signed_in: SignedIn) -> None:
    form = QUEUE | {"parent": str(d.queues["games/accounts"].pk)}

    assert signed_in("admin").post(f"{MAIL}queues/new/?line=2", form).status_code == 422
    assert not Queue.objects.filter(slug="post").exists()


def test_queues_stand_as_a_tree_in_constant_queries(
    d: Department, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    parent = d.queues["web"]
    for number in range(30):
        parent = Queue.objects.create(
            project=d.projects["mail"], slug=f"deep-{number}", name=f"Deep {number}", line=2, parent=parent
        )
    browser = signed_in("admin")

    with django_assert_max_num_queries(9):
        page = browser.get(f"{MAIL}queues/").text

    assert 'data-depth="4"' in page
    assert page.index("Deep 0") < page.index("Deep 29") < page.index(">Abuse<")


def test_a_queue_moves_up_and_down(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    browser.post(f"{MAIL}queues/abuse/shift/", {"way": "up"})

    page = browser.get(f"{MAIL}queues/").text
    assert page.index("queues/abuse/") < page.index("queues/web/")


def test_two_people_change_the_same_queue_and_the_second_sees_the_first(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    form = {"name": "Pages", "parent": "", "group": str(d.groups["web"].pk), "target_minutes": "480", "seen": "0"}

    assert browser.post(f"{MAIL}queues/web/", form).status_code == 302
    late = browser.post(f"{MAIL}queues/web/", form | {"name": "Sites", "target_minutes": "30"})

    assert late.status_code == 409
    assert re.search(r"<del[^>]*>Web</del> <ins[^>]*>Pages</ins>", late.text)
    assert 'value="Sites"' in late.text
    assert Queue.objects.get(slug="web").name == "Pages"


def test_retiring_asks_where_the_tickets_go_and_for_the_word(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="web")
    browser, address = signed_in("admin"), f"{MAIL}queues/web/retire/"

    page = browser.get(address).text
    assert "1 ticket goes there, with its history." in page
    assert 'value="inbox"' not in page
    assert "nothing was changed" in browser.post(address, {"word": "x", "successor": "passwords"}).text
    assert "Choose the queue that takes over." in browser.post(address, {"word": "web"}).text
    assert browser.post(address, {"word": "web", "successor": "passwords"}).headers["Location"] == f"{MAIL}queues/"
    ticket.refresh_from_db()
    assert ticket.queue == d.queues["passwords"]
    assert "queues/web/" not in browser.get(f"{MAIL}queues/").text
    assert browser.get(address).status_code == 302


def test_a_large_queue_shows_how_many_tickets_are_left(
    d: Department, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retire, "AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr(retire_queue, "BATCH", 2)
    for number in range(5):
        letter(d, queue="web", subject=f"Number {number}")
    browser, address = signed_in("admin"), f"{MAIL}queues/web/retire/"

    page = browser.post(address, {"word": "web", "successor": "passwords"}, follow=True).text
    assert "tickets are still to be moved" in page
    assert "being emptied" in browser.get(f"{MAIL}queues/").text
    part = browser.get(address, headers={"HX-Request": "true"})
    assert '<span class="value">3</span>' in part.text
    assert "<html" not in part.text
    assert browser.get(f"{MAIL}queues/web/").headers["Location"] == address
    Ticket.objects.filter(queue=d.queues["web"]).update(queue=d.queues["passwords"])
    Queue.objects.filter(slug="web").update(retired_at=d.people["web"].created_at)
    assert browser.get(address, headers={"HX-Request": "true"}).headers["HX-Redirect"] == f"{MAIL}queues/"
