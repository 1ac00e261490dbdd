"""A ticket that an agent opens."""

from __future__ import annotations

from postline.outbox.models import OutboxMessage
from postline.tickets.models import Direction, Message, State, Ticket
from tests.scenes import Department
from tests.web.conftest import SignedIn

LETTER = {"address": "anna@user.example", "name": "Anna Visser", "subject": "Your mailbox", "text": "Dear Anna,"}


def test_writing_first_sends_a_letter_and_waits_for_the_reply(d: Department, signed_in: SignedIn) -> None:
    fields = {**LETTER, "way": "write", "queue": d.queues["web"].pk, "state": "pending"}
    answer = signed_in("web").post("/desk/new/", fields)
    ticket = Ticket.objects.get()
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}/"
    assert (ticket.state, ticket.queue.slug) == (State.PENDING, "web")
    assert OutboxMessage.objects.get().to == [["Anna Visser", "anna@user.example"]]


def test_a_request_told_by_telephone_waits_like_any_other(d: Department, signed_in: SignedIn) -> None:
    fields = {
        "way": "told",
        "queue": d.queues["inbox"].pk,
        "phone": "+31 20 123",
        "subject": "Lost",
        "text": "She says",
    }
    signed_in("line1").post("/desk/new/", fields)
    assert Ticket.objects.get().state == State.NEW
    assert Message.objects.get().direction == Direction.TOLD
    assert not OutboxMessage.objects.exists()


def test_a_second_press_opens_one_ticket(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("web")
    for _press in range(2):
        browser.post("/desk/new/", {**LETTER, "way": "write", "queue": d.queues["web"].pk, "request_key": "k"})
    assert Ticket.objects.count() == OutboxMessage.objects.count() == 1


def test_every_wrong_field_is_named_and_what_was_typed_is_kept(d: Department, signed_in: SignedIn) -> None:
    answer = signed_in("web").post("/desk/new/", {"way": "write", "name": "Anna", "text": "Dear Anna, long words"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "3 fields need another look" in page
    for words in ("Choose a queue", "Write the address that the letter goes to", "Write in a few words"):
        assert words in page
    assert "Dear Anna, long words" in page


def test_an_address_that_is_none_is_said_at_its_field(d: Department, signed_in: SignedIn) -> None:
    fields = {**LETTER, "way": "write", "queue": d.queues["web"].pk, "address": "anna at user"}
    page = signed_in("web").post("/desk/new/", fields).content.decode()
    assert "This is no e-mail address" in page
    assert 'value="anna at user"' in page
    assert not Ticket.objects.exists()


def test_a_queue_that_one_may_not_answer_from_is_not_offered_and_not_taken(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("web")
    assert f'<option value="{d.queues["inbox"].pk}"' not in browser.get("/desk/new/").content.decode()
    for queue in ("inbox", "games/inbox"):
        answer = browser.post("/desk/new/", {**LETTER, "way": "write", "queue": d.queues[queue].pk})
        assert answer.status_code == 422
    assert not Ticket.objects.exists()


def test_who_answers_nobody_opens_no_ticket(signed_in: SignedIn) -> None:
    assert signed_in("trainee").get("/desk/new/").status_code == 403
    assert signed_in("auditor").post("/desk/new/", LETTER).status_code == 403
