"""GET /templates."""

from __future__ import annotations

from typing import Any

from postline.rules.templates.change import TemplateSettings, Words, add
from tests.api.program import Programs
from tests.scenes import NOW, Department


def made(d: Department, slug: str, **given: Any) -> None:
    settings = TemplateSettings(name=slug.title(), texts={"en": Words("", "Dear {{ requester }}")}, **given)
    project = settings.queue.project if settings.queue else d.projects["mail"]
    add(d.reach("admin"), project=project, slug=slug, settings=settings, now=NOW)


def slugs(said: Any) -> list[str]:
    return [one["slug"] for one in said["results"]]


def test_templates_come_with_their_words(desk: Department, program_of: Programs) -> None:
    made(desk, "reset", topic=desk.topics["display"])
    (one,) = program_of("line1").get("/templates")["results"]
    assert one == {
        "slug": "reset",
        "name": "Reset",
        "project": "mail",
        "queue": None,
        "topic": "display",
        "automatic": False,
        "texts": [{"language": "en", "subject": "", "text": "Dear {{ requester }}"}],
        "used": 0,
        "last_used_at": None,
    }


def test_one_may_not_see_templates_behind_the_wall_nor_of_queues_that_one_does_not_see(
    desk: Department, program_of: Programs
) -> None:
    made(desk, "everywhere")
    made(desk, "secret", queue=desk.queues["vulnerabilities"])
    made(desk, "off", enabled=False)
    made(desk, "of-games", queue=desk.queues["games/inbox"])
    assert slugs(program_of("line1").get("/templates")) == ["everywhere"]
    assert slugs(program_of("abuse").get("/templates")) == ["everywhere", "secret"]
    assert slugs(program_of("games1").get("/templates")) == ["of-games"]
    assert slugs(program_of("admin").get("/templates?project=games")) == ["of-games"]


def test_a_long_list_comes_in_pages(desk: Department, program_of: Programs) -> None:
    for number in range(5):
        made(desk, f"t{number}")
    first = program_of("line1").get("/templates?limit=3")
    assert slugs(first) == ["t0", "t1", "t2"]
    rest = program_of("line1").get(f"/templates?limit=3&cursor={first['next']}")
    assert (slugs(rest), rest["next"]) == (["t3", "t4"], None)
