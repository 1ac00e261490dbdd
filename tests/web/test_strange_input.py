"""What no honest browser sends: NUL characters, endless numbers, cookies from nowhere. Nothing of it is a fault."""

from __future__ import annotations

import pytest
from django.test import Client

from postline.projects.models import Person
from postline.tickets.models import Draft, Message, Note, Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn

NUL = "a\0b"
ENDLESS = "9" * 5000


def test_a_nul_in_a_note_a_draft_and_an_answer_is_left_out(d: Department, signed_in: SignedIn) -> None:
    ticket, browser = letter(d), signed_in("line1")
    place = f"/desk/tickets/{ticket.number}"

    browser.post(f"{place}/note/", {"text": NUL, "request_key": NUL})
    browser.post(f"{place}/draft/", {"kind": "note", "text": NUL})
    browser.post(f"{place}/answer/", {"text": NUL, "state": "open", "copies": '"a\0b" <copy@user.example>'})

    sent = Message.objects.get(direction="outbound")
    assert {Note.objects.get().text, Draft.objects.get().text, sent.body.text, sent.cc[0][0]} == {"ab"}


@pytest.mark.parametrize("name", ["name", "phone", "subject", "text", "request_key", "language", "address"])
def test_a_nul_in_a_new_ticket_is_left_out(d: Department, signed_in: SignedIn, name: str) -> None:
    given = {"way": "told", "queue": str(d.queues["inbox"].pk), "name": "Anna", "subject": "s", "text": "t"}
    assert signed_in("line1").post("/desk/new/", {**given, name: NUL}).status_code in (302, 422)


@pytest.mark.parametrize(
    ("act", "name"),
    [
        ("assign", "owner"),
        ("tags", "tags"),
        ("state", "state"),
        ("topic", "topic"),
        ("move", "queue"),
        ("priority", "priority"),
        ("language", "language"),
    ],
)
def test_a_nul_in_a_small_act_changes_nothing_or_is_left_out(
    d: Department, signed_in: SignedIn, act: str, name: str
) -> None:
    ticket = letter(d)
    assert signed_in("lead").post(f"/desk/tickets/{ticket.number}/{act}/", {name: NUL}).status_code < 500


@pytest.mark.usefixtures("d")
def test_a_nul_before_sign_in_lets_nobody_in_and_breaks_nothing(client: Client) -> None:
    assert client.post("/accounts/login/", {"username": NUL, "password": "x"}).status_code == 200
    assert client.post("/accounts/login/", {"username": "x", "password": NUL}).status_code == 200
    assert client.post("/accounts/password/", {"who": NUL}).status_code == 302
    assert client.get("/settings/", headers={"Cookie": 'sessionid="aaaaaaaaaa\\000b"'}).status_code == 302


def test_a_nul_in_a_search_finds_nothing(signed_in: SignedIn) -> None:
    assert signed_in("line1").get("/desk/search/?q=a%00@b").status_code == 200


@pytest.mark.usefixtures("d")
@pytest.mark.parametrize("address", ["/outbox/?before=", "/quarantine/?before="])
def test_a_place_in_a_list_may_be_a_number_without_end(signed_in: SignedIn, address: str) -> None:
    assert signed_in("admin").get(address + ENDLESS).status_code == 200


@pytest.mark.parametrize("queue", [ENDLESS, "{inbox:018d}7", "{inbox:019d}7"])
def test_a_new_ticket_goes_into_no_queue_but_one_that_was_offered(
    d: Department, signed_in: SignedIn, queue: str
) -> None:
    given = {"way": "told", "name": "Anna", "subject": "s", "text": "t"}
    chosen = queue.format(inbox=d.queues["inbox"].pk)
    assert signed_in("line1").post("/desk/new/", {**given, "queue": chosen}).status_code == 422
    assert not Ticket.objects.exists()


def test_a_topic_without_end_is_none(d: Department, signed_in: SignedIn) -> None:
    given = {"way": "told", "queue": str(d.queues["inbox"].pk), "name": "Anna", "subject": "s", "text": "t"}
    assert signed_in("line1").post("/desk/new/", {**given, "topic": ENDLESS}).status_code == 302


@pytest.mark.parametrize("wanted", ["foo", "set-password", "sign-out", "%2F%2Fevil", "a.b", "https:evil", "/\\evil"])
def test_only_a_path_is_a_way_on_after_sign_in(signed_in: SignedIn, wanted: str) -> None:
    answer = signed_in("line1").get("/accounts/login/", {"next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/")


@pytest.mark.usefixtures("d")
def test_a_nul_in_the_settings_is_left_out(signed_in: SignedIn) -> None:
    signed_in("line1").post("/settings/", {"name": NUL, "theme": "", "language": "", "time_zone": ""})
    assert Person.objects.get(login="line1").name == "ab"


def test_a_text_without_end_is_refused_before_it_fills_a_page(d: Department, signed_in: SignedIn) -> None:
    ticket, browser, text = letter(d), signed_in("line1"), "a " * 300_000
    given = {"way": "told", "queue": str(d.queues["inbox"].pk), "name": "n" * 5000, "subject": "s" * 5000}
    for kind in ("answer", "note"):
        assert browser.post(f"/desk/tickets/{ticket.number}/{kind}/", {"text": text}).status_code == 413
    assert browser.post("/desk/new/", {**given, "text": text}).status_code == 422
    browser.post("/desk/new/", {**given, "text": "t"})
    opened = Ticket.objects.select_related("requester").exclude(pk=ticket.pk).get()
    assert (len(opened.subject), len(opened.requester.name)) == (1000, 1000)
