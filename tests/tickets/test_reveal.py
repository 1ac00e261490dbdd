"""Who may not see personal data sees it for a while and for a reason, and that is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from postline.projects.models import AuditEntry
from postline.projects.rights import Forbidden, Right
from postline.tickets.actions.change import change_tags
from postline.tickets.actions.merge import merge
from postline.tickets.actions.open import WrongAddress
from postline.tickets.actions.requester import other_party
from postline.tickets.actions.reveal import LASTS, LONGEST_WORDS, NoReason, NothingHidden, reveal
from postline.tickets.actions.suggest import suggest
from postline.tickets.models import Event, Message, Reason, Reveal, Ticket
from postline.tickets.queries.access import MergedAway, NoSuchTicket
from postline.tickets.queries.conversation import FOLDED, SHOWN, Said, conversation
from postline.tickets.queries.lists import queue_page, tickets_of_address
from postline.tickets.queries.shown import shown_of
from postline.tickets.queries.suggestions import suggestions_for
from postline.tickets.queries.to_show import message_to_show, ticket_to_show
from tests.scenes import ANNA, NOW, Department, department, letter
from tests.web.workspace.statements import statements

SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def d(db: None) -> Department:
    return department()


@pytest.fixture
def ticket(d: Department) -> Ticket:
    """In the queue of the group web: the group passwords reads it, without seeing addresses."""
    return letter(d, queue="web", text="I am anna@user.example", subject="Call 06-12345678")


def test_what_is_fetched_to_be_shown_is_masked_and_what_is_stored_stays(d: Department, ticket: Ticket) -> None:
    shown, _how = ticket_to_show(d.reach("passwords"), ticket.number, now=NOW)
    assert shown.requester.address == "a•••@u•••.example"
    assert shown.subject == "Call 0•-••••••78"
    stored = Ticket.objects.select_related("requester").get(pk=ticket.pk)
    assert (stored.requester.address, stored.subject) == (ANNA[1], "Call 06-12345678")


def test_a_masked_copy_cannot_be_saved(d: Department, ticket: Ticket) -> None:
    shown, _how = ticket_to_show(d.reach("passwords"), ticket.number, now=NOW)
    message, _how = message_to_show(d.reach("passwords"), Message.objects.get().pk, now=NOW)
    for copy in (shown, shown.requester, message, message.body):
        with pytest.raises(TypeError, match="masked"):
            copy.save()


def test_addresses_of_mailboxes_colleagues_and_the_company_are_nobodys_secret(d: Department, ticket: Ticket) -> None:
    d.projects["mail"].company = ["company.example"]
    d.projects["mail"].save()
    shown = shown_of(d.reach("passwords"), ticket, now=NOW)
    own = "support@mail.example support+x.y@mail.example lead@staff.example eva@company.example"
    assert shown.text(f"{own} boris@user.example") == f"{own} b•••@u•••.example"


def test_it_is_shown_to_this_person_for_a_quarter_of_an_hour_in_this_ticket_alone(
    d: Department, ticket: Ticket
) -> None:
    other = letter(d, queue="web", text="Another letter of anna@user.example")
    reach = d.reach("passwords")
    reveal(reach, number=ticket.number, reason="call", now=NOW)
    end = NOW + LASTS
    for who, which, at, is_masked in [
        ("passwords", ticket, SOON, False),
        ("passwords", ticket, end - timedelta(seconds=1), False),
        ("passwords", ticket, end, True),
        ("passwords", other, SOON, True),
        ("abuse", ticket, SOON, True),
        ("web", ticket, SOON, False),
    ]:
        talk = conversation(d.reach(who), which.number, now=at)
        assert (talk.ticket.requester.address != ANNA[1]) == is_masked, (who, which, at)
    assert all(row.requester_address == "a•••@u•••.example" for row in queue_page(reach, queue_id=ticket.queue_id).rows)


def test_it_is_written_into_the_history_and_the_audit_log_without_the_words(d: Department, ticket: Ticket) -> None:
    found = reveal(d.reach("passwords"), number=ticket.number, reason="other", words=" She  asked\nus ", now=NOW)
    event, entry = Event.objects.get(kind="revealed"), AuditEntry.objects.get(action="personal.revealed")
    assert (event.person, event.data) == (d.people["passwords"], {"reveal": found.pk, "reason": "other"})
    assert (entry.actor, entry.target) == ("passwords", f"ticket:{ticket.number}")
    assert entry.detail == {"project": d.projects["mail"].pk, "reveal": found.pk, "reason": "other"}
    assert found.words == "She asked us"


def test_pressed_twice_it_is_one_and_after_its_time_another(d: Department, ticket: Ticket) -> None:
    reach = d.reach("passwords")
    first = reveal(reach, number=ticket.number, reason="call", now=NOW)
    assert reveal(reach, number=ticket.number, reason="abuse", now=SOON) == first
    assert AuditEntry.objects.filter(action="personal.revealed").count() == 1
    second = reveal(reach, number=ticket.number, reason="abuse", now=NOW + LASTS)
    assert second != first
    assert Event.objects.filter(kind="revealed").count() == 2


@pytest.mark.parametrize(("reason", "words"), [("", "x"), ("nonsense", "x"), ("other", ""), ("other", " \n\0 ")])
def test_without_a_reason_nothing_is_shown(d: Department, ticket: Ticket, reason: str, words: str) -> None:
    with pytest.raises(NoReason):
        reveal(d.reach("passwords"), number=ticket.number, reason=reason, words=words, now=NOW)
    assert not Reveal.objects.exists()


def test_words_without_end_are_cut(d: Department, ticket: Ticket) -> None:
    found = reveal(d.reach("passwords"), number=ticket.number, reason="call", words="x" * 10_000, now=NOW)
    assert len(found.words) == LONGEST_WORDS


def test_a_trainee_may_not_and_who_sees_it_anyway_need_not(d: Department, ticket: Ticket) -> None:
    with pytest.raises(Forbidden):
        reveal(d.reach("trainee"), number=letter(d).number, reason="call", now=NOW)
    with pytest.raises(NoSuchTicket):
        reveal(d.reach("games1"), number=ticket.number, reason="call", now=NOW)
    with pytest.raises(NothingHidden):
        reveal(d.reach("web"), number=ticket.number, reason="call", now=NOW)
    with pytest.raises(Forbidden):
        reveal(d.reach("auditor"), number=ticket.number, reason="call", now=NOW)
    assert not Reveal.objects.exists()


def test_it_ends_when_the_ticket_goes_where_the_person_may_not_reveal(d: Department, ticket: Ticket) -> None:
    reach = d.reach("passwords")
    reveal(reach, number=ticket.number, reason="call", now=NOW)
    ticket.queue = d.queues["inbox"]  # they worked at it: they go on reading it
    ticket.save()
    assert conversation(reach, ticket.number, now=SOON).ticket.requester.address == "a•••@u•••.example"


def test_of_a_merged_ticket_it_is_asked_for_where_it_is_now(d: Department, ticket: Ticket) -> None:
    other = letter(d, queue="web", text="Another letter")
    merge(d.reach("lead"), number=ticket.number, into=other.number, now=NOW)
    with pytest.raises(MergedAway):
        reveal(d.reach("passwords"), number=ticket.number, reason="call", now=NOW)


def test_a_ticket_that_is_deleted_takes_its_reveals_along(d: Department, ticket: Ticket) -> None:
    reveal(d.reach("passwords"), number=ticket.number, reason="call", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT postline_delete_ticket(%s)", [ticket.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not Reveal.objects.exists()


def test_a_search_for_an_address_finds_nothing_where_addresses_are_hidden(d: Department, ticket: Ticket) -> None:
    mine = letter(d, queue="passwords", text="A letter to us")
    found = tickets_of_address(d.reach("passwords"), address=ANNA[1])
    assert [row.number for row in found] == [mine.number]
    assert len(tickets_of_address(d.reach("lead"), address=ANNA[1])) == 2


def test_a_tag_that_somebody_saw_masked_and_sent_back_stays_what_it_is(d: Department, ticket: Ticket) -> None:
    ticket.tags = ["anna@user.example", "late"]
    ticket.queue = d.queues["inbox"]
    ticket.save()
    reach = d.reach("line1")
    queues = {key: rights - {Right.PERSONAL} for key, rights in reach.queues.items()}
    change_tags(replace(reach, queues=queues), number=ticket.number, tags=["a•••@u•••.example", "new"], now=NOW)
    ticket.refresh_from_db()
    assert ticket.tags == ["anna@user.example", "new"]


def test_whom_a_letter_names_can_be_made_the_requester_by_who_does_not_see_the_address(
    d: Department, ticket: Ticket
) -> None:
    message = Message.objects.get()
    with pytest.raises(WrongAddress):
        other_party(d.reach("web"), number=ticket.number, message_id=message.pk)
    Message.objects.update(other_role="reply-to", other_name="Eva", other_address="eva@user.example")
    assert other_party(d.reach("web"), number=ticket.number, message_id=message.pk) == ("Eva", "eva@user.example")
    with pytest.raises(Forbidden):
        other_party(d.reach("passwords"), number=ticket.number, message_id=message.pk)


def test_who_has_the_right_asks_the_database_nothing_more_and_who_has_not_twice_more(
    d: Department, ticket: Ticket
) -> None:
    for login, more in [("web", 0), ("passwords", 2)]:
        reach = d.reach(login)
        with statements() as asked:
            shown_of(reach, ticket, now=NOW)
        assert len(asked) == more, login


@pytest.mark.parametrize("before", ["", "\n", "  \n\n"])
@pytest.mark.parametrize("half", ["anna.secret", "call 06-1234"])
def test_half_an_address_at_the_end_of_a_long_text_is_hidden_too(d: Department, before: str, half: str) -> None:
    words = f"{before}{'x ' * SHOWN}"[: SHOWN - len(half) - 1] + f" {half}"
    text = f"{words}@user.example and more"
    quoted = f"{before}yes\n\n{'y ' * SHOWN}"[: SHOWN + FOLDED - len(half) - 1] + f" {half}@user.example and more"
    for told, new_text in ((text, text), (quoted, "yes")):
        ticket = letter(d, queue="web", text=told, new_text=new_text, message_id=f"{len(told)}@user.example")
        (said,) = [
            step.what
            for step in conversation(d.reach("passwords"), ticket.number, now=NOW).steps
            if isinstance(step.what, Said)
        ]
        assert said.is_cut
        assert half.split()[-1] not in said.shown + said.rest


def test_a_masked_ticket_does_not_lead_to_one_that_says_whose_it_is(d: Department, ticket: Ticket) -> None:
    own = letter(d, queue="passwords", text="My own password", now=SOON)
    also_masked = letter(d, queue="mail-clients", text="And my client", now=SOON)
    suggest(own.pk, ticket.pk, Reason.SAME_REQUESTER, now=SOON)

    def led_to(login: str, *, at: datetime = SOON) -> tuple[set[int], list[int]]:
        reach = d.reach(login)
        talk = conversation(reach, ticket.number, now=at)
        suggested = suggestions_for(reach, ticket, talk.shown)
        return {row.number for row in talk.earlier}, [one.number for one in suggested]

    assert led_to("passwords") == ({also_masked.number}, [])
    assert led_to("lead") == ({own.number, also_masked.number}, [own.number])
    reveal(d.reach("passwords"), number=ticket.number, reason="call", now=NOW)
    assert led_to("passwords") == ({own.number, also_masked.number}, [own.number])
    assert led_to("passwords", at=NOW + LASTS) == ({also_masked.number}, [])
