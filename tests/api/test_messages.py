"""Messages: read, answer, write a note, the raw message."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from postline.outbox.models import Enclosure, OutboxMessage
from tests.api.program import Programs
from tests.scenes import NOW, Department, letter

PICTURE = b"\x89PNG\r\n\x1a\nnot quite"


def attached(content: bytes = PICTURE, **changes: object) -> dict[str, object]:
    """A file as a program sends it."""
    return {
        "filename": "снимок экрана.png",
        "content_type": "image/png",
        "content_base64": base64.b64encode(content).decode(),
    } | changes


def test_the_conversation_is_told_in_order(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk, html="<p onclick='x()'>Hello</p>")
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": "Looks like a lost password"})
    line1.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again", "state": "pending"})
    said = line1.get(f"/tickets/{ticket.number}/messages")
    assert [(one["kind"], one["direction"], one["author"]) for one in said["results"]] == [
        ("letter", "inbound", None),
        ("note", "internal", "line1"),
        ("reply", "outbound", "line1"),
    ]
    first, _, last = said["results"]
    assert first["sender"] == {"name": "Anna Visser", "address": "anna@user.example"}
    assert "onclick" not in first["html"]
    assert (last["to"], last["delivery"]) == ([{"name": "Anna Visser", "address": "anna@user.example"}], "waiting")


def test_a_reply_closes_the_ticket_and_goes_out(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    said = line1.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again"})
    assert (line1.status, said["kind"], said["text"], said["ticket"]) == (201, "reply", "Try again", str(ticket.number))
    assert line1.get(f"/tickets/{ticket.number}")["state"] == "closed"
    assert OutboxMessage.objects.get().to == [["Anna Visser", "anna@user.example"]]


def test_a_reply_leaves_the_ticket_in_the_state_that_is_given(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    body = {"kind": "reply", "text": "?", "state": "pending", "pending_until": "2099-01-01T00:00:00Z"}
    line1.post(f"/tickets/{ticket.number}/messages", body)
    said = line1.get(f"/tickets/{ticket.number}")
    assert (said["state"], said["pending_until"]) == ("pending", "2099-01-01T00:00:00+00:00")


def test_a_note_changes_no_state_and_goes_nowhere(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    trainee = program_of("trainee")
    said = trainee.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": "  I would ask for a picture "})
    assert (trainee.status, said["kind"], said["text"]) == (201, "note", "I would ask for a picture")
    assert trainee.get(f"/tickets/{ticket.number}")["state"] == "new"
    assert not OutboxMessage.objects.exists()


def test_files_go_out_with_a_reply(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    body = {"kind": "reply", "text": "See the picture", "attachments": [attached()]}
    (file,) = line1.post(f"/tickets/{ticket.number}/messages", body)["attachments"]
    assert (file["filename"], file["size"]) == ("снимок экрана.png", len(PICTURE))
    assert file["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert bytes(Enclosure.objects.get().content) == PICTURE
    assert line1.fetch(f"/attachments/{file['id']}").content == PICTURE


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "reply"}, "text"),
        ({"kind": "reply", "text": " \n "}, "text"),
        ({"kind": "reply", "text": "a\0b"}, "text"),
        ({"kind": "reply", "text": "\ud800"}, "text"),
        ({"kind": "shout", "text": "a"}, "kind"),
        ({"kind": "reply", "text": "a", "state": "new"}, "state"),
        ({"kind": "reply", "text": "a", "pending_until": "2099-01-01T00:00:00Z"}, "pending_until"),
        ({"kind": "note", "text": "a", "state": "closed"}, "state"),
        ({"kind": "note", "text": "a", "attachments": [attached()]}, "attachments"),
        ({"kind": "reply", "text": "a", "attachments": [attached(content_base64="?")]}, "attachments.0.content_base64"),
        ({"kind": "reply", "text": "a", "attachments": [attached(content_type="x")]}, "attachments.0.content_type"),
        ({"kind": "reply", "text": "a", "attachments": [attached(filename="")]}, "attachments.0.filename"),
        ({"kind": "reply", "text": "a", "to": "x@y.example"}, "to"),
        ([], "body"),
    ],
)
def test_a_wrong_message_is_refused_and_named(desk: Department, program_of: Programs, body: object, field: str) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/messages", body)
    assert line1.error() == (422, "invalid", {field})
    assert not OutboxMessage.objects.exists()


def test_nothing_is_sent_when_the_requester_has_written_again(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    (first,) = line1.get(f"/tickets/{ticket.number}/messages")["results"]
    letter(desk, to_ticket=ticket, text="Never mind", now=NOW + timedelta(minutes=5))
    line1.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again", "seen": first["id"]})
    assert line1.error() == (409, "newer-message", set())
    assert not OutboxMessage.objects.exists()


def test_one_may_not_answer_what_another_has_taken(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    program_of("line1").post(f"/tickets/{ticket.number}/take")
    second = program_of("line1b")
    second.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again"})
    assert second.error() == (409, "taken-by-another", set())


def test_a_trainee_and_an_auditor_may_not_answer(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    for login in ("trainee", "auditor"):
        reader = program_of(login)
        reader.post(f"/tickets/{ticket.number}/messages", {"kind": "reply", "text": "Try again"})
        assert reader.error() == (403, "forbidden", set())


def test_one_may_not_read_or_write_messages_behind_the_wall(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    stranger = program_of("games1")
    stranger.get(f"/tickets/{ticket.number}/messages")
    assert stranger.error() == (404, "no-such-ticket", set())
    stranger.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": "Hello"})
    assert stranger.error() == (404, "no-such-ticket", set())
    stranger.get(f"/messages/{ticket.messages.get().pk}/raw")
    assert stranger.error() == (404, "not-found", set())


def test_pages_of_messages_and_notes_follow_one_another(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    for place in range(3):
        line1.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": f"note {place}"})
        letter(desk, to_ticket=ticket, text=f"letter {place}", now=NOW + timedelta(minutes=place))
    whole = [one["text"] for one in line1.get(f"/tickets/{ticket.number}/messages")["results"]]
    page = line1.get(f"/tickets/{ticket.number}/messages", limit=2)
    seen = [one["text"] for one in page["results"]]
    while page["next"]:
        page = line1.get(f"/tickets/{ticket.number}/messages", limit=2, cursor=page["next"])
        seen += [one["text"] for one in page["results"]]
    assert seen == whole
    assert len(whole) == 7


def test_a_conversation_costs_the_same_queries_however_long(
    desk: Department, program_of: Programs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.get("/me")
    for hour in range(2):
        with django_assert_num_queries(CONVERSATION_QUERIES):
            line1.get(f"/tickets/{ticket.number}/messages")
        for place in range(5):
            letter(desk, to_ticket=ticket, text=f"letter {place}", now=NOW + timedelta(hours=hour, minutes=place))
            line1.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": "seen"})


CONVERSATION_QUERIES = 8  # who (4), ticket, messages, files, notes
