"""Topics in the browser: a lead makes a tree, says what is asked, puts it in order, retires one."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from postline.projects.models import Topic
from postline.tickets.actions.change import change_topic
from postline.tickets.models import Ticket
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements

TOPICS = "/manage/projects/mail/topics/"


def test_a_lead_makes_one_and_it_stands_in_the_list(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    form = {"name": "Вход", "slug": "login", "parent": d.topics["display"].pk, "queue": d.queues["web"].pk}
    browser.post(f"{TOPICS}new/", form)
    made = Topic.objects.get(slug="login")
    assert (made.parent, made.queue) == (d.topics["display"], d.queues["web"])
    assert "Вход" in browser.get(TOPICS).content.decode()
    assert "Вход" in browser.get(f"{TOPICS}?q={quote('вхо')}").content.decode()


@pytest.mark.parametrize(
    "form", [{"name": ""}, {"name": "x", "slug": "Ä"}, {"name": "x", "slug": "display"}, {"name": "x", "queue": "1"}]
)
def test_what_cannot_be_is_said_at_the_field(signed_in: SignedIn, form: dict[str, str]) -> None:
    said = signed_in("lead").post(f"{TOPICS}new/", form)
    assert said.status_code == 422
    assert 'class="fault"' in said.content.decode()
    assert Topic.objects.count() == 2


def test_the_second_of_two_sees_what_the_first_changed(d: Department, signed_in: SignedIn) -> None:
    form = {"name": "Screens", "seen": "0"}
    assert signed_in("lead").post(f"{TOPICS}display/", form).status_code == 302
    late = signed_in("admin").post(f"{TOPICS}display/", form | {"name": "Pictures"})
    assert late.status_code == 409
    assert "Screens" in late.content.decode()


def test_fields_are_asked_put_in_order_changed_and_removed(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    d.projects["mail"].languages = ["ru"]
    d.projects["mail"].save()
    fields = f"{TOPICS}display/fields/"
    seen = 0
    for label, kind in (("Browser", "choice"), ("Since when", "date")):
        page = browser.get(fields).content.decode()
        seen = int(page.split('name="seen" value="')[1].split('"')[0])
        form = {"label_en": label, "label_ru": "Да", "kind": kind, "choices": "Firefox\nChrome", "seen": seen}
        assert browser.post(fields, form).status_code == 302
    kept = Topic.objects.get(slug="display").fields
    assert [one["name"] for one in kept] == ["browser", "since-when"]
    assert (kept[0]["choices"], kept[0]["label"]) == (["Firefox", "Chrome"], {"en": "Browser", "ru": "Да"})
    browser.post(f"{fields}browser/shift/", {"way": "down", "seen": 10**9})
    assert [one["name"] for one in Topic.objects.get(slug="display").fields] == ["since-when", "browser"]
    form = {"label_en": "Which browser", "kind": "text", "required": "on", "seen": 10**9}
    browser.post(f"{fields}browser/", form)
    changed = Topic.objects.get(slug="display").fields[1]
    assert (changed["name"], changed["kind"], changed["required"], changed["choices"]) == ("browser", "text", True, [])
    browser.post(f"{fields}browser/shift/", {"way": "remove", "seen": 10**9})
    assert [one["name"] for one in Topic.objects.get(slug="display").fields] == ["since-when"]


@pytest.mark.parametrize(
    "form",
    [
        {"label_en": "", "kind": "text"},
        {"label_en": "Choose", "kind": "choice", "choices": " \n"},
        {"label_en": "Да", "kind": "text", "name": ""},
        {"label_en": "x", "kind": "text", "name": "UPPER"},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(signed_in: SignedIn, form: dict[str, str]) -> None:
    said = signed_in("lead").post(f"{TOPICS}display/fields/", form)
    assert said.status_code == 422
    assert 'class="fault"' in said.content.decode()


def test_labels_stand_on_the_page_of_a_ticket(d: Department, signed_in: SignedIn) -> None:
    topic = d.topics["display"]
    topic.fields = [{"name": "login", "kind": "text", "label": {"en": "Your <login>"}}]
    topic.save()
    ticket = letter(d)
    change_topic(d.reach("line1"), number=ticket.number, topic=topic, now=NOW)
    Ticket.objects.filter(pk=ticket.pk).update(fields={"login": "anna", "else": "kept"})
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    for words in ("Your &lt;login&gt;", "anna", "else", "kept"):
        assert words in page


def test_a_retired_one_asks_what_becomes_of_its_tickets(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d)
    change_topic(d.reach("line1"), number=ticket.number, topic=d.topics["display"], now=NOW)
    browser = signed_in("lead")
    page = browser.get(f"{TOPICS}display/retire/").content.decode()
    assert "1 ticket that is not closed has this topic." in page
    assert browser.post(f"{TOPICS}display/retire/", {"successor": "lost-password", "word": "x"}).status_code == 422
    browser.post(f"{TOPICS}display/retire/", {"successor": "lost-password", "word": "display"})
    assert Ticket.objects.get().topic == d.topics["lost-password"]
    assert browser.get(f"{TOPICS}display/").status_code == 404


def test_places_change_by_buttons_and_by_dropping(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    browser.post(f"{TOPICS}display/place/", {"way": "down", "before": ""})
    assert list(Topic.objects.order_by("position").values_list("slug", flat=True)) == ["lost-password", "display"]
    browser.post(f"{TOPICS}display/place/", {"way": "drop", "before": str(d.topics["lost-password"].pk)})
    assert list(Topic.objects.order_by("position").values_list("slug", flat=True)) == ["display", "lost-password"]
    assert browser.post(f"{TOPICS}display/place/", {"way": "elsewhere"}).status_code == 302


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "auditor"])
def test_who_leads_nothing_sets_up_nothing(signed_in: SignedIn, login: str) -> None:
    browser = signed_in(login)
    for address in (TOPICS, f"{TOPICS}new/", f"{TOPICS}display/", f"{TOPICS}display/retire/"):
        assert browser.get(address).status_code == 403, address
        assert browser.post(address, {"name": "x", "word": "display"}).status_code in (403, 405), address
    assert Topic.objects.filter(retired_at=None).count() == 2


def test_a_thousand_cost_as_many_statements_as_two(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    browser.get(TOPICS)
    with statements() as few:
        browser.get(TOPICS)
    Topic.objects.bulk_create(Topic(project=d.projects["mail"], slug=f"t{n}", name=f"T {n}") for n in range(1_000))
    with statements() as many:
        page = browser.get(TOPICS).content
    assert len(few) == len(many)
    assert len(page) < 1_200_000
