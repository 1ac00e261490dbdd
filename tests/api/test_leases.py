"""POST take, release and next."""

from __future__ import annotations

from datetime import timedelta

from tests.api.program import Programs
from tests.scenes import BORIS, NOW, Department, letter


def test_taking_a_ticket_makes_one_its_owner(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    said = program_of("line1").post(f"/tickets/{ticket.number}/take")
    assert (said["owner"], said["taken_by"], said["state"]) == ("line1", "line1", "open")
    assert said["taken_until"] > said["updated_at"]


def test_one_may_not_take_what_another_has(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    program_of("line1").post(f"/tickets/{ticket.number}/take")
    second = program_of("line1b")
    second.post(f"/tickets/{ticket.number}/take")
    assert second.error() == (409, "taken-by-another", set())
    second.post(f"/tickets/{ticket.number}/release")
    assert second.error() == (409, "taken-by-another", set())


def test_a_released_ticket_waits_for_anybody(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/take")
    said = line1.post(f"/tickets/{ticket.number}/release")
    assert (said["owner"], said["taken_by"], said["taken_until"]) == (None, None, None)
    assert program_of("line1b").post("/next")["number"] == str(ticket.number)


def test_one_may_not_take_a_closed_ticket(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    line1.patch(f"/tickets/{ticket.number}", state="closed")
    line1.post(f"/tickets/{ticket.number}/take")
    assert line1.error() == (409, "not-open", set())


def test_a_reader_may_not_take(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    auditor = program_of("auditor")
    for path in (f"/tickets/{ticket.number}/take", f"/tickets/{ticket.number}/release", "/next"):
        auditor.post(path)
        assert auditor.error() == (403, "forbidden", set())


def test_the_next_ticket_is_the_one_that_waits_longest(desk: Department, program_of: Programs) -> None:
    later = letter(desk, sender=BORIS, now=NOW + timedelta(minutes=1))
    first = letter(desk)
    assert program_of("line1").post("/next")["number"] == str(first.number)
    line1b = program_of("line1b")
    assert line1b.post("/next", {})["number"] == str(later.number)
    line1b.post(f"/tickets/{later.number}/release")
    line1b.patch(f"/tickets/{later.number}", state="closed")
    assert (line1b.post("/next"), line1b.status) == (None, 204)


def test_the_next_ticket_of_one_queue(desk: Department, program_of: Programs) -> None:
    letter(desk)
    other = letter(desk, queue="web", now=NOW + timedelta(minutes=1))
    lead = program_of("lead")
    assert lead.post("/next", {"project": "mail", "queue": "web"})["number"] == str(other.number)


def test_one_may_not_get_the_next_ticket_of_a_queue_that_one_does_not_work_in(
    desk: Department, program_of: Programs
) -> None:
    line1 = program_of("line1")
    line1.post("/next", {"queue": "passwords"})
    assert line1.error() == (403, "forbidden", set())
    line1.post("/next", {"queue": "nowhere"})
    assert line1.error() == (422, "invalid", {"queue"})
    line1.post("/next", {"project": "games"})
    assert line1.error() == (422, "invalid", {"project"})
    admin = program_of("admin")
    admin.post("/next", {"queue": "inbox"})
    assert admin.error() == (422, "ambiguous", {"queue"})
