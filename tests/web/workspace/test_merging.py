"""Merging and splitting on a ticket's page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from postline.kit import clock
from postline.tickets import numbers
from postline.tickets.actions.draft import save_draft
from postline.tickets.actions.merge import merge
from postline.tickets.actions.move import move
from postline.tickets.actions.split import split
from postline.tickets.actions.suggest import suggest
from postline.tickets.models import Draft, Merge, Message, Reason, State, Suggestion, Ticket
from tests.scenes import BORIS, Department, letter
from tests.web.conftest import SignedIn

TOAST = re.compile(r'<form method="post" action="([^"]+/undo/[^"]*)">')


@pytest.fixture
def two(d: Department) -> tuple[Ticket, Ticket]:
    """Anna's first letter and her second one about the same thing; it is suggested."""
    older = letter(d, now=clock.now() - timedelta(hours=1))
    newer = letter(d, text="Still refused.", now=clock.now() - timedelta(minutes=30))
    suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=clock.now())
    return older, newer


def desk(ticket: Ticket, act: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{act}"


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_the_suggestion_stands_on_both_pages_and_names_the_other(
    two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    older, newer = two
    for here, other in ((older, newer), (newer, older)):
        page = signed_in("line1").get(desk(here)).content.decode()
        (bar,) = re.findall(r'<div class="same">.*?</div>', page, re.DOTALL)
        assert "The same person wrote about the same thing" in bar
        assert numbers.show(other.number) in bar
        assert f'action="{desk(newer, "merge/")}"' in bar
        assert f'name="into" value="{older.number}"' in bar


def test_one_press_merges_and_the_toast_undoes_it(two: tuple[Ticket, Ticket], signed_in: SignedIn) -> None:
    older, newer = two
    browser = signed_in("line1")
    page = browser.post(desk(newer, "merge/"), {"into": older.number}, follow=True).content.decode()
    assert f"{numbers.show(newer.number)} is part of this ticket now." in page
    assert page.index("Still refused.") > page.index("my password is refused")
    (undo,) = TOAST.findall(page)
    page = browser.post(undo, follow=True).content.decode()
    assert "Undone." in page
    assert not Merge.objects.filter(undone_at=None).exists()
    assert again(newer).state == State.NEW


def test_the_toast_undoes_what_it_tells_of_and_nothing_before_it(
    d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    older, newer = two
    third = letter(d, text="Third.", now=clock.now())
    browser = signed_in("line1")
    browser.post(desk(newer, "merge/"), {"into": older.number}, follow=True)
    page = browser.post(desk(third, "merge/"), {"into": older.number}, follow=True).content.decode()
    (undo,) = TOAST.findall(page)
    browser.post(undo)
    assert browser.post(undo).status_code == 409  # pressed twice
    assert (again(third).state, again(newer).state) == (State.NEW, State.MERGED)


def test_what_is_not_the_same_is_not_suggested_again(two: tuple[Ticket, Ticket], signed_in: SignedIn) -> None:
    older, newer = two
    browser = signed_in("line1")
    fields = {"back": older.number}
    page = browser.post(desk(newer, f"not-same/{older.number}/"), fields, follow=True).content.decode()
    assert numbers.show(older.number) in page
    assert 'class="same"' not in page
    assert Suggestion.objects.get().dismissed_at is not None
    assert 'class="same"' not in browser.get(desk(newer)).content.decode()


def test_a_ticket_that_one_has_passed_on_is_offered_too(
    d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    """The first letter is in the second line already when the second one comes to the first."""
    older, newer = two
    move(d.reach("line1"), number=older.number, queue=d.queues["web"], now=clock.now())
    browser = signed_in("line1")
    for here in two:
        page = browser.get(desk(here)).content.decode()
        assert f'action="{desk(newer, "merge/")}"' in page
        assert f'action="{desk(newer, f"not-same/{older.number}/")}"' in page
    assert 'class="same"' not in signed_in("line1b").get(desk(newer)).content.decode()
    page = browser.post(desk(newer, "merge/"), {"into": older.number}, follow=True).content.decode()
    assert "Still refused." in page
    assert numbers.show(older.number) in browser.get(desk(newer)).content.decode()
    browser.post(desk(older, "undo/"))
    assert again(newer).state == State.NEW


def test_who_only_reads_is_offered_nothing(two: tuple[Ticket, Ticket], signed_in: SignedIn) -> None:
    older, newer = two
    browser = signed_in("auditor")
    page = browser.get(desk(newer)).content.decode()
    assert 'class="same"' in page
    assert "merge/" not in page
    assert "not-same/" not in page
    assert "split/" not in page
    assert browser.post(desk(newer, "merge/"), {"into": older.number}).status_code == 403
    assert browser.post(desk(newer, f"not-same/{older.number}/")).status_code == 403


def test_a_ticket_that_one_does_not_see_is_not_suggested(d: Department, signed_in: SignedIn) -> None:
    seen, hidden = letter(d), letter(d, queue="vulnerabilities", subject="Secret", text="hidden")
    suggest(hidden.pk, seen.pk, Reason.SAME_REQUESTER, now=clock.now())
    page = signed_in("line1").get(desk(seen)).content.decode()
    assert "Secret" not in page
    assert numbers.show(hidden.number) not in page


def test_any_number_can_be_typed(d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn) -> None:
    other = letter(d, sender=BORIS, now=clock.now())
    signed_in("line1").post(desk(two[1], "merge/"), {"into": f"#{numbers.show(other.number)}"})
    assert Merge.objects.get().into == other


@pytest.mark.parametrize("typed", ["", "12", "one", "100000000"])
def test_a_wrong_number_merges_nothing_and_says_so(two: tuple[Ticket, Ticket], signed_in: SignedIn, typed: str) -> None:
    answer = signed_in("line1").post(desk(two[1], "merge/"), {"into": typed})
    assert answer.status_code == 422
    assert "Choose another ticket of the same project." in answer.content.decode()


def test_a_number_that_one_does_not_see_is_not_there(
    d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    for queue in ("games/inbox", "vulnerabilities"):
        there = letter(d, queue=queue, text=queue)
        assert signed_in("line1").post(desk(two[1], "merge/"), {"into": there.number}).status_code == 404
        assert signed_in("line1").post(desk(there, "merge/"), {"into": two[1].number}).status_code == 404
    assert not Merge.objects.exists()


def test_a_merged_ticket_leads_to_the_other_and_offers_nothing_else(
    d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    older, newer = two
    merge(d.reach("line1"), number=newer.number, into=older.number, now=clock.now())
    browser = signed_in("line1")
    page = browser.get(desk(newer)).content.decode()
    assert "This ticket is part of another one." in page
    assert f'href="{desk(older)}"' in page
    assert re.findall(rf'action="{desk(newer)}([^"]*)"', page) == ["apart/"]
    assert "line1</b> made it part of" in page
    assert f'href="{desk(newer)}"' in browser.get(desk(older)).content.decode()
    browser.post(desk(newer, "apart/"))
    assert again(newer).state == State.NEW


def test_it_does_not_name_a_ticket_that_one_does_not_see(
    d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    hidden = letter(d, queue="vulnerabilities", subject="Secret", text="hidden", now=clock.now())
    merge(d.reach("lead"), number=two[1].number, into=hidden.number, now=clock.now())
    page = signed_in("line1").get(desk(two[1])).content.decode()
    assert "It is in a queue that is not open to you." in page
    assert "Secret" not in page
    assert signed_in("line1").post(desk(two[1], "apart/")).status_code == 404


def test_an_answer_to_a_merged_ticket_is_not_sent_and_not_lost(
    d: Department, two: tuple[Ticket, Ticket], signed_in: SignedIn
) -> None:
    older, newer = two
    save_draft(d.reach("line1"), number=older.number, kind="answer", text="Dear Anna", now=clock.now())
    merge(d.reach("lead"), number=newer.number, into=older.number, now=clock.now())
    answer = signed_in("line1").post(desk(newer, "answer/"), {"text": "Try this: it works."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"The ticket is part of {numbers.show(older.number)}: go on there." in page
    assert "Try this: it works.</textarea>" in page
    assert set(Draft.objects.values_list("text", flat=True)) == {"Dear Anna", "Try this: it works."}
    assert not Message.objects.filter(direction="outbound").exists()


def test_a_note_to_a_merged_ticket_is_not_lost(two: tuple[Ticket, Ticket], signed_in: SignedIn) -> None:
    older, newer = two
    browser = signed_in("line1")
    browser.post(desk(newer, "merge/"), {"into": older.number})
    answer = browser.post(desk(newer, "note/"), {"text": "Ask for the year"})
    page = answer.content.decode()
    assert (answer.status_code, "What you typed is kept." in page, "Ask for the year" in page) == (409, True, True)


@pytest.mark.parametrize("act", ["split off from it", "merged into it", "it became part of it"])
def test_the_number_of_a_ticket_that_one_does_not_see_is_not_told(d: Department, signed_in: SignedIn, act: str) -> None:
    lead, hidden = d.reach("lead"), d.queues["vulnerabilities"]
    ticket = letter(d, now=clock.now() - timedelta(hours=1))
    letter(d, to_ticket=ticket, text="Another thing.", now=clock.now() - timedelta(minutes=30))
    if act == "split off from it":
        second = Message.objects.order_by("id")[1]
        other = split(lead, number=ticket.number, message_id=second.pk, queue=hidden, now=clock.now())
    else:
        other = letter(d, queue="vulnerabilities", text="A hole.", now=clock.now())
        pair = (other, ticket) if act == "merged into it" else (ticket, other)
        merge(lead, number=pair[0].number, into=pair[1].number, now=clock.now())
    page = signed_in("line1").get(desk(ticket)).content.decode()
    assert "a ticket that is not open to you" in page
    assert str(other.number) not in page
    assert numbers.show(other.number) not in page
    told = numbers.show(other.number) in signed_in("lead").get(desk(ticket)).content.decode()
    assert told


class TestSplitting:
    @pytest.fixture
    def ticket(self, d: Department) -> Ticket:
        """Anna's letter, and two more of hers."""
        ticket = letter(d, now=clock.now() - timedelta(hours=1))
        letter(d, to_ticket=ticket, text="My name is wrong.", now=clock.now() - timedelta(minutes=30))
        letter(d, to_ticket=ticket, text="In every letter.", now=clock.now() - timedelta(minutes=20))
        return ticket

    def test_each_message_offers_it_where_something_would_stay(
        self, d: Department, ticket: Ticket, signed_in: SignedIn
    ) -> None:
        page = signed_in("line1").get(desk(ticket)).content.decode()
        assert re.findall(r"/split/(\d+)/", page) == [str(one.pk) for one in Message.objects.order_by("id")]
        alone = letter(d, sender=BORIS, now=clock.now())
        assert "/split/" not in signed_in("line1").get(desk(alone)).content.decode()

    def test_the_page_shows_what_can_go_with_it(self, ticket: Ticket, signed_in: SignedIn) -> None:
        second = Message.objects.order_by("id")[1]
        page = signed_in("line1").get(desk(ticket, f"split/{second.pk}/")).content.decode()
        boxes = re.findall(r'<input class="check"[^>]*>', page)
        assert [("checked" in box, "disabled" in box) for box in boxes] == [
            (False, False),
            (True, True),
            (False, False),
        ]
        assert "In every letter." in page

    def test_what_is_chosen_becomes_a_ticket_and_the_toast_undoes_it(
        self, d: Department, ticket: Ticket, signed_in: SignedIn
    ) -> None:
        _, second, third = Message.objects.order_by("id")
        browser = signed_in("line1")
        fields = {"messages": [third.pk], "queue": ""}
        page = browser.post(desk(ticket, f"split/{second.pk}/"), fields, follow=True).content.decode()
        new = Ticket.objects.exclude(pk=ticket.pk).get()
        assert list(new.messages.order_by("id")) == [second, third]
        assert f"A ticket of its own: {numbers.show(new.number)}" in page
        assert "line1</b> split it off from" in page
        (undo,) = TOAST.findall(page)
        browser.post(undo)
        assert ticket.messages.count() == 3

    def test_into_a_queue_that_one_does_not_see(self, d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
        second = Message.objects.order_by("id")[1]
        fields = {"queue": d.queues["vulnerabilities"].pk}
        browser = signed_in("line1")
        answer = browser.post(desk(ticket, f"split/{second.pk}/"), fields)
        assert answer.headers["Location"] == desk(ticket)
        assert second.ticket == ticket
        assert Message.objects.get(pk=second.pk).ticket.queue == d.queues["vulnerabilities"]
        page = browser.get(desk(ticket)).content.decode()
        assert "A ticket of its own" in page
        assert TOAST.findall(page) == []  # it could not be taken out there again

    def test_pressed_twice_into_such_a_queue(self, d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
        second = Message.objects.order_by("id")[1]
        fields = {"queue": d.queues["vulnerabilities"].pk}
        browser = signed_in("line1")
        for _ in range(2):
            answer = browser.post(desk(ticket, f"split/{second.pk}/"), fields)
            assert (answer.status_code, answer.headers.get("Location")) == (302, desk(ticket))
        assert Ticket.objects.count() == 2

    def test_nothing_goes_where_everything_would(self, ticket: Ticket, signed_in: SignedIn) -> None:
        first, second, third = Message.objects.order_by("id")
        fields = {"messages": [second.pk, third.pk]}
        answer = signed_in("line1").post(desk(ticket, f"split/{first.pk}/"), fields)
        page = answer.content.decode()
        assert (answer.status_code, "let at least one stay" in page) == (422, True)
        assert len(re.findall(r"checked", page)) == 3
        assert Ticket.objects.count() == 1

    def test_a_message_of_another_ticket_is_refused(self, d: Department, ticket: Ticket, signed_in: SignedIn) -> None:
        elsewhere = letter(d, sender=BORIS, now=clock.now())
        foreign = Message.objects.get(ticket=elsewhere)
        browser = signed_in("line1")
        assert browser.get(desk(ticket, f"split/{foreign.pk}/")).status_code == 422
        assert browser.post(desk(ticket, f"split/{foreign.pk}/")).status_code == 422
        first = Message.objects.order_by("id")[0]
        assert browser.post(desk(ticket, f"split/{first.pk}/"), {"messages": [foreign.pk]}).status_code == 422
        assert Ticket.objects.count() == 2

    def test_who_only_reads_splits_nothing(self, ticket: Ticket, signed_in: SignedIn) -> None:
        second = Message.objects.order_by("id")[1]
        browser = signed_in("auditor")
        assert browser.get(desk(ticket, f"split/{second.pk}/")).headers["Location"] == desk(ticket)
        assert browser.post(desk(ticket, f"split/{second.pk}/")).status_code == 403
        assert Ticket.objects.count() == 1
