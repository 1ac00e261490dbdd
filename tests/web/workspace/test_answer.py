"""Answering: what goes out, what is refused, and that typed words are never lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from postline.kit import clock
from postline.outbox.models import Enclosure, OutboxMessage
from postline.tickets.actions.move import move
from postline.tickets.actions.take import release, take
from postline.tickets.models import Direction, Draft, Message, State, Ticket
from tests.scenes import Department, letter
from tests.web.conftest import SignedIn


def send(browser: Client, ticket: Ticket, text: str = "Here is how.", **fields: Any) -> Any:
    newest = Message.objects.filter(ticket=ticket, direction=Direction.INBOUND).order_by("-id").first()
    given = {"text": text, "seen": newest.pk if newest else "", "request_key": "key-1", **fields}
    return browser.post(f"/desk/tickets/{ticket.number}/answer/", given)


def test_an_answer_goes_out_and_closes_the_ticket(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    answer = send(signed_in("line1"), ticket)
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}/"
    assert OutboxMessage.objects.get().text.startswith("Here is how.")
    assert Ticket.objects.get(pk=ticket.pk).state == State.CLOSED


def test_answer_and_next_opens_the_next_ticket_at_once(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now() - timedelta(hours=1))
    following = letter(d, subject="The next one", now=clock.now())
    answer = send(signed_in("line1"), ticket, next="1")
    assert answer.headers["Location"] == f"/desk/tickets/{following.number}/"


def test_a_second_press_sends_nothing_more_and_takes_no_further_ticket(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now() - timedelta(hours=1))
    following = letter(d, subject="The next one", now=clock.now())
    letter(d, subject="One more", now=clock.now())
    browser = signed_in("line1")
    first, second = send(browser, ticket, next="1"), send(browser, ticket, next="1")
    assert first.headers["Location"] == second.headers["Location"] == f"/desk/tickets/{following.number}/"
    assert OutboxMessage.objects.count() == 1
    assert Ticket.objects.filter(taken_by=d.people["line1"]).count() == 1


def test_keeping_it_open_and_going_on_does_not_come_back_to_the_same(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now() - timedelta(hours=1))
    following = letter(d, subject="The next one", now=clock.now())
    answer = send(signed_in("line1"), ticket, state="open", next="1")
    assert answer.headers["Location"] == f"/desk/tickets/{following.number}/"


def test_the_state_after_it_is_chosen_with_a_date_in_the_persons_time(d: Department, signed_in: SignedIn) -> None:
    d.people["line1"].time_zone = "Asia/Yekaterinburg"
    d.people["line1"].save()
    ticket = letter(d, now=clock.now())
    tomorrow = f"{clock.now() + timedelta(days=2):%Y-%m-%d}T09:00"
    send(signed_in("line1"), ticket, state="later", until=tomorrow)
    ticket.refresh_from_db()
    assert ticket.state == State.PENDING
    assert ticket.pending_until is not None
    assert f"{ticket.pending_until:%H:%M}" == "04:00"


def test_copies_and_files_go_along(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    file = SimpleUploadedFile("анкета.txt", b"questions", content_type="text/plain")
    send(signed_in("line1"), ticket, copies="Boris <boris@user.example>; eva@user.example", files=file)
    assert OutboxMessage.objects.get().cc == [["Boris", "boris@user.example"], ["", "eva@user.example"]]
    assert Enclosure.objects.get().filename == "анкета.txt"


def test_an_answer_is_held_when_the_requester_has_written_again(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    seen = Message.objects.get().pk
    letter(d, text="It works now, thank you", to_ticket=ticket, now=clock.now())
    browser = signed_in("line1")
    answer = send(browser, ticket, "What I typed", seen=seen)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Your answer is held, nothing was sent" in page
    assert page.index("It works now") < page.index("Your answer is held")
    assert "What I typed" in page
    assert not OutboxMessage.objects.exists()
    assert Draft.objects.get().text == "What I typed"


def test_a_held_answer_can_be_sent_as_it_is(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    seen = Message.objects.get().pk
    letter(d, text="And one thing more", to_ticket=ticket, now=clock.now())
    browser = signed_in("line1")
    send(browser, ticket, seen=seen)
    assert send(browser, ticket).status_code == 302
    assert OutboxMessage.objects.count() == 1


def test_somebody_elses_ticket_is_not_answered_and_the_words_are_kept(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    take(d.reach("line1b"), number=ticket.number, now=clock.now())
    answer = send(signed_in("line1"), ticket, "What I typed")
    assert answer.status_code == 409
    assert "line1b works at this ticket" in answer.content.decode()
    assert "What I typed" in answer.content.decode()
    assert not OutboxMessage.objects.exists()


def test_what_is_wrong_is_named_and_the_rest_is_kept(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    browser = signed_in("line1")
    for fields, words in [
        ({"text": "  "}, "Write something first."),
        ({"copies": "boris"}, "“boris” is no e-mail address"),
        ({"state": "later", "until": "soon"}, "Choose a date that is still to come."),
        ({"state": "later", "until": "2001-01-01T09:00"}, "Choose a date that is still to come."),
    ]:
        answer = send(browser, ticket, **{"text": "What I typed", **fields})
        assert answer.status_code == 422, fields
        assert words in answer.content.decode(), fields
        assert fields.get("text", "What I typed") in answer.content.decode()
    assert not OutboxMessage.objects.exists()


def test_reloading_the_address_of_a_refused_answer_shows_the_ticket(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    answer = signed_in("line1").get(f"/desk/tickets/{ticket.number}/answer/")
    assert answer.headers["Location"] == f"/desk/tickets/{ticket.number}/"


def test_a_trainee_and_an_auditor_may_not_answer(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    for login in ("trainee", "auditor"):
        assert send(signed_in(login), ticket).status_code == 403
    assert not OutboxMessage.objects.exists()


def test_a_ticket_of_games_cannot_be_answered_from_mail(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="games/inbox", now=clock.now())
    assert send(signed_in("line1"), ticket).status_code == 404


@pytest.mark.parametrize(("queue", "status"), [("web", 403), ("vulnerabilities", 404)])
def test_words_are_kept_when_the_ticket_was_moved_away_meanwhile(
    d: Department, signed_in: SignedIn, queue: str, status: int
) -> None:
    ticket, browser = letter(d, now=clock.now()), signed_in("line1")
    take(d.reach("line1"), number=ticket.number, now=clock.now())
    release(d.reach("lead"), number=ticket.number, now=clock.now())
    move(d.reach("lead"), number=ticket.number, queue=d.queues[queue], now=clock.now())
    for kind in ("answer", "note"):
        page = browser.post(f"/desk/tickets/{ticket.number}/{kind}/", {"text": "What I typed </textarea><b>"})
        assert page.status_code == status
        assert "What I typed &lt;/textarea&gt;" in page.text
    assert not OutboxMessage.objects.exists()
