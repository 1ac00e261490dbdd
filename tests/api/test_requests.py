"""POST /tickets: a request on behalf of somebody."""

from __future__ import annotations

import hashlib

import pytest

from postline.intake.models import RawMessage, State
from postline.outbox.models import Kind, OutboxMessage
from postline.projects.models import Mailbox, Queue, Topic
from postline.tickets.models import Ticket
from tests.api.program import Programs
from tests.api.test_messages import PICTURE, attached
from tests.scenes import NOW, Department, letter

ANNA = {"name": "Anna Visser", "address": "anna@user.example"}


def request(**changes: object) -> dict[str, object]:
    """What a program hands in."""
    return {
        "project": "mail",
        "requester": ANNA,
        "subject": "Не могу войти",
        "text": "Hello,\n\nmy password is refused.\n.\nFrom here on.",
    } | changes


def test_a_request_becomes_a_ticket_that_is_acknowledged(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    said = line1.post("/tickets", request(topic="lost-password", fields={"login": "anna.visser"}))
    assert line1.status == 201
    assert (said["project"], said["queue"], said["state"], said["topic"]) == ("mail", "inbox", "new", "lost-password")
    assert said["requester"] == {"name": "Anna Visser", "address": "anna@user.example", "phone": ""}
    assert (said["subject"], said["fields"]) == ("Не могу войти", {"login": "anna.visser"})
    conversation = line1.get(f"/tickets/{said['number']}/messages")["results"]
    assert conversation[0]["text"].strip() == "Hello,\n\nmy password is refused.\n.\nFrom here on."
    acknowledged = OutboxMessage.objects.get()
    assert (acknowledged.kind, acknowledged.to[0][1]) == (Kind.AUTOMATIC, "anna@user.example")


def test_the_raw_request_is_kept(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    line1.post("/tickets", request())
    raw = RawMessage.objects.get()
    assert (raw.source, raw.state, raw.peer, raw.envelope_to) == (
        "api",
        State.HANDLED,
        "line1",
        ["support@mail.example"],
    )


def test_files_come_with_a_request(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    letter_file = attached(b"Subject: inner\r\n\r\nx", filename="letter.eml", content_type="message/rfc822")
    said = line1.post("/tickets", request(attachments=[attached(), letter_file]))
    files = line1.get(f"/tickets/{said['number']}/messages")["results"][0]["attachments"]
    assert [(one["filename"], one["size"]) for one in files] == [
        ("снимок экрана.png", len(PICTURE)),
        ("letter.eml", 19),
    ]
    assert files[0]["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert line1.fetch(f"/attachments/{files[0]['id']}").content == PICTURE


def test_two_requests_with_the_same_words_are_two_tickets(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    assert line1.post("/tickets", request())["number"] != line1.post("/tickets", request())["number"]


def test_what_cannot_be_handled_at_once_gets_a_receipt(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    said = line1.post("/tickets", request(requester={"name": "", "address": "mailer-daemon@user.example"}))
    raw = RawMessage.objects.get()
    assert (line1.status, said) == (202, {"receipt": str(raw.pk)})
    assert raw.state == State.QUARANTINED


def test_a_header_cannot_be_slipped_in(desk: Department, program_of: Programs) -> None:
    line1 = program_of("line1")
    said = line1.post(
        "/tickets",
        request(
            subject="Hello\r\nBcc: other@user.example",
            requester={"name": 'A"\r\nReply-To: x@y.example', "address": "anna@user.example"},
        ),
    )
    assert line1.status == 201
    assert said["subject"] == "Hello Bcc: other@user.example"
    content = bytes(RawMessage.objects.get().content)
    assert b"\nBcc" not in content
    assert b"\nReply-To" not in content


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"project": "nothing"}, "project"),
        ({"project": "games"}, "project"),
        ({"topic": "nothing"}, "topic"),
        ({"requester": {"name": "Anna"}}, "requester.address"),
        ({"requester": {"address": "nowhere"}}, "requester.address"),
        ({"requester": {"address": "anna@user.example\r\nBcc: x@y.example"}}, "requester.address"),
        ({"text": ""}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"subject": "\ud800"}, "subject"),
        ({"fields": {"a\0b": "c"}}, "fields.a\0b.[key]"),
        ({"fields": {"a": 1}}, "fields.a"),
        ({"attachments": [attached(content_base64="a")]}, "attachments.0.content_base64"),
        ({"queue": "web"}, "queue"),
    ],
)
def test_a_wrong_request_is_refused_and_named(
    desk: Department, program_of: Programs, change: dict[str, object], field: str
) -> None:
    line1 = program_of("line1")
    line1.post("/tickets", request(**change))
    assert line1.error() == (422, "invalid", {field})
    assert not RawMessage.objects.exists()


def test_files_that_are_too_large_together_are_refused(
    desk: Department, program_of: Programs, settings: object
) -> None:
    line1 = program_of("line1")
    half = attached(bytes(26 << 20))
    line1.post("/tickets", request(attachments=[half, half]))
    assert line1.error() == (413, "too-large", set())
    assert not RawMessage.objects.exists()


def test_a_project_without_a_mailbox_takes_no_requests(desk: Department, program_of: Programs) -> None:
    Mailbox.objects.all().delete()
    line1 = program_of("line1")
    line1.post("/tickets", request())
    assert line1.error() == (422, "invalid", {"project"})


def test_who_does_not_answer_in_the_first_line_may_not_hand_in_requests(desk: Department, program_of: Programs) -> None:
    for login in ("passwords", "trainee", "auditor"):
        reader = program_of(login)
        reader.post("/tickets", request())
        assert reader.error() == (403, "forbidden", set())


def test_who_does_not_see_where_a_request_went_gets_a_receipt(desk: Department, program_of: Programs) -> None:
    """The number in its subject makes it a follow-up, which belongs to a queue that the first line does not see."""
    ticket = letter(desk, queue="vulnerabilities")
    line1 = program_of("line1")
    line1.post("/tickets", request(subject=f"About {ticket.number}"))
    assert (line1.status, set(line1.said)) == (202, {"receipt"})
    assert Queue.objects.get(slug="vulnerabilities").pk == ticket.queue_id


@pytest.mark.parametrize("address", ['"\x01"@user.example', '"a\x7fb"@user.example'])
def test_an_address_with_control_characters_is_none(desk: Department, program_of: Programs, address: str) -> None:
    line1 = program_of("line1")
    line1.post("/tickets", request(requester={"name": "Anna", "address": address}))
    assert line1.error() == (422, "invalid", {"requester.address"})


@pytest.mark.parametrize("content_type", ["Multipart/mixed", "MESSAGE/rfc822"])
def test_a_file_stays_a_file_whatever_its_type_is_called(
    desk: Department, program_of: Programs, content_type: str
) -> None:
    line1 = program_of("line1")
    said = line1.post("/tickets", request(attachments=[attached(content_type=content_type)]))
    (file,) = line1.get(f"/tickets/{said['number']}/messages")["results"][0]["attachments"]
    assert line1.fetch(f"/attachments/{file['id']}").content == PICTURE


class TestTheFormOfATopic:
    @pytest.fixture(autouse=True)
    def _asks(self, desk: Department) -> None:
        topic = desk.topics["lost-password"]
        topic.fields = [
            {"name": "login", "kind": "text", "label": {"en": "Login"}, "required": True},
            {"name": "system", "kind": "choice", "label": {"en": "System"}, "choices": ["Windows", "macOS"]},
        ]
        topic.save()

    def test_answers_that_fit_are_kept(self, program_of: Programs) -> None:
        fields = {"login": " anna.visser ", "system": "macOS"}
        said = program_of("line1").post("/tickets", request(topic="lost-password", fields=fields))
        assert said["fields"] == {"login": "anna.visser", "system": "macOS"}

    def test_what_is_missing_unknown_or_wrong_is_named(self, program_of: Programs) -> None:
        line1 = program_of("line1")
        line1.post("/tickets", request(topic="lost-password", fields={"system": "BeOS", "shoe-size": "38"}))
        assert line1.error() == (422, "invalid", {"fields.login", "fields.system", "fields.shoe-size"})
        assert not Ticket.objects.exists()

    def test_a_topic_that_is_chosen_no_more_is_refused(self, desk: Department, program_of: Programs) -> None:
        Topic.objects.filter(slug="lost-password").update(retired_at=NOW)
        line1 = program_of("line1")
        line1.post("/tickets", request(topic="lost-password", fields={"login": "a"}))
        assert line1.error() == (422, "invalid", {"topic"})

    def test_the_list_of_topics_says_what_is_asked(self, program_of: Programs) -> None:
        found = {one["slug"]: one["fields"] for one in program_of("line1").get("/topics")["results"]}
        assert found["display"] == []
        assert [one["name"] for one in found["lost-password"]] == ["login", "system"]
