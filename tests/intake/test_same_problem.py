"""The same person writes about the same thing again: it is suggested, by whatever door it came."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.intake.reader import Reader
from postline.intake.same_problem import LOOKED_AT, is_same, suggest_same
from postline.tickets.actions.change import change_state
from postline.tickets.actions.merge import merge
from postline.tickets.models import State, Suggestion, Ticket
from tests.intake.test_pipeline import arrives
from tests.letters import NOW, write
from tests.scenes import BORIS, Department, department, letter
from tests.web.workspace.statements import statements

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
STORY = "The shop took my money twice for order seventeen, and nobody answers the telephone there."


@pytest.fixture
def d() -> Department:
    return department()


def suggested() -> list[tuple[Ticket, Ticket, str]]:
    return [(one.ticket, one.other, one.reason) for one in Suggestion.objects.order_by("id")]


def test_a_second_letter_about_the_same_thing_is_suggested(d: Department, reader: Reader) -> None:
    arrives(reader, write(text="My password is refused."))
    arrives(reader, write(message_id="<2@user.example>", subject="Fwd: I CANNOT sign in!", text="Is anybody there?"))
    older, newer = Ticket.objects.order_by("id")
    assert suggested() == [(newer, older, "same-requester")]


def test_other_words_of_the_same_story_are_enough(d: Department, reader: Reader) -> None:
    arrives(reader, write(subject="Money", text=STORY))
    again = "Hello? The shop took money twice for my order seventeen. Please answer."
    arrives(reader, write(message_id="<2@user.example>", subject="Second try", text=again))
    assert len(suggested()) == 1


def test_another_thing_is_not(d: Department, reader: Reader) -> None:
    arrives(reader, write(subject="Money", text=STORY))
    arrives(reader, write(message_id="<2@user.example>", subject="Address", text="How do I change my address?"))
    assert suggested() == []


def test_somebody_else_with_the_same_words_is_not(d: Department, reader: Reader) -> None:
    arrives(reader, write())
    arrives(reader, write(sender="boris@user.example", message_id="<2@user.example>", text="The same here."))
    assert suggested() == []


def test_a_closed_or_old_one_is_left_in_peace(d: Department, reader: Reader) -> None:
    letter(d, now=NOW - timedelta(days=15))
    closed = letter(d, now=NOW - timedelta(days=1))
    change_state(d.reach("line1"), number=closed.number, state=State.CLOSED, now=NOW)
    arrives(reader, write(text="Still so."))
    assert suggested() == []


def test_one_that_waits_for_the_requester_is_meant_too(d: Department, reader: Reader) -> None:
    asked = letter(d, now=NOW - timedelta(days=1))
    change_state(d.reach("line1"), number=asked.number, state=State.PENDING, now=NOW)
    arrives(reader, write(text="Here are the details."))
    assert [other for _, other, _ in suggested()] == [asked]


def test_projects_are_walls(d: Department, reader: Reader) -> None:
    letter(d, queue="games/inbox", now=NOW - timedelta(days=1))
    arrives(reader, write(text="Still so."))
    assert suggested() == []


def test_the_oldest_one_is_suggested_and_only_that_one(d: Department, reader: Reader) -> None:
    first, second = letter(d, now=NOW - timedelta(days=2)), letter(d, now=NOW - timedelta(days=1))
    arrives(reader, write(text="Still so."))
    assert [other for _, other, _ in suggested()] == [first]
    merge(d.reach("line1"), number=first.number, into=second.number, now=NOW)
    assert [other for _, other, _ in suggested()] == [first, second]


def test_two_of_one_batch_are_compared(d: Department) -> None:
    first, second, other = letter(d), letter(d, text="Still so.", now=LATER), letter(d, sender=BORIS)
    assert suggest_same([first.pk, second.pk, other.pk], now=LATER) == 1
    assert suggested() == [(second, first, "same-requester")]


def test_a_machine_with_thousands_of_tickets_costs_no_more_than_anybody(d: Department) -> None:
    open_one = letter(d, now=NOW)
    for count in range(LOOKED_AT + 1):
        closed = letter(d, text=f"noise {count}", now=NOW + timedelta(minutes=count))
        Ticket.objects.filter(pk=closed.pk).update(state=State.CLOSED, waiting_since=None, closed_at=NOW)
    new = letter(d, text="once more", now=LATER)
    with statements() as asked:
        assert suggest_same([new.pk], now=LATER) == 0
    assert len(asked) == 1
    assert open_one.requester == new.requester


def test_words_that_everybody_uses_are_not_enough() -> None:
    assert not is_same("Hello", "Dear people, thank you in advance", "Question", "Dear people, how do I pay? Thank you")
    assert not is_same("", "", "", "")
    assert is_same("Re: Счёт", "первый раз", "счёт", "второй раз")


def test_a_group_asks_once(d: Department) -> None:
    opened = [letter(d, sender=(str(n), f"u{n}@user.example")).pk for n in range(5)]
    with statements() as asked:
        suggest_same(opened, now=LATER)
    assert len(asked) == 1
