"""GET /tickets/{number}/events."""

from __future__ import annotations

from pytest_django import DjangoAssertNumQueries

from tests.api.program import Programs
from tests.scenes import Department, letter


def test_history_speaks_in_slugs_and_logins(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    lead = program_of("lead")
    lead.patch(
        f"/tickets/{ticket.number}", topic="lost-password", priority="high", queue="passwords", owner="passwords"
    )
    said = lead.get(f"/tickets/{ticket.number}/events")
    assert [event["number"] for event in said["results"]] == [1, 2, 3, 4, 5]
    arrived, *changes = said["results"]
    assert (arrived["kind"], arrived["person"], arrived["at"]) == ("arrived", None, "2026-03-04T12:00:00+00:00")
    assert [(event["kind"], event["person"], event["data"]) for event in changes] == [
        ("topic", "lead", {"from": None, "to": "lost-password"}),
        ("priority", "lead", {"from": "normal", "to": "high"}),
        ("moved", "lead", {"from": "inbox", "to": "passwords"}),
        ("assigned", "lead", {"from": None, "to": "passwords"}),
    ]


def test_pages_of_events_follow_one_another(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    line1 = program_of("line1")
    for priority in ("low", "high", "urgent"):
        line1.patch(f"/tickets/{ticket.number}", priority=priority)
    page = line1.get(f"/tickets/{ticket.number}/events", limit=3)
    rest = line1.get(f"/tickets/{ticket.number}/events", limit=3, cursor=page["next"])
    assert [event["number"] for event in page["results"] + rest["results"]] == [1, 2, 3, 4]
    assert rest["next"] is None


def test_one_may_not_read_history_behind_the_wall(desk: Department, program_of: Programs) -> None:
    ticket = letter(desk)
    stranger = program_of("games1")
    stranger.get(f"/tickets/{ticket.number}/events")
    assert stranger.error() == (404, "no-such-ticket", set())


def test_history_costs_the_same_queries_however_long(
    desk: Department, program_of: Programs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = letter(desk)
    lead = program_of("lead")
    lead.get("/me")
    for queue in ("passwords", "web"):
        with django_assert_num_queries(HISTORY_QUERIES):
            lead.get(f"/tickets/{ticket.number}/events")
        lead.patch(f"/tickets/{ticket.number}", queue=queue, owner=queue, topic="display")


HISTORY_QUERIES = 11  # who (4), ticket, events, names (5)


def test_history_does_not_name_a_private_queue_to_who_knows_nothing_of_it(
    desk: Department, program_of: Programs
) -> None:
    ticket, lead = letter(desk), program_of("lead")
    for queue in ("vulnerabilities", "inbox"):
        lead.patch(f"/tickets/{ticket.number}", queue=queue)
    history = f"/tickets/{ticket.number}/events"
    seen = {login: program_of(login).get(history)["results"][1]["data"] for login in ("lead", "trainee")}
    assert seen == {
        "lead": {"from": "inbox", "to": "vulnerabilities"},
        "trainee": {"from": "inbox", "to": None},
    }
