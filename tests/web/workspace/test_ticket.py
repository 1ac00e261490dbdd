"""The ticket's page: the conversation, the facts, and what a person sees of them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction

from postline.kit import clock
from postline.outbox.bounced import came_back
from postline.outbox.models import OutboxMessage, Recipient
from postline.tickets.actions.answer import answer
from postline.tickets.actions.delivery import not_delivered
from postline.tickets.actions.move import move
from postline.tickets.actions.note import note
from postline.tickets.actions.take import take
from postline.tickets.models import Ticket
from postline.web.workspace.refusals import refusal_words
from tests.scenes import BORIS, NOW, Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements


def address_of(ticket: Ticket) -> str:
    return f"/desk/tickets/{ticket.number}/"


def test_messages_answers_and_notes_stand_in_the_order_in_which_they_were_written(
    d: Department, signed_in: SignedIn
) -> None:
    start = clock.now() - timedelta(hours=3)
    ticket = letter(d, text="The first letter", now=start)
    note(d.reach("line1"), number=ticket.number, text="A word among us", now=start + timedelta(minutes=1))
    answer(d.reach("line1"), number=ticket.number, text="What we answered", now=start + timedelta(minutes=2))
    letter(d, text="What Anna says then", to_ticket=ticket, now=start + timedelta(minutes=3))
    page = signed_in("web").get(address_of(ticket)).content.decode()
    thread = page[page.index('id="thread"') :]
    places = [thread.index(words) for words in ("first letter", "word among", "we answered", "Anna says then")]
    assert places == sorted(places)


def test_the_post_line_is_plum_from_the_second_line_on(d: Department, signed_in: SignedIn) -> None:
    start = clock.now() - timedelta(hours=3)
    ticket = letter(d, text="In the first line", now=start)
    move(d.reach("line1"), number=ticket.number, queue=d.queues["web"], now=start + timedelta(minutes=1))
    note(d.reach("web"), number=ticket.number, text="In the second line", now=start + timedelta(minutes=2))
    page = signed_in("web").get(address_of(ticket)).content.decode()
    assert re.findall(r'<(?:article|details) class="((?:msg|turn)[^"]*)"', page) == [
        "msg ",
        "turn to-2",
        "msg note in-2",
    ]


def test_quoted_text_and_signature_are_folded_and_say_how_long_they_are(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, text="New words\n\n> old words\n> more\n-- \nAnna", new_text="New words", now=clock.now())
    page = signed_in("line1").get(address_of(ticket)).content.decode()
    assert "quoted text or signature, 4 lines" in page


def test_why_a_message_joined_the_ticket_is_told(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    letter(d, text="Again", to_ticket=ticket, joined_by="number-in-subject", now=clock.now())
    assert "by the number in the subject" in signed_in("line1").get(address_of(ticket)).content.decode()


def test_an_answer_that_could_not_be_delivered_shows_the_servers_words(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    answer(d.reach("line1"), number=ticket.number, text="Hello", now=clock.now())
    OutboxMessage.objects.update(state="failed", attempts=1)
    Recipient.objects.update(state="failed", reply="550 5.1.1 no such user")
    page = signed_in("line1").get(address_of(ticket)).content.decode()
    assert "not delivered" in page
    assert "550 5.1.1 no such user" in page


def test_a_letter_cannot_run_anything_in_the_page(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(
        d,
        sender=("<b onmouseover=x>Eve</b>", "eve@user.example"),
        text='<script>alert(1)</script> javascript:alert(2) https://x.example/"onclick="y',
        now=clock.now(),
    )
    page = signed_in("line1").get(address_of(ticket)).content.decode()
    assert "<script>alert" not in page
    assert "<b onmouseover" not in page
    assert 'href="javascript:' not in page
    assert '"onclick="' not in page


def test_the_other_tickets_of_the_requester_are_listed_where_they_may_be_seen(
    d: Department, signed_in: SignedIn
) -> None:
    letter(d, subject="A hole in your server", queue="vulnerabilities", now=clock.now())
    letter(d, subject="An earlier question", queue="web", now=clock.now())
    ticket = letter(d, subject="The third", queue="web", now=clock.now())
    page = signed_in("web").get(address_of(ticket)).content.decode()
    assert "An earlier question" in page
    assert "A hole in your server" not in page


def test_the_name_of_a_private_queue_is_not_told_to_others(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="vulnerabilities", now=clock.now())
    move(d.reach("abuse"), number=ticket.number, queue=d.queues["web"], now=clock.now())
    move(d.reach("lead"), number=ticket.number, queue=d.queues["vulnerabilities"], now=clock.now())
    move(d.reach("lead"), number=ticket.number, queue=d.queues["web"], now=clock.now())
    page = signed_in("web").get(address_of(ticket)).content.decode()
    assert "a private queue" in page


def test_somebody_elses_hold_is_shown_with_their_login(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    take(d.reach("line1b"), number=ticket.number, now=clock.now())
    assert "line1b works at it" in signed_in("line1").get(address_of(ticket)).content.decode()
    assert "taken by you" in signed_in("line1b").get(address_of(ticket)).content.decode()


def test_a_ticket_of_games_is_not_there_for_the_first_line_of_mail(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="games/inbox", now=clock.now())
    assert signed_in("line1").get(address_of(ticket)).status_code == 404


def test_a_ticket_of_a_private_queue_is_not_there_for_others(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, queue="vulnerabilities", now=clock.now())
    assert signed_in("web").get(address_of(ticket)).status_code == 404


def test_a_number_that_no_ticket_can_have_is_not_there(signed_in: SignedIn) -> None:
    assert signed_in("line1").get("/desk/tickets/99999999999999999999/").status_code == 404


def test_an_auditor_reads_and_is_offered_nothing_to_do(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, text="Read me", now=clock.now())
    page = signed_in("auditor").get(address_of(ticket)).content.decode()
    assert "Read me" in page
    assert f'action="{address_of(ticket)}' not in page


def test_a_trainee_may_write_notes_but_has_no_editor_for_answers(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, now=clock.now())
    page = signed_in("trainee").get(address_of(ticket)).content.decode()
    assert 'data-editor="note"' in page
    assert 'data-editor="answer"' not in page


def test_a_long_conversation_shows_its_end_and_can_be_shown_whole(d: Department, signed_in: SignedIn) -> None:
    start = clock.now() - timedelta(hours=9)
    ticket = letter(d, text="Letter number 000", now=start)
    for count in range(1, 45):
        letter(d, text=f"Letter number {count:03}", to_ticket=ticket, now=start + timedelta(minutes=count))
    browser = signed_in("line1")
    page = browser.get(address_of(ticket)).content.decode()
    assert "15 older messages" in page
    assert "Letter number 000" not in page
    assert "Letter number 044" in page
    assert "Letter number 000" in browser.get(address_of(ticket) + "?all").content.decode()


def test_queries_and_size_do_not_grow_with_the_conversation(d: Department, signed_in: SignedIn) -> None:
    start = clock.now() - timedelta(hours=9)
    ticket = letter(d, now=start)
    for count in range(40):
        moment = start + timedelta(minutes=count)
        letter(d, text=f"Letter {count} " + "with words " * 30, to_ticket=ticket, now=moment)
        letter(d, sender=BORIS, subject=f"Other {count}", now=moment)
        note(d.reach("lead"), number=ticket.number, text=f"Note {count}", now=moment)
        answer(d.reach("lead"), number=ticket.number, text=f"Answer {count}", now=moment + timedelta(seconds=9))
        ticket.refresh_from_db()
    browser = signed_in("web")
    with statements() as asked:
        assert len(browser.get(address_of(ticket)).content) < 100_000
    assert len(asked) == 23


def test_an_address_in_disguise_is_marked_in_plain_text_too(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d, text="Go to https://gооgle.com/ or https://почта.рф/", now=clock.now())
    page = signed_in("line1").get(f"/desk/tickets/{ticket.number}/").content.decode()
    assert page.count("postline-mark") == 1
    assert "looks like another: xn--ggle-55da.com" in page


def test_an_answer_that_came_back_has_a_red_mark_with_the_reason_in_words(d: Department, signed_in: SignedIn) -> None:
    ticket = letter(d)
    message = answer(d.reach("line1"), number=ticket.number, text="Try this.", now=NOW)
    outgoing = OutboxMessage.objects.get(ticket_message=message)
    OutboxMessage.objects.update(state="sent")
    Recipient.objects.update(state="sent")
    with transaction.atomic():
        told = came_back(outgoing, {"anna@user.example": "5.1.1 550 5.1.1 no such user"}, now=NOW)
        not_delivered(message=outgoing, replies=told, now=NOW)
    browser = signed_in("line1")
    page = browser.get(f"/desk/tickets/{ticket.number}/").text
    assert 'class="msg  out failed"' in page
    assert "there is no such mailbox" in page
    assert "550 5.1.1 no such user" in page
    assert "takes no mail" in page
    assert "a message of ours could not be delivered" in page
    assert "Our last answer did not reach the requester" in browser.get("/desk/queues/mail/inbox/").text


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("550 5.1.1 no such user", "there is no such mailbox"),
        ("5.1.2", "there is no such mail domain"),
        ("552 5.2.2 over quota", "the mailbox is full"),
        ("554 5.7.1 blocked", "their mail server refuses us, perhaps as spam"),
        ("451 4.4.1 timeout", "their mail server cannot be reached"),
        ("550 go away", "for a reason that is not known"),
        ("", "for a reason that is not known"),
    ],
)
def test_what_a_server_said_is_told_in_words(reply: str, words: str) -> None:
    assert refusal_words(reply) == words
