"""A program has what is hidden of a ticket shown, with a reason."""

from __future__ import annotations

import pytest

from postline.projects.models import Grant
from tests.api.program import Programs
from tests.scenes import NOW, Department, letter

HIDDEN = "a•••@u•••.example"


def test_a_ticket_is_masked_until_it_is_revealed(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk, queue="web", text="I am anna@user.example")
    program, path = program_of("passwords"), f"/tickets/{ticket.number}"
    assert program.get(path)["requester"]["address"] == HIDDEN
    message = program.get(f"{path}/messages")["results"][0]
    assert (message["text"], message["sender"]["address"]) == (f"I am {HIDDEN}", HIDDEN)

    said = program.post(f"{path}/reveal", {"reason": "look-up"})

    assert program.status == 201
    assert set(said) == {"ticket", "reason", "at", "until"}
    assert program.get(path)["requester"]["address"] == "anna@user.example"
    assert program.get("/tickets")["results"][0]["requester"]["address"] == HIDDEN  # lists stay masked
    assert program.get(f"{path}/events")["results"][-1]["kind"] == "revealed"
    assert program.post(f"{path}/reveal", {"reason": "call"})["until"] == said["until"]


@pytest.mark.parametrize("body", [{}, {"reason": "because"}, {"reason": "other"}, {"reason": "call", "more": 1}])
def test_without_a_reason_it_is_refused(desk: Department, program_of: Programs, body: dict[str, object]) -> None:
    ticket = letter(desk, queue="web")
    program = program_of("passwords")
    program.post(f"/tickets/{ticket.number}/reveal", body)
    assert program.error()[:2] == (422, "invalid")


@pytest.mark.parametrize(
    ("login", "error"),
    [
        ("trainee", (404, "no-such-ticket")),
        ("games1", (404, "no-such-ticket")),
        ("auditor", (403, "forbidden")),
        ("web", (409, "nothing-hidden")),
    ],
)
def test_others_may_not(desk: Department, program_of: Programs, login: str, error: tuple[int, str]) -> None:
    ticket = letter(desk, queue="web")
    program = program_of(login)
    program.post(f"/tickets/{ticket.number}/reveal", {"reason": "call"})
    assert program.error()[:2] == error


def test_raw_messages_are_refused_while_the_ticket_is_masked(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk, queue="web")
    program = program_of("passwords")
    program.get(f"/messages/{ticket.messages.get().pk}/raw")
    assert program.error()[:2] == (403, "masked")


def test_what_an_act_answers_is_masked_for_it_can_be_had_again_when_the_reveal_is_over(
    desk: Department, program_of: Programs
) -> None:
    ticket = letter(desk, queue="web")
    program, path = program_of("passwords"), f"/tickets/{ticket.number}"
    program.post(f"{path}/reveal", {"reason": "look-up"})
    Grant.objects.create(
        project=desk.projects["mail"], person=desk.people["passwords"], right="take", allowed=True, set_at=NOW
    )
    first = program.post(f"{path}/take", key="a")
    assert first["requester"]["address"] == HIDDEN
    assert program.post(f"{path}/take", key="a") == first
    assert program.get(path)["requester"]["address"] == "anna@user.example"
    noted = program.post(f"{path}/messages", {"kind": "note", "text": "To anna@user.example"}, key="b")
    assert noted["text"] == f"To {HIDDEN}"
