"""Hints on a ticket's page and in lists, and what filters did in its history."""

from __future__ import annotations

from typing import Any

from postline.kit import clock
from postline.rules import filters
from postline.rules.checks import Draft
from postline.rules.models import Rule
from postline.rules.templates.change import TemplateSettings, Words, add
from postline.tickets.actions.hand_over import hand_over
from postline.tickets.history import Happening, append
from postline.tickets.models import Event, Ticket
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn

SUBJECT = {"ask": "subject", "is": "contains", "value": "sign in"}
PROBABLY = {"rule": 1, "version": 1, "weight": 60, "because": [SUBJECT], "topic": "lost-password"}
LOOK_OUT = {"rule": 2, "version": 1, "weight": 90, "because": [SUBJECT], "attention": "Third letter <this> week"}


def hinted(d: Department, *found: dict[str, Any], queue: str = "inbox") -> Ticket:
    ticket = letter(d, queue=queue, now=clock.now())
    ticket.hints = list(found)
    ticket.save()
    return ticket


def page_of(signed_in: SignedIn, ticket: Ticket, login: str) -> str:
    return signed_in(login).get(f"/desk/tickets/{ticket.number}/").content.decode()


def test_chips_say_what_it_is_about_and_why(d: Department, signed_in: SignedIn) -> None:
    page = page_of(signed_in, hinted(d, LOOK_OUT, PROBABLY), "line1")

    assert "Third letter &lt;this&gt; week" in page
    assert "Probably: <b" in page
    assert page.count("Because the subject contains “sign in”.") == 2
    assert 'aria-describedby="why-1"' in page


def test_one_click_takes_the_topic_over_as_the_agents_own_change(d: Department, signed_in: SignedIn) -> None:
    ticket = hinted(d, PROBABLY)
    browser = signed_in("line1")

    browser.post(f"/desk/tickets/{ticket.number}/topic/", {"topic": d.topics["lost-password"].pk})

    ticket.refresh_from_db()
    assert ticket.topic == d.topics["lost-password"]
    assert Event.objects.get(ticket=ticket, kind=Happening.TOPIC).person == d.people["line1"]
    page = browser.get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert "This is the topic already." in page
    assert "take over" not in page


def test_a_template_is_named_and_put_into_the_answer_by_a_click(d: Department, signed_in: SignedIn) -> None:
    words = TemplateSettings(name="Новый <пароль>", texts={"en": Words("", "Hello")})
    add(d.reach("admin"), project=d.projects["mail"], slug="new-password", settings=words, now=NOW)
    fits = {**PROBABLY, "topic": "", "template": "new-password"}
    gone = {**PROBABLY, "topic": "", "template": "gone"}
    ticket = hinted(d, {k: v for k, v in fits.items() if v}, {k: v for k, v in gone.items() if v})

    page = page_of(signed_in, ticket, "line1")
    assert "Новый &lt;пароль&gt;" in page
    assert page.count('data-template="new-password"') == 1
    assert "gone" not in page
    read = page_of(signed_in, ticket, "auditor")
    assert "Новый &lt;пароль&gt;" in read
    assert "data-template=" not in read


def test_who_may_not_change_the_ticket_only_reads_the_hint(d: Department, signed_in: SignedIn) -> None:
    ticket = hinted(d, PROBABLY)

    assert "take over" not in page_of(signed_in, ticket, "auditor")
    said = signed_in("auditor").post(f"/desk/tickets/{ticket.number}/topic/", {"topic": d.topics["display"].pk})
    assert said.status_code == 403
    ticket.refresh_from_db()
    assert ticket.topic is None


def test_a_list_shows_what_to_look_out_for(d: Department, signed_in: SignedIn) -> None:
    hinted(d, PROBABLY, LOOK_OUT)

    page = signed_in("line1").get("/desk/queues/mail/inbox/").content.decode()

    assert "look-out" in page
    assert "Third letter &lt;this&gt; week" in page
    assert "Lost password" not in page


def filtered(d: Department, **data: Any) -> tuple[Ticket, Rule]:
    draft = Draft(
        name="Invoices & <bills>", condition={"all": [SUBJECT]}, steps=[{"do": "queue", "value": "passwords"}]
    )
    rule = filters.add(d.reach("lead"), d.projects["mail"], slug="invoices", draft=draft, now=clock.now())
    ticket = letter(d, queue="passwords", now=clock.now())
    data = {"rule": rule.pk, "slug": "invoices", "version": 1, "what": ["queue", "tags"], **data}
    append(ticket, Happening.FILTERED, person=None, now=clock.now(), **data)
    ticket.save()
    return ticket, rule


def test_the_history_says_which_filter_did_what(d: Department, signed_in: SignedIn) -> None:
    to = {"queue": d.queues["passwords"].pk, "topic": d.topics["display"].pk, "owner": d.people["web"].pk}
    ticket, rule = filtered(d, **to, priority=4, language="nl")

    page = page_of(signed_in, ticket, "passwords")

    assert "the filter “<b>Invoices &amp; &lt;bills&gt;</b>” (version 1) moved it to <b>Passwords</b>" in page
    said = ("set the topic to Display", "set the priority to “Urgent”", "gave it to web", "added tags", "Dutch")
    assert [words for words in said if words not in page] == []
    assert "/filters/" not in page
    assert f'<a href="/manage/projects/mail/filters/{rule.slug}/">' in page_of(signed_in, ticket, "lead")


def test_a_filter_that_is_gone_is_still_named_as_it_was(d: Department, signed_in: SignedIn) -> None:
    ticket, rule = filtered(d)
    filters.delete(d.reach("lead"), rule_id=rule.pk, now=clock.now())

    page = page_of(signed_in, ticket, "lead")

    assert "Invoices &amp; &lt;bills&gt;" in page
    assert "/filters/invoices/" not in page


def test_a_filter_of_the_project_that_it_came_from_is_not_named(d: Department, signed_in: SignedIn) -> None:
    ticket, _rule = filtered(d)
    d.queues["games/inbox"].accepts_from_projects = True
    d.queues["games/inbox"].save()
    hand_over(d.reach("lead"), number=ticket.number, queue_id=d.queues["games/inbox"].pk, now=clock.now())

    page = page_of(signed_in, ticket, "games1")

    assert "a filter of another project added tags" in page
    assert "nvoices" not in page


def test_a_private_queue_is_not_named_by_a_filter_either(d: Department, signed_in: SignedIn) -> None:
    ticket, _rule = filtered(d, queue=d.queues["vulnerabilities"].pk)

    assert "moved it to <b>a private queue</b>" in page_of(signed_in, ticket, "passwords")
