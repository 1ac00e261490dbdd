"""A merge taken back leaves both tickets exactly as they were, but for what has happened since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postline.ops.verify.run import examine
from postline.tickets.actions.answer import answer
from postline.tickets.actions.change import change_state
from postline.tickets.actions.merge import merge
from postline.tickets.actions.note import note
from postline.tickets.actions.undo import NothingToUndo, undo
from postline.tickets.actions.unmerge import NotMerged, unmerge
from postline.tickets.models import State, Ticket
from tests.scenes import Department, department, letter
from tests.tickets.merging import LATER, LATEST, again, all_rows, kinds, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def d() -> Department:
    return department()


@pytest.fixture
def two(d: Department) -> tuple[Ticket, Ticket]:
    """Anna's first letter and, five minutes later, her second one about the same thing."""
    return letter(d), letter(d, text="It is still refused!", now=LATER)


@pytest.fixture(autouse=True)
def _every_invariant_holds(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "two" in request.fixturenames:
        found = {f.invariant.name: f.violations for f in examine(now=LATEST) if f.count}
        assert {name: rows for name, rows in found.items() if name not in BESIDE_THE_POINT} == {}


BESIDE_THE_POINT = ("I4",)  # these letters come without intake, which decides on the automatic answer


class TestUndoing:
    @pytest.mark.parametrize("before", ["new", "answered", "pending"])
    def test_both_are_again_what_they_were(self, d: Department, two: tuple[Ticket, Ticket], before: str) -> None:
        older, newer = two
        note(d.reach("line1"), number=newer.number, text="called", now=LATER)
        if before == "answered":
            answer(d.reach("line1"), number=older.number, text="Hello", now=LATER)
        if before == "pending":
            until = LATEST + timedelta(days=1)
            change_state(d.reach("line1"), number=older.number, state=State.PENDING, pending_until=until, now=LATER)
            change_state(d.reach("line1"), number=newer.number, state=State.PENDING, pending_until=until, now=LATER)
        stood = all_rows()
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        assert all_rows() != stood
        unmerge(d.reach("line1"), number=newer.number, now=LATEST + timedelta(minutes=1))
        assert all_rows() == stood
        assert kinds(older)[-2:] == ["merged-in", "merge-undone"]
        assert kinds(newer)[-2:] == ["merged", "merge-undone"]

    def test_what_was_written_to_its_number_since_goes_back_with_it(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        answer(d.reach("line1"), number=newer.number, text="Done.", now=LATER)
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATER)
        letter(d, to_ticket=newer, text="to the newer", now=LATEST)
        letter(d, to_ticket=older, text="to the older", now=LATEST)
        unmerge(d.reach("line1"), number=newer.number, now=LATEST)
        assert (texts(older)[1:], texts(newer)) == (["to the older"], ["It is still refused!", "Done.", "to the newer"])
        assert (again(newer).state, again(newer).waiting_since) == (State.OPEN, LATEST)
        assert again(newer).preview == "It is still refused!"

    def test_what_was_answered_since_stays_answered(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATER)
        answer(d.reach("line1"), number=older.number, text="For both.", now=LATEST)
        unmerge(d.reach("line1"), number=newer.number, now=LATEST)
        assert (again(older).state, again(newer).state) == (State.CLOSED, State.NEW)
        assert (texts(older)[-1], again(newer).waiting_since) == ("For both.", LATER)

    def test_it_can_be_merged_again(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        for _ in range(3):
            merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
            unmerge(d.reach("line1"), number=newer.number, now=LATEST)
        merge(d.reach("line1"), number=older.number, into=newer.number, now=LATEST)
        assert len(texts(newer)) == 2

    def test_undo_takes_back_the_persons_last_merge_from_either_side(
        self, d: Department, two: tuple[Ticket, Ticket]
    ) -> None:
        older, newer = two
        for side in (older, newer):
            merge(d.reach("line1"), number=newer.number, into=older.number, now=LATER)
            with pytest.raises(NothingToUndo):
                undo(d.reach("line1b"), number=side.number, now=LATEST)
            undo(d.reach("line1"), number=side.number, now=LATEST)
            assert again(newer).state == State.NEW
            with pytest.raises(NothingToUndo):
                undo(d.reach("line1"), number=side.number, now=LATEST)

    def test_undo_is_for_what_was_just_done(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        older, newer = two
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATER)
        with pytest.raises(NothingToUndo):
            undo(d.reach("line1"), number=older.number, now=LATER + timedelta(hours=2))
        assert unmerge(d.reach("line1"), number=newer.number, now=LATER + timedelta(days=30)) == newer

    def test_what_is_not_merged_is_not_taken_apart(self, d: Department, two: tuple[Ticket, Ticket]) -> None:
        with pytest.raises(NotMerged):
            unmerge(d.reach("line1"), number=two[0].number, now=LATEST)
