"""Targets in a whole installation: a letter by SMTP starts the clock, an answer meets it, two workers escalate once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.journeys.desk import Desk, desk
from tests.letters import write
from tests.smtp import Client
from tests.waiting import until

ANNA = "Anna Visser <anna@user.example>"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The department with targets, and two workers at it."""
    with desk(tmp_path_factory.mktemp("desk"), "line1", "lead") as one:
        made = subprocess.run(
            [sys.executable, "-m", "tests.journeys.set_targets"],
            env=one.served.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        second = subprocess.Popen([sys.executable, "-m", "postline", "worker"], env=one.served.environment)
        try:
            yield one
        finally:
            second.terminate()
            second.wait(20)


def comes_in(place: Desk, subject: str) -> str:
    """By SMTP; the number of its ticket."""
    message: bytes | EmailMessage = write(sender=ANNA, subject=subject, message_id=f"<{hash(subject)}@user.example>")
    with Client(place.smtp) as client:
        client.say("EHLO mx.user.example")
        assert client.deliver(bytes(message), to=("support@mail.example",))[0] == 250
    return str(until(lambda: place.query("SELECT number FROM tickets_ticket WHERE subject = %s", subject))[0][0])


def clocks(place: Desk, number: str) -> list[tuple[object, ...]]:
    """Metric, whether met, whether missed."""
    return place.query(
        "SELECT metric, met_at IS NOT NULL, missed_at IS NOT NULL FROM tickets_clock AS clock"
        " JOIN tickets_ticket AS ticket ON ticket.id = clock.ticket_id WHERE number = %s ORDER BY metric",
        int(number),
    )


def test_an_answer_in_time_meets_the_target(place: Desk) -> None:
    number = comes_in(place, "In time")
    assert clocks(place, number) == [("first-answer", False, False), ("solution", False, False)]
    status, _ = place.api("line1", f"/tickets/{number}/messages", {"kind": "reply", "text": "Try this."})
    assert status == 201
    assert clocks(place, number) == [("first-answer", True, False), ("solution", True, False)]


def test_what_is_late_is_escalated_once(place: Desk) -> None:
    numbers = [comes_in(place, f"Late {count}") for count in range(6)]
    # as if they had come an hour earlier
    place.query(
        "UPDATE tickets_clock SET started_at = started_at - interval '1 hour', due_at = due_at - interval '1 hour',"
        " next_at = next_at - interval '1 hour' WHERE met_at IS NULL"
    )

    def moved() -> bool:
        rows = place.query(
            "SELECT count(*) FROM tickets_ticket AS ticket JOIN projects_queue AS queue ON queue.id = ticket.queue_id"
            " WHERE queue.slug = 'web' AND ticket.number = ANY(%s)",
            [int(number) for number in numbers],
        )
        return bool(rows[0][0] == len(numbers))

    until(moved)
    told = place.query(
        "SELECT kind, data ->> 'act', count(*) FROM tickets_event WHERE kind IN ('clock-missed', 'escalated')"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert told == [("clock-missed", None, 6), ("escalated", "move", 6), ("escalated", "notify", 6)]
    assert place.run("verify").returncode == 0
