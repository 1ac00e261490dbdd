"""Two people merge, write and undo at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from postline.tickets.actions.merge import merge
from postline.tickets.actions.undo import NothingToUndo, undo
from postline.tickets.actions.unmerge import unmerge
from postline.tickets.models import Merge, State, Ticket
from postline.tickets.queries.access import MergedAway
from tests.scenes import Department, department, letter
from tests.tickets.merging import LATER, LATEST, again, texts
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def d() -> Department:
    return department()


def test_two_people_merge_it_crosswise_and_one_of_them_is_told(d: Department) -> None:
    older, newer = letter(d), letter(d, text="again", now=LATER)
    refused: list[Exception] = []

    def merges(login: str, number: int, into: int) -> None:
        try:
            merge(d.reach(login), number=number, into=into, now=LATEST)
        except MergedAway as error:
            refused.append(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        threads.submit(merges, "line1", newer.number, older.number)
        threads.submit(merges, "line1b", older.number, newer.number)
    assert len(refused) == 1
    assert Merge.objects.count() == 1
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["merged", "new"]


def test_a_letter_that_waits_for_the_merge_arrives_in_the_other(d: Department) -> None:
    older, newer = letter(d), letter(d, text="again", now=LATER)

    def writes() -> None:
        letter(d, to_ticket=newer, text="late")
        connection.close()

    thread = threading.Thread(target=writes)
    with transaction.atomic():
        merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)
        thread.start()
        until(_somebody_waits)
    thread.join()
    assert texts(older)[1:] == ["again", "late"]


def test_a_letter_that_waits_for_the_undo_arrives_where_it_was_written_to(d: Department) -> None:
    older, newer = letter(d), letter(d, text="again", now=LATER)
    merge(d.reach("line1"), number=newer.number, into=older.number, now=LATEST)

    def writes() -> None:
        letter(d, to_ticket=newer, text="late")
        connection.close()

    thread = threading.Thread(target=writes)
    with transaction.atomic():
        unmerge(d.reach("line1"), number=newer.number, now=LATEST)
        thread.start()
        until(_somebody_waits)
    thread.join()
    assert (texts(older)[1:], texts(newer)) == ([], ["again", "late"])


def test_an_undo_that_waits_for_another_one_undoes_nothing_more(d: Department) -> None:
    older, newer = letter(d), letter(d, text="again", now=LATER)
    third = letter(d, text="third", now=LATER)
    for one in (third, newer):
        merge(d.reach("line1"), number=one.number, into=older.number, now=LATEST)
    refused: list[Exception] = []

    def undoes() -> None:
        try:
            undo(d.reach("line1"), number=older.number, now=LATEST)
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=undoes)
    with transaction.atomic():
        undo(d.reach("line1"), number=older.number, now=LATEST)
        thread.start()
        until(_somebody_waits)
    thread.join()
    assert [type(one) for one in refused] == [NothingToUndo]
    assert (again(newer).state, again(third).state) == (State.NEW, State.MERGED)


def test_a_merge_never_waits_for_one_ticket_while_it_holds_the_other(d: Department) -> None:
    """Intake holds the tickets of a batch in the order of its messages: here the second one, then the first."""
    older, newer = letter(d), letter(d, text="again", now=LATER)
    failed: list[Exception] = []

    def merges() -> None:
        try:
            merge(d.reach("line1"), number=older.number, into=newer.number, now=LATEST)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    numbers = sorted((older.number, newer.number))
    thread = threading.Thread(target=merges)
    with transaction.atomic():
        Ticket.objects.select_for_update().get(number=numbers[1])
        thread.start()
        until(_somebody_waits)
        Ticket.objects.select_for_update(nowait=True).get(number=numbers[0])
    thread.join()
    assert failed == []
    assert len(texts(newer)) == 2


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
