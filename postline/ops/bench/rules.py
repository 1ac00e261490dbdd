"""Thirty filters and fifty hints as a department has them: for the measurement of intake (DESIGN 7).

Most look at subject and new text, some at headers, senders, files and the time; every fifth has a regular expression.
About four in ten letters meet a filter, most meet a hint or two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from postline.kit import clock

if TYPE_CHECKING:
    from postline.projects.models import Project

Json = dict[str, Any]
QUEUES = ("passwords", "delivery", "programs", "abuse")
TOPICS = ("sign-in", "not-delivered", "folders", "program", "abuse", "attachments", "restore", "error")


def set_up(project: Project) -> None:
    """Give the project its queues, topics, filters and hints, switched on."""
    from postline.projects.models import Line, Queue, Role, Topic  # noqa: PLC0415 - models need Django set up
    from postline.projects.people import Appointment, create_person  # noqa: PLC0415
    from postline.projects.rights import reach_of  # noqa: PLC0415
    from postline.rules import filters, hints  # noqa: PLC0415
    from postline.rules.checks import Draft  # noqa: PLC0415

    now = clock.now()
    for position, slug in enumerate(QUEUES, 1):
        Queue.objects.create(project=project, slug=slug, name=slug, line=Line.SECOND, position=position)
    for slug in TOPICS:
        Topic.objects.create(project=project, slug=slug, name=slug)
    person = create_person(
        login="setter",
        appointments=[Appointment(Role.LEAD, project)],
        password="!",  # noqa: S106 - none fits
        actor="bench",
        now=now,
    )
    reach = reach_of(person)
    for number, (when, steps, acts_on) in enumerate(_filters()):
        draft = Draft(name=f"Filter {number}", condition=when, steps=steps, acts_on=acts_on)
        rule = filters.add(reach, project, slug=f"filter-{number}", draft=draft, now=now)
        filters.switch(reach, rule_id=rule.pk, enabled=True, now=now)
    for number, (when, said) in enumerate(_hints()):
        draft = Draft(name=f"Hint {number}", condition=when, suggestions=[said], weight=20 + number, acts_on="all")
        rule = hints.add(reach, project, slug=f"hint-{number}", draft=draft, now=now)
        hints.switch(reach, rule_id=rule.pk, enabled=True, now=now)


def _ask(ask: str, comparison: str, value: object = "", **more: object) -> Json:
    return {"ask": ask, "is": comparison, "value": value, **more}


def _any(ask: str, *words: str) -> Json:
    return {"any": [_ask(ask, "contains", word) for word in words]}


def _all(*parts: Json) -> Json:
    return {"all": list(parts)}


def _do(*steps: tuple[str, object]) -> list[Json]:
    return [{"do": step, "value": value} for step, value in steps]


def _filters() -> list[tuple[Json, list[Json], str]]:
    new, every = "new", "all"
    found: list[tuple[Json, list[Json], str]] = [
        (_ask("header", "greater", 9, name="X-Spam-Score"), _do(("quarantine", "")), every),
        (_all(_ask("header", "exists", name="List-Unsubscribe"), _ask("kind", "is", "mailing-list")),
         _do(("priority", "low"), ("tags", ["list"])), new),
        (_ask("from", "in-list", [f"block{n}.example" for n in range(200)]), _do(("quarantine", "")), new),
        (_any("subject", "войти", "sign in", "inloggen"), _do(("topic", "sign-in")), new),
        (_all(_any("subject", "550", "5.1.1"), _ask("subject", "matches", r"(?P<code>\b5\d\d\b)")),
         _do(("topic", "error"), ("tags", ["code {code}"])), new),
        (_ask("new-text", "matches", r"порт[а-я]* (?P<port>\d{2,5})"), _do(("tags", ["port {port}"])), new),
        (_all(_ask("attachment-kind", "in-list", ["program", "archive"]), {"not": _ask("from", "is", "work.example")}),
         _do(("tags", ["look out"]), ("priority", "low")), every),
        (_all(_any("subject", "моего имени", "in my name", "mijn naam"), _ask("is-follow-up", "is", "no")),
         _do(("queue", "abuse"), ("topic", "abuse"), ("priority", "high")), new),
        (_all(_ask("language", "is", "nl"), _any("subject", "versturen", "fout")), _do(("tags", ["nl sending"])), new),
        (_ask("new-text", "matches", r"(^|\W)(court|lawyer|суд|адвокат)\W"), _do(("priority", "urgent")), every),
    ]  # fmt: skip
    for number in range(20):
        words = (f"invoice {number}", f"счёт № {number}", f"factuur {number}")
        rare: list[Json] = [
            _all(_ask("from-domain", "is", f"partner{number}.example"), _any("subject", *words)),
            _all(_any("new-text", *words), {"not": _ask("subject", "starts", "re:")}),
            _all(_ask("to", "is", f"desk{number}@bench.example"), _ask("hour", "less", 7)),
            _ask("subject", "matches", rf"(?:ticket|заявка)\s*[№#]\s*{number}\d+"),
            _all(_ask("body-tag", "exists", name=f"order-{number}"), _ask("attachment-count", "greater", 0)),
        ]
        steps = _do(("queue", QUEUES[number % 4]), ("tags", [f"rare {number}"]))
        found.append((rare[number % 5], steps, new if number % 2 else every))
    return found


def _hints() -> list[tuple[Json, Json]]:
    found: list[tuple[Json, Json]] = [
        (_any("new-text", "пароль", "password", "wachtwoord"), {"topic": "sign-in"}),
        (_any("new-text", "не дошло", "not arrived", "niet aangekomen"), {"topic": "not-delivered"}),
        (_any("new-text", "папки", "folders", "mappen"), {"topic": "folders"}),
        (_any("new-text", "настройках программы", "mail program", "mailprogramma"), {"topic": "program"}),
        (_all(_any("new-text", "ссылками", "links"), _ask("language", "in-list", ["ru", "en", "nl"])),
         {"topic": "abuse"}),
        (_ask("attachment-kind", "is", "picture"), {"attention": "There is a screenshot"}),
        (_ask("letters-this-week", "greater", 2), {"attention": "Third letter this week"}),
        (_ask("misleading-link", "is", "yes"), {"attention": "Phishing link"}),
        (_all(_ask("dmarc", "is", "fail"), _any("new-text", "пароль", "password")), {"attention": "Not theirs?"}),
        (_ask("new-text", "matches", r"(?:порт|port|poort) (?P<port>\d+)"), {"topic": "program"}),
        (_ask("text", "matches", r"\b[45]\.\d{1,3}\.\d{1,3}\b"), {"topic": "error"}),
        (_all(_ask("earlier-open", "greater", 0), _ask("is-follow-up", "is", "no")), {"attention": "Has open tickets"}),
    ]  # fmt: skip
    for number in range(38):
        topic = {"topic": TOPICS[number % len(TOPICS)]}
        words = (f"ошибка {number}1", f"error {number}1", f"fout {number}1")
        rare: list[Json] = [
            _any("new-text", *words),
            _all(_any("subject", *words), _ask("language", "is", "ru")),
            _all(_ask("header", "contains", f"client {number}", name="X-Mailer"), _any("new-text", *words)),
            _ask("new-text", "matches", rf"(?:код|code)\s+{number}\d\d(\D|$)"),
            _all({"not": _ask("attachment-count", "is", 0)}, _ask("attachment-name", "contains", f"log{number}")),
        ]
        found.append((rare[number % 5], topic))
    return found
