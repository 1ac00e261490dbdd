"""Rules go out as a file and come in again, whole or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from postline.projects.models import Topic
from postline.projects.rights import Forbidden
from postline.rules.conditions import Json
from postline.rules.exchange import WrongFile, export, import_
from postline.rules.models import ActsOn, Rule
from tests.rules.scenes import asks, does, filter_that, hint_that
from tests.scenes import NOW, Department


def written(d: Department) -> list[dict[str, Json]]:
    """What the project of mail has, as it comes out of a file."""
    found: list[dict[str, Json]] = json.loads(json.dumps(export(d.projects["mail"])))
    return found


@pytest.fixture
def rules(d: Department) -> None:
    filter_that(d, does("tags", ["a"]), slug="first", when=asks("subject", "contains", "a"))
    filter_that(d, does("queue", "inbox"), does("stop"), slug="second", acts_on=ActsOn.ALL, on=False)
    hint_that(d, {"topic": "display"}, slug="first", weight=70)


@pytest.mark.usefixtures("rules")
def test_what_goes_out_comes_in_the_same(d: Department) -> None:
    data = written(d)
    Topic.objects.create(project=d.projects["games"], slug="display", name="Display")
    report = import_(d.reach("admin"), d.projects["games"], data, now=NOW)
    assert report.added == ["filter first", "filter second", "hint first"]
    assert export(d.projects["games"]) == data
    again = import_(d.reach("admin"), d.projects["games"], data, replace=True, now=NOW)
    assert (again.same, again.changed, again.deleted) == (report.added, [], [])
    assert [fault.problem.code for fault in again.warnings] == ["always", "always"]


@pytest.mark.usefixtures("rules")
def test_a_file_changes_what_it_names_and_leaves_the_rest_unless_it_replaces(d: Department) -> None:
    data = written(d)
    extra = filter_that(d, does("stop"), slug="extra")
    data[0]["steps"] = [does("tags", ["b"])]
    first, second, hint = data
    report = import_(d.reach("lead"), d.projects["mail"], [second, first], now=NOW)
    assert (report.changed, report.same, report.deleted) == (["filter first"], ["filter second"], [])
    assert Rule.objects.get(slug="first", kind="filter").version == 2
    report = import_(d.reach("lead"), d.projects["mail"], [second, first, hint], replace=True, now=NOW)
    assert report.deleted == ["filter extra"]
    assert [one["slug"] for one in written(d)] == ["second", "first", "first"]
    extra.refresh_from_db()
    assert extra.deleted_at == NOW


@pytest.mark.usefixtures("rules")
def test_what_is_wrong_is_named_with_its_rule_and_place_and_nothing_is_done(d: Department) -> None:
    data = written(d)
    data[0]["steps"] = [does("tags", ["changed"])]
    data[1]["steps"] = [does("queue", "gone")]
    data[2]["condition"] = {"all": [asks("subject", "matches", "(")]}
    strange: list[Any] = [
        {"kind": "filter", "slug": "first", "name": "twice", "condition": {}, "steps": []},
        {"kind": "macro", "slug": "x"},
        {"kind": "hint", "slug": "Not a slug", "name": "x"},
        {"kind": "hint", "slug": "y", "name": 5},
        {"kind": "hint", "slug": "z", "name": "z", "color": "red"},
        7,
    ]
    data += strange
    before = written(d)
    with pytest.raises(WrongFile) as wrong:
        import_(d.reach("lead"), d.projects["mail"], data, now=NOW)
    assert [(fault.rule, fault.problem.path, fault.problem.code) for fault in wrong.value.faults] == [
        ("filter second", ("steps", 0, "value"), "unknown-queue"),
        ("hint first", ("condition", "all", 0, "value"), "bad-pattern"),
        ("first", ("slug",), "twice"),
        ("x", ("kind",), "no-rule"),
        ("Not a slug", ("slug",), "wrong-slug"),
        ("y", ("name",), "wrong-value"),
        ("z", (), "unknown-key"),
        ("#9", ("kind",), "no-rule"),
    ]
    assert all(fault.problem.sentence(language) for fault in wrong.value.faults for language in ("en", "ru", "nl"))
    assert written(d) == before


@pytest.mark.parametrize("data", [None, {}, "x", 3, [None], [[]], [{}]])
def test_what_is_no_list_of_rules_is_refused(d: Department, data: Json) -> None:
    with pytest.raises(WrongFile):
        import_(d.reach("lead"), d.projects["mail"], data, now=NOW)


@pytest.mark.usefixtures("rules")
def test_who_may_not_set_up_rules_reads_none_in(d: Department) -> None:
    for login in ("line1", "games1"):
        with pytest.raises(Forbidden):
            import_(d.reach(login), d.projects["mail"], written(d), now=NOW)
    with pytest.raises(Forbidden):
        import_(d.reach("lead"), d.projects["games"], [], replace=True, now=NOW)
    assert Rule.objects.filter(project=d.projects["games"]).count() == 0
