"""A queue is retired: what filters, hints and templates say of it holds for the queue that takes over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from postline.projects.models import Queue
from postline.rules.loaded import load
from postline.rules.models import Rule, Template
from postline.rules.references import references_of
from postline.rules.templates import change
from postline.rules.templates.change import TemplateSettings, Words
from postline.rules.templates.queries import offered
from postline.tickets.actions.retire_queue import NeedsSuccessor, leads_to, retire
from tests.rules.scenes import asks, does, filter_that, hint_that
from tests.scenes import NOW, Department, letter

LATER = NOW + timedelta(minutes=5)


def retire_web(d: Department, successor: str | None = "passwords") -> None:
    heir = d.queues[successor] if successor else None
    retire(d.reach("admin"), queue_id=d.queues["web"].pk, successor=heir, now=LATER)


def test_filters_hints_and_templates_that_name_it_are_named_and_need_a_successor(d: Department) -> None:
    d.queues["web"].mailboxes.update(queue=d.queues["inbox"])
    Queue.objects.filter(return_queue=d.queues["web"]).update(return_queue=None)
    d.queues["web"].topics.update(queue=None)
    filter_that(d, does("queue", "web"), slug="moves", on=False)
    filter_that(d, does("tags", ["x"]), slug="elsewhere")
    hint_that(d, {"attention": "Look"}, when={"not": asks("queue", "in-list", ["web", "abuse"])}, slug="looks")
    settings = TemplateSettings(name="Cache", queue=d.queues["web"], texts={"en": Words("", "Empty the cache.")})
    change.add(d.reach("admin"), project=d.projects["mail"], slug="cache", settings=settings, now=NOW)

    found = {code: names for code, names in leads_to(d.queues["web"]).items() if names}
    assert found == {"filters": ["Moves"], "hints": ["Looks"], "templates": ["Cache"]}
    with pytest.raises(NeedsSuccessor):
        retire_web(d, None)


def test_rules_name_the_successor_in_a_new_version_by_who_retired(d: Department) -> None:
    when = {"all": [asks("subject", "contains", "page"), {"any": [asks("queue", "is", "web")]}]}
    rule = filter_that(d, does("queue", "web"), does("note", "web"), when=when)
    listed = hint_that(d, {"attention": "Look"}, when=asks("queue", "in-list", ["passwords", "web"]))

    retire_web(d)

    rule, listed = Rule.objects.get(pk=rule.pk), Rule.objects.get(pk=listed.pk)
    assert rule.steps == [does("queue", "passwords"), does("note", "web")]
    assert rule.condition["all"][1] == {"any": [asks("queue", "is", "passwords")]}
    assert listed.condition["value"] == ["passwords"]
    assert (rule.version, rule.enabled, rule.changed_by) == (2, True, d.people["admin"])
    assert rule.versions.get(version=1).steps[0] == does("queue", "web")
    assert not load(d.projects["mail"]).unusable


def test_a_filter_that_means_the_last_queue_of_a_group_goes_on(d: Department) -> None:
    Queue.objects.filter(group=d.groups["web"]).exclude(slug="web").update(group=d.groups["abuse"])
    rule = filter_that(d, does("group", "web"))
    assert leads_to(d.queues["web"])["filters"] == [rule.name]

    retire_web(d)

    assert Rule.objects.get(pk=rule.pk).steps == [does("queue", "passwords")]


def test_a_template_of_the_queue_is_offered_in_the_one_that_takes_over(d: Department) -> None:
    settings = TemplateSettings(name="Cache", queue=d.queues["web"], texts={"en": Words("", "Empty the cache.")})
    change.add(d.reach("admin"), project=d.projects["mail"], slug="cache", settings=settings, now=NOW)

    retire_web(d)

    template = Template.objects.get(slug="cache")
    assert (template.queue_was, template.version) == ("passwords", 2)
    assert offered(letter(d, queue="passwords")) == [template]


def test_the_successor_keeps_its_own_name_in_conditions(d: Department) -> None:
    filter_that(d, does("tags", ["x"]), when=asks("queue", "is", "passwords"))
    retire_web(d)
    Queue.objects.filter(slug="web").update(position=99)

    assert references_of(d.projects["mail"]).find("queue", "web") == d.queues["passwords"].pk
    assert load(d.projects["mail"]).slug("queue", d.queues["passwords"].pk) == "passwords"
