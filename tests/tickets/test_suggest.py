"""A ticket may belong to another one: it is suggested once, and what a person said about it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from postline.projects.models import Grant
from postline.projects.rights import Forbidden
from postline.tickets.actions.move import move
from postline.tickets.actions.suggest import dismiss, suggest
from postline.tickets.actions.take import take
from postline.tickets.models import Reason, State, Suggestion, Ticket
from postline.tickets.queries.access import NoSuchTicket, ticket_for
from postline.tickets.queries.seen import numbers_seen
from postline.tickets.queries.shown import OPEN
from postline.tickets.queries.suggestions import suggestions_for
from tests.scenes import ANNA, BORIS, NOW, Department, department, letter

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def d() -> Department:
    return department()


class TestSuggesting:
    def test_a_pair_is_suggested_once_whichever_way_round(self, d: Department) -> None:
        older, newer = letter(d), letter(d, text="still refused", now=LATER)
        assert suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=LATER)
        assert not suggest(newer.pk, older.pk, Reason.NUMBER_IN_SUBJECT, now=LATER)
        assert not suggest(older.pk, newer.pk, Reason.SAME_REQUESTER, now=LATER)
        only = Suggestion.objects.get()
        assert (only.ticket, only.other, only.reason, only.made_at) == (newer, older, "same-requester", LATER)

    def test_a_ticket_is_never_suggested_for_itself(self, d: Department) -> None:
        ticket = letter(d)
        assert not suggest(ticket.pk, ticket.pk, Reason.SAME_REQUESTER, now=NOW)

    def test_projects_are_walls(self, d: Department) -> None:
        here, there = letter(d), letter(d, queue="games/inbox")
        assert not suggest(here.pk, there.pk, Reason.NUMBER_IN_SUBJECT, now=NOW)
        assert not Suggestion.objects.exists()

    def test_what_is_merged_already_is_not_suggested(self, d: Department) -> None:
        older, newer = letter(d), letter(d, text="again", now=LATER)
        Ticket.objects.filter(pk=older.pk).update(state=State.MERGED, waiting_since=None)
        assert not suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=LATER)

    def test_a_ticket_that_is_deleted_takes_its_suggestions_along(self, d: Department) -> None:
        older, newer = letter(d), letter(d, text="again", now=LATER)
        suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=LATER)
        with connection.cursor() as cursor:
            cursor.execute("SELECT postline_delete_ticket(%s)", [older.pk])
        assert not Suggestion.objects.exists()
        assert Ticket.objects.get() == newer


class TestShowing:
    def test_a_ticket_that_one_worked_at_is_named_until_a_rule_hides_its_queue(self, d: Department) -> None:
        here, there = letter(d), letter(d, text="again", now=LATER)
        line1 = d.reach("line1")
        take(line1, number=there.number, now=LATER)
        move(line1, number=there.number, queue=d.queues["web"], now=LATER)
        suggest(here.pk, there.pk, Reason.SAME_REQUESTER, now=LATER)
        assert [one.number for one in suggestions_for(line1, here, OPEN)] == [there.number]
        assert numbers_seen(line1, [there.number]) == {there.number}
        Grant.objects.create(
            project=d.projects["mail"], line=1, queue=d.queues["web"], right="see", allowed=False, set_at=NOW
        )
        line1 = d.reach("line1")
        with pytest.raises(NoSuchTicket):
            ticket_for(line1, there.number)
        assert suggestions_for(line1, here, OPEN) == []
        assert numbers_seen(line1, [there.number]) == set()


class TestDismissing:
    def test_what_was_dismissed_stays_so(self, d: Department) -> None:
        older, newer = letter(d), letter(d, text="again", now=LATER)
        suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=NOW)
        dismiss(d.reach("line1"), number=older.number, other=newer.number, now=LATER)
        assert not suggest(newer.pk, older.pk, Reason.NUMBER_IN_SUBJECT, now=LATER)
        assert Suggestion.objects.get().dismissed_at == LATER

    def test_dismissing_twice_keeps_the_first_time(self, d: Department) -> None:
        older, newer = letter(d), letter(d, text="again", now=LATER)
        suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=NOW)
        for moment in (LATER, LATER + timedelta(hours=1)):
            dismiss(d.reach("line1"), number=newer.number, other=older.number, now=moment)
        assert Suggestion.objects.get().dismissed_at == LATER

    def test_other_pairs_are_left_alone(self, d: Department) -> None:
        older, newer, third = letter(d), letter(d, text="again", now=LATER), letter(d, sender=BORIS)
        suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=NOW)
        suggest(third.pk, older.pk, Reason.NUMBER_IN_SUBJECT, now=NOW)
        dismiss(d.reach("line1"), number=newer.number, other=older.number, now=LATER)
        assert Suggestion.objects.get(ticket=third).dismissed_at is None

    def test_who_only_reads_may_not(self, d: Department) -> None:
        older, newer = letter(d), letter(d, text="again", now=LATER)
        suggest(newer.pk, older.pk, Reason.SAME_REQUESTER, now=NOW)
        with pytest.raises(Forbidden):
            dismiss(d.reach("auditor"), number=newer.number, other=older.number, now=LATER)
        assert Suggestion.objects.get().dismissed_at is None

    def test_a_ticket_that_one_does_not_see_is_not_there(self, d: Department) -> None:
        seen, hidden = letter(d), letter(d, queue="vulnerabilities", sender=ANNA, text="hidden")
        suggest(seen.pk, hidden.pk, Reason.SAME_REQUESTER, now=NOW)
        with pytest.raises(NoSuchTicket):
            dismiss(d.reach("line1"), number=seen.number, other=hidden.number, now=LATER)
        assert Suggestion.objects.get().dismissed_at is None
