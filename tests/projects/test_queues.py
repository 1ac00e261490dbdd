"""Queues are made, changed and put in order by their rules."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction

from postline.kit.sql import rows
from postline.projects import queues
from postline.projects.changes import ChangedMeanwhile, last_change
from postline.projects.managed import queues_of
from postline.projects.models import AuditEntry, Grant, Line, Queue
from postline.projects.queues import NotInUse, QueueSettings, WrongQueueSetting
from postline.projects.rights import Forbidden, Right
from postline.projects.slugs import SlugTaken, WrongSlug
from tests.scenes import NOW, Department, department
from tests.waiting import until


def make(
    d: Department, slug: str = "extra", *, login: str = "admin", line: Line = Line.SECOND, **values: object
) -> Queue:
    settings = replace(QueueSettings(name="New"), **values)  # type: ignore[arg-type]
    return queues.create_queue(
        d.reach(login), project=d.projects["mail"], slug=slug, line=line, settings=settings, now=NOW
    )


def test_a_queue_that_was_made_stands_last_and_in_the_audit_log(d: Department) -> None:
    queue = make(d, group=d.groups["web"], private=True, target_minutes=90)

    assert [row.slug for row in queues_of(d.projects["mail"])][-1] == "extra"
    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.target) == ("queue.created", "queue:mail/extra")
    assert entry.detail["project"] == d.projects["mail"].pk
    assert entry.detail["after"]["group"] == "web"
    assert queue.position == 6


@pytest.mark.parametrize("slug", ["", "-x", "x-", "Почта", "UP", "a b", "new/../x", "x" * 51])
def test_a_short_name_fits_into_an_address(d: Department, slug: str) -> None:
    with pytest.raises(WrongSlug):
        make(d, slug)


def test_a_short_name_is_taken_once(d: Department) -> None:
    Queue.objects.filter(slug="web").update(retired_at=NOW)

    with pytest.raises(SlugTaken):
        make(d, "web")


@pytest.mark.parametrize("login", ["line1", "passwords", "games1", "auditor"])
def test_who_does_not_manage_the_project_makes_no_queue(d: Department, login: str) -> None:
    with pytest.raises(Forbidden):
        make(d, "other", login=login)


def test_settings_that_do_not_fit_are_refused_by_name(d: Department) -> None:
    wrong: list[tuple[str, Line, dict[str, object]]] = [
        ("parent", Line.SECOND, {"parent": d.queues["inbox"]}),
        ("parent", Line.SECOND, {"parent": d.queues["games/accounts"]}),
        ("group", Line.FIRST, {"group": d.groups["web"]}),
        ("private", Line.SECOND, {"private": True}),
        ("private", Line.FIRST, {"private": True}),
        ("return_queue", Line.SECOND, {"return_queue": d.queues["web"]}),
        ("return_queue", Line.FIRST, {"return_queue": d.queues["inbox"]}),
        ("return_queue", Line.FIRST, {"return_queue": d.queues["games/accounts"]}),
        ("target_minutes", Line.SECOND, {"target_minutes": 0}),
        ("signature", Line.SECOND, {"signature": "x" * 2001}),
    ]
    for field, line, values in wrong:
        with pytest.raises(WrongQueueSetting) as refused:
            make(d, "other", line=line, **values)  # type: ignore[arg-type]
        assert refused.value.field == field


def test_a_queue_does_not_stand_below_itself(d: Department) -> None:
    child = make(d, "child", parent=d.queues["web"])

    with pytest.raises(WrongQueueSetting):
        queues.change_queue(
            d.reach("admin"),
            queue_id=d.queues["web"].pk,
            settings=QueueSettings(name="Web", parent=child),
            seen=0,
            now=NOW,
        )


def test_the_second_of_two_sees_what_the_first_changed(d: Department) -> None:
    def rename(name: str) -> bool:
        settings = QueueSettings(name=name, group=d.groups["web"])
        return queues.change_queue(d.reach("admin"), queue_id=d.queues["web"].pk, settings=settings, seen=0, now=NOW)

    assert not rename("Web")
    assert rename("Pages")
    with pytest.raises(ChangedMeanwhile) as refused:
        rename("Sites")
    assert refused.value.entries[0].detail["after"] == {"name": "Pages"}


@pytest.mark.django_db(transaction=True)
def test_two_queues_are_not_put_below_each_other_at_the_same_moment() -> None:
    d = department()
    one, two = make(d, "one"), make(d, "two")
    refused: list[str] = []

    def put_below(queue: Queue, parent: Queue) -> None:
        settings = QueueSettings(name=queue.name, parent=parent)
        seen = last_change(queues.target(queue))
        queues.change_queue(d.reach("admin"), queue_id=queue.pk, settings=settings, seen=seen, now=NOW)

    def be_second() -> None:
        try:
            put_below(two, one)
        except WrongQueueSetting as error:
            refused.append(error.reason)
        finally:
            connection.close()

    second = threading.Thread(target=be_second)
    with transaction.atomic():
        put_below(one, two)
        second.start()
        until(lambda: rows("SELECT 1 FROM pg_locks WHERE NOT granted", []))
    second.join(10)

    assert refused == ["below-itself"]


def test_a_queue_changes_places_with_its_sister(d: Department) -> None:
    def order() -> list[str]:
        return [queue.slug for queue in queues_of(d.projects["mail"])]

    first = order()
    queues.shift_queue(d.reach("admin"), queue_id=d.queues["web"].pk, up=True, now=NOW)
    assert order().index("web") == first.index("web") - 1
    queues.shift_queue(d.reach("admin"), queue_id=d.queues["web"].pk, up=False, now=NOW)
    assert order() == first
    queues.shift_queue(d.reach("admin"), queue_id=d.queues["inbox"].pk, up=True, now=NOW)
    assert order() == first


def test_a_queue_that_is_being_emptied_is_not_changed(d: Department) -> None:
    Queue.objects.filter(slug="web").update(successor=d.queues["passwords"])

    with pytest.raises(NotInUse):
        queues.change_queue(
            d.reach("admin"), queue_id=d.queues["web"].pk, settings=QueueSettings(name="X"), seen=0, now=NOW
        )


@pytest.mark.parametrize(
    ("login", "queue", "values"),
    [
        ("passwords", "vulnerabilities", {"private": False}),  # it would be seen
        ("passwords", "web", {"group": "passwords"}),  # it is seen, but not worked in
        ("lead", "vulnerabilities", {"private": False}),  # a rule has closed it to the lead
    ],
)
def test_nobody_opens_a_queue_further_than_it_is_open_to_them(
    d: Department, login: str, queue: str, values: dict[str, object]
) -> None:
    trust_with_queues(d, "passwords")
    close_to_lead(d, "vulnerabilities")
    it = d.queues[queue]
    if "group" in values:
        values = {"group": d.groups["passwords"]}
    settings = replace(queues.settings_of(it), **values)  # type: ignore[arg-type]
    with pytest.raises(WrongQueueSetting, match="gives-more"):
        queues.change_queue(d.reach(login), queue_id=it.pk, settings=settings, seen=0, now=NOW)
    assert Queue.objects.get(pk=it.pk).private == it.private
    assert Queue.objects.get(pk=it.pk).group == it.group


def test_what_opens_nothing_is_changed_by_whoever_sets_up_queues(d: Department) -> None:
    trust_with_queues(d, "passwords")
    web = d.queues["web"]
    settings = replace(queues.settings_of(web), name="Website")
    assert queues.change_queue(d.reach("passwords"), queue_id=web.pk, settings=settings, seen=0, now=NOW)
    settings = replace(queues.settings_of(d.queues["passwords"]), private=True)
    key = d.queues["passwords"].pk
    assert queues.change_queue(d.reach("passwords"), queue_id=key, settings=settings, seen=0, now=NOW)


def test_a_lead_gives_a_queue_to_another_group(d: Department) -> None:
    web = d.queues["web"]
    settings = replace(queues.settings_of(web), group=d.groups["passwords"])
    assert queues.change_queue(d.reach("lead"), queue_id=web.pk, settings=settings, seen=0, now=NOW)
    assert d.reach("passwords").may(Right.ANSWER, web.pk)


def trust_with_queues(d: Department, login: str) -> None:
    """They set up queues from now on."""
    Grant.objects.create(project=d.projects["mail"], person=d.people[login], right="queues", allowed=True, set_at=NOW)


def close_to_lead(d: Department, slug: str) -> None:
    """The lead does not see this queue any more."""
    Grant.objects.create(
        project=d.projects["mail"], person=d.people["lead"], queue=d.queues[slug], right="see", allowed=False,
        set_at=NOW,
    )  # fmt: skip
