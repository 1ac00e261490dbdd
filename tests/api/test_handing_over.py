"""POST hand-over, and what the two projects see afterwards."""

from __future__ import annotations

from typing import Any, cast

import pytest

from postline.kit import clock
from postline.tickets.history import Happening, append
from postline.tickets.models import HandOver, Ticket
from tests.api.program import Programs
from tests.rules.scenes import does, filter_that
from tests.scenes import Department, letter

GAMES = {"project": "games", "queue": "inbox"}


@pytest.fixture
def desk(desk: Department) -> Department:
    """The inbox of games takes tickets of other projects."""
    desk.queues["games/inbox"].accepts_from_projects = True
    desk.queues["games/inbox"].save()
    return desk


@pytest.fixture
def ticket(desk: Department) -> Ticket:
    return letter(desk, now=clock.now())


def test_of_other_projects_only_accepting_queues_are_listed(
    desk: Department, program_of: Programs, ticket: Ticket
) -> None:
    (found,) = program_of("line1").get(f"/tickets/{ticket.number}/hand-over")["results"]
    assert (found["project"], found["queue"], found["queue_name"]) == ("games", "inbox", "Inbox")
    trainee = program_of("trainee")
    trainee.get(f"/tickets/{ticket.number}/hand-over")
    assert trainee.error() == (403, "forbidden", set())


def test_it_is_handed_over_and_the_answer_says_where_it_is(
    desk: Department, program_of: Programs, ticket: Ticket
) -> None:
    line1 = program_of("line1")
    said = line1.post(f"/tickets/{ticket.number}/hand-over", {**GAMES, "reason": "A player"})
    assert (said["project"], said["queue"], said["reason"]) == ("games", "inbox", "A player")
    line1.get(f"/tickets/{ticket.number}")
    assert line1.error() == (404, "no-such-ticket", set())
    assert program_of("games1").get(f"/tickets/{ticket.number}")["project"] == "games"


@pytest.mark.parametrize("login", ["line1", "admin"])
def test_the_same_again_is_done_once(desk: Department, program_of: Programs, ticket: Ticket, login: str) -> None:
    for _ in range(2):
        assert program_of(login).post(f"/tickets/{ticket.number}/hand-over", GAMES)["queue"] == "inbox"
    assert HandOver.objects.count() == 1


def test_notes_stay_where_they_were_written(desk: Department, program_of: Programs, ticket: Ticket) -> None:
    line1, games1 = program_of("line1"), program_of("games1")
    line1.post(f"/tickets/{ticket.number}/messages", {"kind": "note", "text": "Between us"})
    line1.post(f"/tickets/{ticket.number}/hand-over", GAMES)
    assert [one["kind"] for one in games1.get(f"/tickets/{ticket.number}/messages")["results"]] == ["letter"]
    for address in ("messages", "events", "hand-over"):
        line1.get(f"/tickets/{ticket.number}/{address}")
        assert line1.error() == (404, "no-such-ticket", set())


def test_the_history_names_projects_and_no_queue_of_the_old_one(
    desk: Department, program_of: Programs, ticket: Ticket
) -> None:
    program_of("line1").patch(f"/tickets/{ticket.number}", topic="display")
    program_of("line1").post(f"/tickets/{ticket.number}/hand-over", GAMES)
    *_, topic, handed, taken = program_of("games1").get(f"/tickets/{ticket.number}/events")["results"]
    assert topic["data"] == {"from": None, "to": None}
    assert (handed["kind"], handed["person"], handed["data"]) == (
        "handed-over", "line1", {"project": "games", "from": None, "state": "new"}
    )  # fmt: skip
    assert (taken["kind"], taken["person"], taken["data"]) == ("taken-over", None, {"project": "mail", "to": "inbox"})


def test_the_filters_of_the_old_project_are_not_named(desk: Department, program_of: Programs, ticket: Ticket) -> None:
    rule = filter_that(desk, does("owner", "web"), slug="angry-people", on=False)
    data = {"rule": rule.pk, "slug": rule.slug, "version": 1, "what": ["queue", "owner"]}
    data |= {"queue": desk.queues["vulnerabilities"].pk, "owner": desk.people["web"].pk}
    append(ticket, Happening.FILTERED, person=None, now=clock.now(), **data)
    ticket.save()

    def told(login: str) -> dict[str, Any]:
        (found,) = (
            one["data"]
            for one in program_of(login).get(f"/tickets/{ticket.number}/events")["results"]
            if one["kind"] == "filtered"
        )
        return cast("dict[str, Any]", found)

    here = told("lead")
    assert (here["slug"], here["rule"], here["queue"], here["owner"]) == (
        "angry-people", rule.pk, "vulnerabilities", "web",
    )  # fmt: skip
    assert told("trainee")["queue"] is None
    assert "topic" not in here
    program_of("lead").post(f"/tickets/{ticket.number}/hand-over", GAMES)
    there = told("games1")
    assert (there["slug"], there["rule"], there["queue"]) == (None, None, None)


def test_moving_across_projects_is_refused_with_the_way_to_do_it(
    desk: Department, program_of: Programs, ticket: Ticket
) -> None:
    line1 = program_of("line1")
    line1.patch(f"/tickets/{ticket.number}", queue="accounts")
    assert line1.error() == (422, "invalid", {"queue"})
    assert f"POST /tickets/{ticket.number}/hand-over" in line1.said["error"]["fields"]["queue"]


def test_a_queue_that_does_not_accept_is_as_good_as_none(
    desk: Department, program_of: Programs, ticket: Ticket
) -> None:
    line1 = program_of("line1")
    for project, queue in (("games", "accounts"), ("games", "nothing"), ("nothing", "inbox"), ("mail", "web")):
        line1.post(f"/tickets/{ticket.number}/hand-over", {"project": project, "queue": queue})
        assert line1.error() == (422, "invalid", {"queue"})


def test_it_can_be_taken_back(desk: Department, program_of: Programs, ticket: Ticket) -> None:
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/hand-over", GAMES)
    assert line1.post(f"/tickets/{ticket.number}/undo")["project"] == "mail"


def test_what_somebody_there_has_taken_stays_there(desk: Department, program_of: Programs, ticket: Ticket) -> None:
    line1 = program_of("line1")
    line1.post(f"/tickets/{ticket.number}/hand-over", GAMES)
    program_of("games1").post(f"/tickets/{ticket.number}/take")
    line1.post(f"/tickets/{ticket.number}/undo")
    assert line1.error() == (409, "nothing-to-undo", set())


@pytest.mark.parametrize("login", ["trainee", "auditor"])
def test_not_without_the_right(desk: Department, program_of: Programs, ticket: Ticket, login: str) -> None:
    program = program_of(login)
    program.post(f"/tickets/{ticket.number}/hand-over", GAMES)
    assert program.error() == (403, "forbidden", set())
    assert not HandOver.objects.exists()
