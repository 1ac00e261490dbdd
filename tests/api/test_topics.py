"""GET /topics."""

from __future__ import annotations

from tests.api.program import Programs


def test_topics_say_where_the_second_line_works_on_them(program_of: Programs) -> None:
    said = program_of("line1").get("/topics")
    assert [(topic["slug"], topic["queue"]) for topic in said["results"]] == [
        ("display", "web"),
        ("lost-password", "passwords"),
    ]


def test_one_may_not_see_topics_behind_the_wall(program_of: Programs) -> None:
    assert program_of("games1").get("/topics")["results"] == []
