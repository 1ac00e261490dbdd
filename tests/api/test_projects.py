"""GET /projects."""

from __future__ import annotations

from tests.api.program import Programs


def test_a_person_sees_their_projects_alone(program_of: Programs) -> None:
    said = program_of("line1").get("/projects")
    assert said == {
        "results": [{"slug": "mail", "name": "Mail", "language": "en", "time_zone": "UTC", "rights": ["enter"]}],
        "next": None,
    }


def test_an_administrator_sees_all_projects(program_of: Programs) -> None:
    assert [one["slug"] for one in program_of("admin").get("/projects")["results"]] == ["games", "mail"]
