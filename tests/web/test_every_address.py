"""Every address of the desk, for everybody: a new address fails here until somebody has said who may open it (S43)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver

from postline.intake.models import ListedSender, RawMessage
from postline.kit import clock
from postline.outbox.models import Kind, OutboxMessage
from postline.projects.models import (
    AutomaticText,
    Calendar,
    Grant,
    Group,
    Logo,
    Mailbox,
    Membership,
    Project,
    Queue,
    Target,
    Topic,
)
from postline.tickets.actions.answer import answer
from postline.tickets.models import Attachment, Draft, Event, Message, Note, Participant, State, Ticket
from postline.urls import urlpatterns
from tests.scenes import Department
from tests.web.conftest import SignedIn
from tests.web.manage.test_quarantine import put_aside
from tests.web.workspace.test_files import HTML, PIXEL, arrived_with

TICKET, MESSAGE = "desk/tickets/{number}/", "desk/messages/{message}/"
PROJECT, PERSON = "manage/projects/{project}/", "manage/people/{person_id}/"
GROUP, QUEUE = f"{PROJECT}groups/{{group}}/", f"{PROJECT}queues/{{queue}}/"
TOPIC = f"{PROJECT}topics/{{topic}}/"
MAILBOX = f"{PROJECT}mailboxes/{{mailbox_id}}/"
CALENDAR, TARGET = f"{PROJECT}calendars/{{calendar}}/", f"{PROJECT}targets/{{target_id}}/"
OPEN = {  # before sign-in; metrics by network or token (test_metrics.py)
    "", "help/", "healthz", "readyz", "metrics", "favicon.ico", "robots.txt", "accounts/login/", "accounts/logout/",
    "accounts/language/", "accounts/password/", "accounts/password/sent/", "accounts/password/set/{uidb64}/{token}/",
}  # fmt: skip
OWN = {
    "settings/",
    "settings/rights/",
    "project/",
    "settings/password/",
    "desk/",
    "desk/next/",
    "desk/new/",
    "desk/search/",
    "desk/side/",
}
OF_TICKET = {
    TICKET, f"{TICKET}answer/", f"{TICKET}note/", f"{TICKET}draft/", f"{TICKET}take/", f"{TICKET}release/",
    f"{TICKET}here/", f"{TICKET}keep/",
    f"{TICKET}move/", f"{TICKET}assign/", f"{TICKET}state/", f"{TICKET}topic/", f"{TICKET}priority/",
    f"{TICKET}merge/", f"{TICKET}apart/", f"{TICKET}undo/", f"{TICKET}reveal/", f"{TICKET}not-same/{{other}}/",
    f"{TICKET}split/{{message}}/", f"{TICKET}hand-over/", f"{TICKET}handed-over/", f"{TICKET}take-back/",
    f"{TICKET}tags/", f"{TICKET}language/", f"{TICKET}participants/{{participant}}/",
    f"{TICKET}participants/{{participant}}/no/", f"{TICKET}requester/", f"{MESSAGE}html/",
    f"{MESSAGE}text/", f"{MESSAGE}raw/", f"{MESSAGE}source/", "desk/attachments/{attachment}/",
    "logos/{project}/{digest}/", "desk/attachments/{attachment}/message/", "desk/queues/{project}/{slug}/",
}  # fmt: skip
OF_ADMINISTRATORS = {
    "outbox/release/", "alarms/{alarm_id}/seen/",
    "outbox/", "outbox/{message_id}/", "outbox/{message_id}/html/", "outbox/{message_id}/retry/",
    "manage/archived/", f"{PROJECT}end/", f"{PROJECT}looks/", f"{PROJECT}looks/logo/",
    "manage/projects/new/", PROJECT, f"{PROJECT}groups/",
    f"{PROJECT}groups/new/", GROUP, f"{GROUP}people/", f"{GROUP}delete/",
    "manage/people/", "manage/people/invite/",
    "manage/people/invite-many/", PERSON, f"{PERSON}roles/", f"{PERSON}roles/{{membership_id}}/", f"{PERSON}switch/",
    f"{PERSON}link/", f"{PROJECT}mailboxes/", f"{PROJECT}mailboxes/new/", MAILBOX, f"{MAILBOX}switch/",
    f"{MAILBOX}delete/", f"{PROJECT}rights/", f"{PROJECT}rights/undo/",
    f"{PROJECT}rights/{{kind}}/{{key}}/", f"{PERSON}rights/",
    f"{PROJECT}set-up/", f"{PROJECT}set-up/download/",
}  # fmt: skip
LOG = "manage/audit/"  # of whoever reads all of it, and of leads, who find the reveals of their project there
SENDERS = f"{PROJECT}senders/"
OF_SCREENERS = {  # those who look after what was put aside: leads within their project, too
    "quarantine/", "quarantine/act/", "quarantine/progress/", "quarantine/put-back/", "quarantine/unlist/",
    "quarantine/{raw_id}/", "quarantine/{raw_id}/download/", SENDERS, f"{SENDERS}{{listed_id}}/off/",
}  # fmt: skip
OF_LEADS = {  # what the leads of a project set up, too: of other projects nothing is there
    f"{PROJECT}start/", f"{PROJECT}topics/", f"{PROJECT}topics/new/", TOPIC, f"{TOPIC}place/", f"{TOPIC}retire/",
    f"{TOPIC}fields/", f"{TOPIC}fields/{{field}}/", f"{TOPIC}fields/{{field}}/shift/",
    f"{PROJECT}queues/",
    f"{PROJECT}queues/new/",
    QUEUE,
    f"{QUEUE}shift/",
    f"{QUEUE}retire/",
    f"{PROJECT}automatic/",
    f"{PROJECT}automatic/{{occasion}}/",
    f"{PROJECT}automatic/{{occasion}}/{{queue}}/",
    f"{PROJECT}working-time/", f"{PROJECT}working-time/use/", f"{PROJECT}calendars/new/", CALENDAR, f"{CALENDAR}file/",
    f"{CALENDAR}delete/", f"{PROJECT}targets/new/", TARGET, f"{TARGET}delete/",
}  # fmt: skip
OF_MANAGEMENT = {"manage/", "manage/search/"}  # for whoever sets up anything; they show what is theirs
SIGNED_IN = OWN | OF_TICKET | OF_ADMINISTRATORS | OF_SCREENERS | OF_LEADS | OF_MANAGEMENT | {LOG}
Values = dict[str, int | str]
RECORDS: tuple[type[Model], ...] = (
    Ticket, Message, Note, Event, Draft, Participant, OutboxMessage, Membership, Project, Group, Queue, Mailbox,
    Topic, Logo, AutomaticText, RawMessage, ListedSender, Grant, Calendar, Target,
)  # fmt: skip
FORM = {
    "text": "x",
    "kind": "note",
    "address": "boris@user.example",
    "state": "closed",
    "priority": "1",
    "tags": "x",
    "language": "nl",
    "word": "delete",
    "tab": "0123456789abcdef",
    "doing": "looks",
    "act": "delete",
    "all": "1",
    "sender": "new.example",
    "verdict": "block",
    "reason": "call",
}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        address = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from [] if address == "api/v1/" else addresses(pattern.url_patterns, address)
        else:
            yield address


def form(values: Values) -> Values:
    return {**FORM, "queue": values["queue"], "into": values["number"], "word": "delete"}


def all_records() -> list[list[Any]]:
    return [list(model.objects.order_by("pk").values()) for model in RECORDS]  # type: ignore[attr-defined]


def aside(d: Department) -> RawMessage:
    """A message of games in quarantine."""
    return RawMessage.objects.get(pk=put_aside(project=d.projects["games"].pk, reason="spam"))


@pytest.fixture
def values(d: Department) -> Values:
    """Of a ticket of games, answered, with a file: what stands in the places of every address."""
    ticket = arrived_with(d, ("picture.png", "image/png", PIXEL, ""), html=HTML, queue="games/inbox")
    answer(d.reach("games1"), number=ticket.number, text="Hello", state=State.OPEN, now=clock.now())
    received = Message.objects.get(direction="inbound")
    listed = ListedSender.objects.create(
        project=d.projects["games"], pattern="x.example", verdict="block", added_at=clock.now()
    )
    Logo.objects.create(project=d.projects["games"], content_type="image/png", content=PIXEL, digest="0")
    asked = {"name": "level", "kind": "number", "label": {"en": "Level"}}
    Topic.objects.create(project=d.projects["games"], slug="chess", name="Chess", fields=[asked])
    target = Target.objects.create(project=d.projects["games"], metric="solution", minutes=60)
    Calendar.objects.create(project=d.projects["games"], slug="office", name="Office", time_zone="UTC")
    return {
        "calendar": "office",
        "target_id": target.pk,
        "number": ticket.number,
        "other": ticket.number,
        "message": received.pk,
        "attachment": Attachment.objects.get().pk,
        "participant": Participant.objects.get().pk,
        "message_id": OutboxMessage.objects.get(kind=Kind.ANSWER).pk,
        "alarm_id": 1,
        "raw_id": aside(d).pk,
        "listed_id": listed.pk,
        "project": "games",
        "slug": "inbox",
        "queue": d.queues["games/accounts"].pk,
        "uidb64": "MQ",
        "token": "set-password",
        "group": "web",
        "topic": "chess",
        "digest": "0",
        "field": "level",
        "kind": "line",
        "key": "1",
        "occasion": "new",
        "mailbox_id": d.mailboxes["support@games.example"].pk,
        "person_id": d.people["games1"].pk,
        "membership_id": Membership.objects.get(person=d.people["games1"]).pk,
    }


def test_each_address_is_known_here() -> None:
    assert set(addresses(urlpatterns)) == OPEN | SIGNED_IN


def test_who_is_not_signed_in_is_led_to_sign_in(values: Values) -> None:
    before, browser = all_records(), Client()
    for address in sorted(SIGNED_IN):
        for method in (browser.get, browser.post):
            said = method("/" + address.format(**values), form(values))
            assert said.status_code in (302, 405), address
            assert said.headers.get("Location", "/accounts/login/").startswith("/accounts/login/"), address
    assert all_records() == before


@pytest.mark.parametrize("login", ["line1", "passwords", "abuse", "trainee", "lead"])
def test_nothing_of_games_is_there_for_anybody_of_mail(values: Values, signed_in: SignedIn, login: str) -> None:
    before, browser = all_records(), signed_in(login)
    for address in sorted(OF_TICKET):
        said = browser.post("/" + address.format(**values), form(values))
        assert said.status_code in ((409,) if address.endswith("keep/") else (404, 405)), address
        said = browser.get("/" + address.format(**values), follow=True)
        assert said.status_code in (404, 405), address
    for address in sorted(OF_ADMINISTRATORS):
        # a lead sets up some of it, in their own project: of games nothing is there
        refused = {403, 405} if login != "lead" else {403, 404, 405} if "{" in address else {200, 403, 405}
        assert browser.get("/" + address.format(**values)).status_code in refused, address
        assert browser.post("/" + address.format(**values), form(values)).status_code in refused, address
    for address in sorted(OF_SCREENERS):
        expected = (200, 302, 404, 405) if login == "lead" else (403, 405)
        assert browser.get("/" + address.format(**values)).status_code in expected, address
        assert browser.post("/" + address.format(**values), form(values)).status_code in expected, address
        if login == "lead" and "{" in address:
            assert browser.get("/" + address.format(**values)).status_code in (404, 405), address
            assert browser.post("/" + address.format(**values), form(values)).status_code in (404, 405), address
    for method in (browser.get, browser.post):
        assert method(f"/{LOG}").status_code in ((200, 405) if login == "lead" else (403, 405))
    assert all_records() == before


def test_the_auditor_reads_everything_and_changes_nothing(values: Values, signed_in: SignedIn) -> None:
    browser = signed_in("auditor")
    before = all_records()
    for address in sorted(OF_TICKET - {f"{TICKET}draft/", f"{TICKET}here/"}):
        assert browser.get("/" + address.format(**values), follow=True).status_code in (200, 405), address
        assert browser.post("/" + address.format(**values), form(values)).status_code in (403, 405, 409), address
    for address in sorted(OF_ADMINISTRATORS | OF_SCREENERS | OF_LEADS):
        assert browser.post("/" + address.format(**values), form(values)).status_code in (302, 403, 404, 405), address
    assert all_records() == before


@pytest.mark.parametrize("login", ["line1", "passwords", "trainee", "lead"])
def test_nothing_that_leads_of_games_set_up_is_there_for_anybody_of_mail(
    values: Values, signed_in: SignedIn, login: str
) -> None:
    before, browser = all_records(), signed_in(login)
    expected = (404, 405) if login == "lead" else (403, 404, 405)
    for address in sorted(OF_MANAGEMENT):
        said = browser.get("/" + address)
        assert said.status_code == (200 if login == "lead" else 403), address
        assert "Games" not in said.text, address
    for address in sorted(OF_LEADS):
        assert browser.get("/" + address.format(**values)).status_code in expected, address
        assert browser.post("/" + address.format(**values), form(values)).status_code in expected, address
    assert all_records() == before


@pytest.mark.parametrize("login", ["games1", "admin"])
def test_looking_changes_nothing(values: Values, signed_in: SignedIn, login: str) -> None:
    before, browser = all_records(), signed_in(login)
    for address in sorted(SIGNED_IN):
        browser.get("/" + address.format(**values))
    assert all_records() == before


def test_no_form_is_taken_without_its_token(values: Values, d: Department) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(d.people["admin"])
    before = all_records()
    for address in sorted(OPEN | SIGNED_IN):
        status = browser.post("/" + address.format(**values), form(values)).status_code
        assert status == 403, address
    assert all_records() == before
