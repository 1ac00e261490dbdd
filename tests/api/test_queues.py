"""GET /queues."""

from __future__ import annotations

from tests.api.program import Programs


def test_a_first_line_agent_sees_the_inbox_and_where_tickets_can_go(program_of: Programs) -> None:
    queues = {queue["slug"]: queue for queue in program_of("line1").get("/queues")["results"]}
    assert queues["inbox"]["line"] == 1
    assert "take" in queues["inbox"]["rights"]
    assert queues["passwords"]["rights"] == ["move-into"]
    assert queues["passwords"]["group"] == "passwords"
    assert {queue["project"] for queue in queues.values()} == {"mail"}


def test_queues_of_one_project(program_of: Programs) -> None:
    said = program_of("admin").get("/queues", project="games")
    assert [queue["slug"] for queue in said["results"]] == ["inbox", "accounts"]


def test_one_may_not_ask_for_the_queues_of_a_project_behind_the_wall(program_of: Programs) -> None:
    line1 = program_of("line1")
    line1.get("/queues", project="games")
    assert line1.error() == (422, "invalid", {"project"})
