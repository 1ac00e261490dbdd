"""A project's set-up leaves as a file, comes back, and starts another project."""

from __future__ import annotations

import json
from typing import Any

import pytest

from postline.projects.audit import broken_entries
from postline.projects.models import AuditEntry, Grant, Group, Mailbox, Membership, Person, Project, Queue
from postline.projects.rights import Forbidden, Right
from postline.projects.slugs import SlugTaken
from postline.setup.actions import Report, bring_in, likeness, preview, start_project
from postline.setup.document import Document, export, from_dict, read, write
from postline.setup.faults import WrongFile
from tests.scenes import ANNA, NOW, Department

NEWS: dict[str, Any] = {
    "groups": [{"slug": "billing", "name": "Счета"}],
    "queues": [
        {"slug": "refunds", "name": "Refunds", "parent": "money", "group": "billing"},
        {"slug": "money", "name": "Money", "group": "billing", "signature": "Your money people"},
        {"slug": "front", "name": "Front", "line": 1, "return_queue": "refunds", "target_minutes": 30},
    ],
    "mailboxes": [{"address": "Money@mail.example", "queue": "front", "sender_name": "Money"}],
    "people": [{"login": "olga", "email": "olga@staff.example", "roles": [{"role": "line2", "group": "billing"}]}],
}


def taken(d: Department, news: dict[str, Any], *, login: str = "admin", project: str = "mail") -> Report:
    return bring_in(d.reach(login), project=d.projects[project], document=from_dict(news), now=NOW)


def faults(d: Department, news: dict[str, Any]) -> list[str]:
    with pytest.raises(WrongFile) as caught:
        taken(d, news)
    return [f"{fault.place}: {fault.words}" for fault in caught.value.faults]


def as_file(d: Department, project: str = "mail") -> Document:
    return export(d.reach("admin"), d.projects[project])


def test_what_is_exported_changes_nothing_when_it_is_brought_in_again(d: Department) -> None:
    document = read(write(as_file(d)))
    before = AuditEntry.objects.count()
    report = bring_in(d.reach("admin"), project=d.projects["mail"], document=document, now=NOW)
    assert report.is_empty
    assert {name for name, done in report.done.items() if done.unchanged} == {
        "project", "groups", "queues", "topics", "automatic", "mailboxes", "people",
    }  # fmt: skip
    assert AuditEntry.objects.count() == before


def test_a_file_holds_no_secret(d: Department) -> None:
    Mailbox.objects.filter(project=d.projects["mail"]).update(
        incoming_password="sealed-thing", oauth_client_secret="x9"
    )
    assert b"sealed-thing" not in write(as_file(d))
    assert b"secret" not in write(as_file(d))


def test_groups_queues_mailboxes_and_people_of_a_file_are_made(d: Department) -> None:
    report = taken(d, NEWS)
    assert {name: sorted(done.added) for name, done in report.done.items()} == {
        "groups": ["billing"],
        "queues": ["front", "money", "refunds"],
        "mailboxes": ["money@mail.example"],
        "people": ["olga"],
    }
    refunds = Queue.objects.get(project=d.projects["mail"], slug="refunds")
    assert refunds.parent is not None
    assert (refunds.parent.slug, refunds.parent.signature) == ("money", "Your money people")
    assert Queue.objects.get(project=d.projects["mail"], slug="front").return_queue == refunds
    assert Mailbox.objects.get(address="money@mail.example").queue.slug == "front"
    assert Membership.objects.get(person__login="olga").group == Group.objects.get(slug="billing")
    assert list(broken_entries()) == []


HOURS = [
    {
        "slug": "day",
        "name": "День",
        "time_zone": "Europe/Moscow",
        "hours": {"0": [["09:00", "21:00"]], "4": [["09:00", "13:00"], ["14:00", "18:00"]]},
        "country": "NL",
        "exceptions": [{"day": "2026-12-31", "name": "Old year", "hours": []}],
        "of_project": True,
    },
    {"slug": "abuse-hours", "name": "Abuse", "of_queues": ["abuse"]},
]
TARGETS = [
    {"metric": "first-answer", "minutes": 480, "warn_minutes": 60},
    {
        "metric": "first-answer",
        "queue": "abuse",
        "minutes": 60,
        "steps": [{"act": "notify"}, {"after_minutes": 30, "act": "move", "queue": "web"}],
    },
]


def test_calendars_and_targets_of_a_file_are_made_and_leave_as_they_came(d: Department) -> None:
    report = taken(d, {"calendars": HOURS, "targets": TARGETS})
    assert report.done["calendars"].added == ["abuse-hours", "day"]
    assert report.done["targets"].added == ["first-answer", "first-answer / abuse"]
    assert taken(d, {"calendars": HOURS, "targets": TARGETS}).is_empty
    project = Project.objects.get(slug="mail")
    assert project.calendar is not None
    assert project.calendar.slug == "day"
    assert taken(d, json.loads(write(as_file(d)))).is_empty


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"calendars": [{"slug": "a", "name": "A", "hours": {"0": [["9", "21"]]}}]}, "calendars › a: The hours of we"),
        ({"calendars": [{"slug": "a", "name": "A", "country": "Narnia"}]}, "calendars › a: No holidays are known of"),
        ({"calendars": [{"slug": "a", "name": "A", "feed_url": "nowhere"}]}, "calendars › a: “nowhere” is no web add"),
        ({"calendars": [{"slug": "a", "name": "A", "of_queues": ["b"]}]}, "calendars › a: There is no queue “b”."),
        ({"targets": [{"metric": "solution", "minutes": 0}]}, "targets › solution: The setting “minutes” does not"),
        ({"targets": [{"metric": "solution", "minutes": 9, "queue": "b"}]}, "targets › solution / b: The setting “qu"),
    ],
)
def test_calendars_and_targets_that_cannot_be_are_named(d: Department, news: dict[str, Any], expected: str) -> None:
    (fault,) = faults(d, news)
    assert fault.startswith(expected)


RULES = [
    {
        "kind": "filter",
        "slug": "break-ins",
        "name": "Взлом",
        "enabled": True,
        "condition": {"all": [{"ask": "subject", "is": "contains", "value": "взлом"}]},
        "steps": [{"do": "queue", "value": "passwords"}, {"do": "priority", "value": "high"}],
    },
    {
        "kind": "hint",
        "slug": "third-letter",
        "name": "Third letter",
        "enabled": True,
        "weight": 80,
        "condition": {"ask": "letters-this-week", "is": "greater", "value": "2"},
        "suggestions": [{"attention": "Third letter this week"}],
    },
]


def test_filters_and_hints_of_a_file_are_made_and_leave_as_they_came(d: Department) -> None:
    assert taken(d, {"rules": RULES}).done["rules"].added == ["filter break-ins", "hint third-letter"]
    assert taken(d, {"rules": RULES}).is_empty
    assert taken(d, json.loads(write(as_file(d)))).is_empty


def test_a_rule_that_cannot_be_is_named_with_what_is_wrong(d: Department) -> None:
    broken = {**RULES[0], "condition": {"ask": "subject", "is": "matches", "value": "(a"}}
    elsewhere = {**RULES[0], "slug": "other", "steps": [{"do": "queue", "value": "nowhere"}]}
    found = faults(d, {"rules": [broken, elsewhere]})
    assert [one.split(": ")[0] for one in found] == ["rules › filter break-ins", "rules › filter other"]
    assert "nowhere" in found[1]


RIGHTS = [
    {"whom": "line:1", "where": "queue:web", "allow": ["see", "note"]},
    {"whom": "person:web", "forbid": ["close"]},
]


def test_rights_of_a_file_are_set_and_leave_as_they_came(d: Department) -> None:
    assert taken(d, {"rights": RIGHTS}).done["rights"].added == ["line:1 in queue:web", "person:web"]
    assert taken(d, {"rights": RIGHTS}).is_empty
    assert taken(d, json.loads(write(as_file(d)))).is_empty
    assert d.reach("line1").may(Right.SEE, d.queues["web"].pk)
    assert not d.reach("web").may(Right.CLOSE, d.queues["web"].pk)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"whom": "person:games1"}, "There is no such line, group, person or queue in the project."),
        ({"whom": "line:1", "where": "queue:nowhere"}, "There is no such line, group, person or queue"),
        ({"whom": "line:1", "allow": ["fly"]}, "The right “fly” cannot be set there."),
        ({"whom": "line:1", "allow": ["rights"]}, "The right “rights” cannot be set there."),
    ],
)
def test_rights_that_cannot_be_set_are_named(d: Department, entry: dict[str, Any], words: str) -> None:
    (fault,) = faults(d, {"rights": [entry]})
    assert words in fault


MORE: dict[str, Any] = {
    "topics": [
        {"slug": "app", "name": "Приложение", "parent": "money-back", "queue": "web"},
        {
            "slug": "money-back",
            "name": "Refund",
            "fields": [{"name": "order", "kind": "text", "label": {"en": "Order"}, "required": True}],
        },
    ],
    "templates": [
        {
            "slug": "thanks",
            "name": "Thanks",
            "queue": "web",
            "texts": {"en": "Hello{% if first_name %} {{ first_name }}{% endif %}!", "ru": "Спасибо!"},
        }
    ],
    "automatic": [
        {
            "answer_within_hours": 8,
            "of_queues": {"web": 4},
            "words": [{"occasion": "new", "language": "en", "subject": "Got {{ number }}", "text": "Hello."}],
        }
    ],
    "project": [{"slug": "mail", "name": "Mail", "colour": "green", "signature": "All of us", "languages": ["ru"]}],
}


def test_topics_templates_automatic_answers_and_looks_leave_as_they_came(d: Department) -> None:
    report = taken(d, MORE)
    assert report.done["topics"].added == ["money-back", "app"]
    assert report.done["templates"].added == ["thanks"]
    assert report.done["automatic"].changed == ["automatic"]
    assert taken(d, MORE).is_empty
    assert taken(d, json.loads(write(as_file(d)))).is_empty
    assert Project.objects.get(slug="mail").signature == "All of us"


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"topics": [{"slug": "a", "name": "A", "queue": "b"}]}, "topics › a: There is no queue “b”."),
        ({"topics": [{"slug": "a", "name": "A", "fields": [{"name": "x"}]}]}, "topics › a: A question of the form can"),
        ({"templates": [{"slug": "a", "name": "A", "texts": {"en": "{{ secret }}"}}]}, "templates › a: "),
        ({"templates": [{"slug": "a", "name": "A", "texts": {"en": "x"}, "topic": "b"}]}, "templates › a: "),
        (
            {
                "automatic": [
                    {"words": [{"occasion": "new", "language": "en", "subject": "{{ subject }}", "text": "x"}]}
                ]
            },
            "automatic › new / en: line 1: ",
        ),
        ({"automatic": [{"answer_within_hours": 0}]}, "automatic › automatic: The number of “answer_within_hours” is"),
    ],
)
def test_topics_and_texts_that_cannot_be_are_named(d: Department, news: dict[str, Any], expected: str) -> None:
    (fault,) = faults(d, news)
    assert fault.startswith(expected)


def test_what_a_file_does_not_name_stays(d: Department) -> None:
    before = set(Queue.objects.values_list("pk", flat=True))
    taken(d, NEWS)
    assert before < set(Queue.objects.filter(retired_at=None).values_list("pk", flat=True))


def test_a_second_time_changes_only_what_differs(d: Department) -> None:
    taken(d, NEWS)
    news = {**NEWS, "queues": [{**NEWS["queues"][1], "name": "Деньги"}, NEWS["queues"][0], NEWS["queues"][2]]}
    report = taken(d, news)
    assert (report.done["queues"].changed, report.done["queues"].added) == (["money"], [])
    assert Queue.objects.get(slug="money").name == "Деньги"


def test_a_look_at_what_would_happen_changes_nothing(d: Department) -> None:
    before = (Queue.objects.count(), AuditEntry.objects.count(), Person.objects.count())
    report = preview(d.reach("admin"), project=d.projects["mail"], document=from_dict(NEWS), now=NOW)
    assert sorted(report.done["queues"].added) == ["front", "money", "refunds"]
    assert (Queue.objects.count(), AuditEntry.objects.count(), Person.objects.count()) == before


def test_a_fault_at_the_end_takes_everything_back(d: Department) -> None:
    before = (Queue.objects.count(), Group.objects.count(), AuditEntry.objects.count())
    news = {**NEWS, "people": [{"login": "olga", "roles": [{"role": "line2", "group": "nobody"}]}]}
    assert faults(d, news) == ["people › olga: There is no group “nobody”."]
    assert (Queue.objects.count(), Group.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"queues": [{"slug": "a"}]}, "queues › 1 › name: This is missing."),
        ({"queues": [{"slug": "a", "name": "A", "lien": 1}]}, "queues › 1 › lien: This is not known here."),
        ({"queues": {}}, "queues: A list is expected."),
        ({"queues": [{"slug": "a", "name": 5}]}, "queues › 1 › name: Text is expected."),
        ({"queues": [{"slug": "a", "name": "A", "line": 3}]}, "queues › 1 › line: One of these is expected: 1 or 2."),
        ({"groups": [{"slug": "a", "name": "A"}, {"slug": "a", "name": "B"}]}, "groups › a: This is there twice."),
        ({"groups": [{"slug": "a", "name": "x" * 101}]}, "groups › 1 › name: This is too long: 100 letters at most."),
        ({"groups": [{"slug": "a", "name": " "}]}, "groups › 1 › name: This is empty."),
        ({"calendars": [{"slug": "a", "name": "A", "hours": {"x": []}}]}, "calendars › 1 › hours › x › [key]: It is "),
        ({"qeues": []}, "qeues: This is not known here."),
    ],
)
def test_what_has_a_wrong_form_is_named_with_its_place(news: dict[str, Any], expected: str) -> None:
    with pytest.raises(WrongFile) as caught:
        from_dict(news)
    assert f"{caught.value.faults[0].place}: {caught.value.faults[0].words}".startswith(expected)


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ({"groups": [{"slug": "Билл", "name": "A"}]}, "groups › Билл: “Билл” is no short name"),
        ({"queues": [{"slug": "a", "name": "A", "parent": "b"}]}, "queues › a: There is no queue “b”."),
        ({"queues": [{"slug": "web", "name": "A", "line": 1}]}, "queues › web: The queue is of the other line"),
        ({"mailboxes": [{"address": "no address", "queue": "inbox"}]}, "mailboxes › no address: address: Write an e-m"),
        ({"mailboxes": [{"address": "x@mail.example", "queue": ""}]}, "mailboxes › x@mail.example: A mailbox has a"),
        ({"people": [{"login": "x", "roles": []}]}, "people › x: A person has at least one role."),
        ({"people": [{"login": "x", "roles": [{"role": "admin"}]}]}, "people › x: The role “admin” does not fit here."),
        ({"project": [{"slug": "mail", "name": "Mail", "time_zone": "Mars"}]}, "project › mail: There is no time zone"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(d: Department, news: dict[str, Any], expected: str) -> None:
    (fault,) = faults(d, news)
    assert fault.startswith(expected)


def test_a_ring_of_queues_is_refused(d: Department) -> None:
    ring = [{"slug": "a", "name": "A", "parent": "b"}, {"slug": "b", "name": "B", "parent": "a"}]
    assert faults(d, {"queues": ring}) == ["queues › a: There is no queue “b”."]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This is no JSON"),
        (b"\xff\xfe{}", "It is no text in UTF-8."),
        (b"[]", "It is no set-up file of Postline."),
        (b'{"format": "postline-set-up", "version": 2}', "Its version is 2; this Postline reads version 1."),
        (b"[" * 100_000, "It is nested too deep"),
        (b'{"format": ' + b"9" * 5000 + b"}", "It is nested too deep, or has a number that is too long."),
    ],
)
def test_what_is_no_file_of_ours_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(WrongFile) as caught:
        read(content)
    assert caught.value.faults[0].words.startswith(words)


def test_what_a_database_cannot_keep_is_taken_out() -> None:
    content = b'{"format": "postline-set-up", "version": 1, "groups": [{"slug": "a", "name": "A\\u0000\\ud800B"}]}'
    (group,) = read(content)["groups"]
    assert "\0" not in group.written()["name"]
    assert group.written()["name"].encode()


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    content = json.dumps({"format": "postline-set-up", "version": 1, "groups": []}).encode("utf-8-sig")
    assert read(content) == {"groups": []}


def start_like_mail(d: Department, *, login: str = "admin", slug: str = "news") -> tuple[Project, Report]:
    document = likeness(d.reach(login), d.projects["mail"])
    return start_project(
        d.reach(login), slug=slug, name="Новости", language="ru", time_zone="Europe/Moscow", document=document, now=NOW
    )


def test_a_copy_of_a_project_has_everything_but_its_mailboxes_and_people(d: Department) -> None:
    project, report = start_like_mail(d)
    assert (project.slug, Project.objects.get(slug="news").name) == ("news", "Новости")
    assert (Project.objects.get(slug="news").language, project.time_zone) == ("ru", "Europe/Moscow")
    assert report.done["queues"].added
    of = {slug: export(d.reach("admin"), one) for slug, one in (("mail", d.projects["mail"]), ("news", project))}
    assert of["news"]["queues"] == of["mail"]["queues"]
    assert of["news"]["groups"] == of["mail"]["groups"]
    assert (list(of["news"]["mailboxes"]), list(of["news"]["people"])) == ([], [])


def test_a_taken_short_name_leaves_no_half_of_a_project(d: Department) -> None:
    before = Queue.objects.count()
    with pytest.raises(SlugTaken):
        start_like_mail(d, slug="games")
    assert Queue.objects.count() == before


@pytest.mark.parametrize("login", ["lead", "line1", "auditor", "games1"])
def test_who_may_not_set_up_brings_nothing_in_and_copies_nothing(d: Department, login: str) -> None:
    with pytest.raises(Forbidden):
        taken(d, NEWS, login=login)
    with pytest.raises(Forbidden):
        start_like_mail(d, login=login)
    with pytest.raises(Forbidden):
        start_project(d.reach(login), slug="news", name="News", language="en", time_zone="UTC", document={}, now=NOW)


def test_a_person_of_another_project_is_not_taken_over_by_a_file(d: Department) -> None:
    chief = Person.objects.create(login="chief", created_at=NOW)
    Membership.objects.create(person=chief, project=d.projects["mail"], role="project-admin")
    d.people["chief"] = chief
    news = {"people": [{"login": "games1", "roles": [{"role": "line1"}]}]}
    with pytest.raises(WrongFile) as caught:
        taken(d, news, login="chief")
    assert caught.value.faults[0].words == "Somebody outside this project has the login “games1”."
    assert Membership.objects.get(person=d.people["games1"]).project == d.projects["games"]


@pytest.mark.parametrize("missing", ["filters", "hints"])
def test_filters_and_hints_leave_and_come_with_the_rights_to_both(d: Department, missing: str) -> None:
    mail, lead = d.projects["mail"], d.people["lead"]
    Grant.objects.create(project=mail, person=lead, right="set-up", allowed=True, set_at=NOW)
    hint = {"kind": "hint", "slug": "vip", "name": "VIP", "condition": {"ask": "from", "is": "is", "value": ANNA[1]}}
    news = {"rules": [{**hint, "suggestions": [{"attention": "VIP"}]}]}
    taken(d, news, login="lead")
    assert "rules" in export(d.reach("lead"), mail)

    Grant.objects.create(project=mail, person=lead, right=missing, allowed=False, set_at=NOW)

    assert "rules" not in export(d.reach("lead"), mail)
    with pytest.raises(Forbidden, match=missing):
        taken(d, news, login="lead")


def test_a_file_gives_nobody_more_than_whoever_brings_it_in_has(d: Department) -> None:
    mail = d.projects["mail"]
    for right in ("set-up", "staff", "queues"):
        Grant.objects.create(project=mail, person=d.people["passwords"], right=right, allowed=True, set_at=NOW)

    for news in (
        {"people": [{"login": "passwords", "roles": [{"role": "lead"}]}]},
        {"people": [{"login": "friend", "roles": [{"role": "line1"}]}]},
        {"people": [{"login": "passwords", "roles": [{"role": "line2", "group": "abuse"}]}]},
        {"queues": [{"slug": "vulnerabilities", "name": "V", "group": "abuse"}]},
        {"queues": [{"slug": "web", "name": "Web", "group": "passwords"}]},
    ):
        before = d.reach("passwords").queues, Membership.objects.count()
        with pytest.raises(WrongFile):
            taken(d, news, login="passwords")
        assert (d.reach("passwords").queues, Membership.objects.count()) == before


def test_whoever_lost_the_right_while_they_waited_brings_nothing_in(d: Department) -> None:
    mail = d.projects["mail"]
    set_up = Grant.objects.create(project=mail, person=d.people["lead"], right="set-up", allowed=True, set_at=NOW)
    waiting = d.reach("lead")
    set_up.delete()
    with pytest.raises(Forbidden):
        bring_in(waiting, project=mail, document=from_dict({"queues": NEWS["queues"][:0]}), now=NOW)
