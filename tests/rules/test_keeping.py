"""Rules are set up by whoever may; each change is a version, and who comes second sees what the first changed."""

from __future__ import annotations

import pytest

from postline.projects import changes
from postline.projects.managed import NothingThere
from postline.projects.models import AuditEntry
from postline.projects.rights import Forbidden
from postline.projects.slugs import SlugTaken, WrongSlug
from postline.rules import filters, hints, keeping, queries, versions
from postline.rules.checks import Draft, WrongRule
from postline.rules.conditions import Json
from postline.rules.models import Rule, RuleKind, RuleSet, RuleVersion
from tests.rules.scenes import ALWAYS, asks, does, filter_that, hint_that
from tests.scenes import NOW, Department

DRAFT = Draft(name="Invoices", condition=asks("subject", "contains", "invoice"), steps=[does("queue", "web")])


def test_a_new_filter_is_the_last_and_switched_off(d: Department) -> None:
    filter_that(d, does("tags", ["a"]))
    rule = filters.add(d.reach("lead"), d.projects["mail"], slug="invoices", draft=DRAFT, now=NOW)
    assert (rule.position, rule.enabled, rule.version, rule.changed_by) == (1, False, 1, d.people["lead"])
    entry = AuditEntry.objects.get(action="filter.created", target="filter:mail/invoices")
    assert entry.detail["after"] == {"name": "Invoices", "version": 1}


@pytest.mark.parametrize("login", ["line1", "trainee", "games1", "auditor", "passwords"])
def test_who_may_not_set_up_filters_or_hints_does_not(d: Department, login: str) -> None:
    reach, mail = d.reach(login), d.projects["mail"]
    rule, hint = filter_that(d, does("tags", ["a"])), hint_that(d, {"attention": "!"})
    with pytest.raises(Forbidden):
        filters.add(reach, mail, slug="x", draft=DRAFT, now=NOW)
    with pytest.raises(Forbidden):
        filters.change(reach, rule_id=rule.pk, draft=DRAFT, seen=0, now=NOW)
    with pytest.raises(Forbidden):
        filters.switch(reach, rule_id=rule.pk, enabled=False, now=NOW)
    with pytest.raises(Forbidden):
        filters.reorder(reach, mail, order=[rule.pk], now=NOW)
    with pytest.raises(Forbidden):
        filters.delete(reach, rule_id=rule.pk, now=NOW)
    with pytest.raises(Forbidden):
        hints.switch(reach, rule_id=hint.pk, enabled=False, now=NOW)
    with pytest.raises(Forbidden):
        queries.rules_of(reach, mail, RuleKind.FILTER)
    with pytest.raises(NothingThere):
        queries.rule_for(reach, "mail", RuleKind.FILTER, rule.slug)


def test_a_lead_of_one_project_reaches_no_rule_of_another(d: Department) -> None:
    rule = filter_that(d, does("tags", ["a"]), project="games")
    with pytest.raises(Forbidden):
        filters.delete(d.reach("lead"), rule_id=rule.pk, now=NOW)
    with pytest.raises(NothingThere):
        queries.rule_for(d.reach("lead"), "games", RuleKind.FILTER, rule.slug)
    assert queries.rule_for(d.reach("admin"), "games", RuleKind.FILTER, rule.slug) == rule


def test_a_filter_cannot_be_reached_as_a_hint(d: Department) -> None:
    rule = filter_that(d, does("tags", ["a"]))
    with pytest.raises(Rule.DoesNotExist):
        hints.delete(d.reach("lead"), rule_id=rule.pk, now=NOW)


def test_short_names_are_right_and_given_once_among_those_that_are_there(d: Department) -> None:
    rule = filter_that(d, does("tags", ["a"]), slug="one")
    for wrong in ("", "Has Spaces", "new"):
        with pytest.raises(WrongSlug):
            filters.add(d.reach("lead"), d.projects["mail"], slug=wrong, draft=DRAFT, now=NOW)
    with pytest.raises(SlugTaken):
        filters.add(d.reach("lead"), d.projects["mail"], slug="one", draft=DRAFT, now=NOW)
    hint_that(d, {"attention": "!"}, slug="one")
    filters.delete(d.reach("lead"), rule_id=rule.pk, now=NOW)
    filters.add(d.reach("lead"), d.projects["mail"], slug="one", draft=DRAFT, now=NOW)
    assert Rule.objects.filter(kind="filter", slug="one").count() == 2  # the first is kept for the history


def test_each_change_is_a_version_with_its_author_and_what_differs(d: Department) -> None:
    rule = filters.add(d.reach("lead"), d.projects["mail"], slug="invoices", draft=DRAFT, now=NOW)
    other = Draft(name="Bills", condition=DRAFT.condition, steps=[does("queue", "abuse")])
    seen = changes.last_change(keeping.target(rule))
    assert filters.change(d.reach("admin"), rule_id=rule.pk, draft=other, seen=seen, now=NOW)
    assert not filters.change(d.reach("admin"), rule_id=rule.pk, draft=other, seen=seen + 1, now=NOW)

    second, first = versions.versions_of(rule)
    assert (first.version, first.person) == (1, d.people["lead"])
    assert (second.version, second.person) == (2, d.people["admin"])
    assert [(one.field, one.before, one.after) for one in versions.difference(first, second)] == [
        ("name", "Invoices", "Bills"),
        ("steps", [does("queue", "web")], [does("queue", "abuse")]),
    ]
    assert {one.field for one in versions.difference(None, first)} == {
        "name",
        "condition",
        "steps",
        "weight",
        "acts_on",
    }
    detail = AuditEntry.objects.get(action="filter.changed").detail
    assert detail["before"] == {"name": "Invoices", "steps": "", "version": 1}  # the words stand in the version
    assert queries.names_of([(rule.pk, 1), (rule.pk, 2)]) == {(rule.pk, 1): "Invoices", (rule.pk, 2): "Bills"}


def test_who_comes_second_sees_what_the_first_changed(d: Department) -> None:
    rule = filters.add(d.reach("lead"), d.projects["mail"], slug="invoices", draft=DRAFT, now=NOW)
    seen = changes.last_change(keeping.target(rule))
    mine = Draft(name="Mine", condition=DRAFT.condition, steps=DRAFT.steps)
    filters.change(d.reach("admin"), rule_id=rule.pk, draft=mine, seen=seen, now=NOW)
    with pytest.raises(changes.ChangedMeanwhile) as missed:
        filters.change(d.reach("admin"), rule_id=rule.pk, draft=DRAFT, seen=seen, now=NOW)
    assert [entry.detail["after"]["name"] for entry in missed.value.entries] == ["Mine"]
    assert Rule.objects.get(pk=rule.pk).name == "Mine"
    assert RuleVersion.objects.filter(rule=rule).count() == 2


def test_every_change_tells_the_workers_that_the_rules_are_others(d: Department) -> None:
    rule = filter_that(d, does("tags", ["a"]))

    def version() -> int:
        return RuleSet.objects.get(project=d.projects["mail"]).version

    marks = [version()]
    filters.change(d.reach("lead"), rule_id=rule.pk, draft=DRAFT, seen=10**9, now=NOW)
    marks.append(version())
    filters.switch(d.reach("lead"), rule_id=rule.pk, enabled=False, now=NOW)
    marks.append(version())
    filters.delete(d.reach("lead"), rule_id=rule.pk, now=NOW)
    marks.append(version())
    assert len(set(marks)) == len(marks)


def test_the_order_names_each_of_them_once(d: Department) -> None:
    one, two = filter_that(d, does("tags", ["a"])), filter_that(d, does("tags", ["b"]))
    reach, mail = d.reach("lead"), d.projects["mail"]
    for wrong in ([one.pk], [one.pk, one.pk], [one.pk, two.pk, 0]):
        with pytest.raises(keeping.WrongOrder):
            filters.reorder(reach, mail, order=wrong, now=NOW)
    filters.reorder(reach, mail, order=[two.pk, one.pk], seen=0, now=NOW)
    assert list(queries.rules_of(reach, mail, RuleKind.FILTER)) == [two, one]
    assert AuditEntry.objects.get(action="filter.reordered").detail["after"] == {"order": "filter-2, filter-1"}
    with pytest.raises(changes.ChangedMeanwhile):
        filters.reorder(reach, mail, order=[one.pk, two.pk], seen=0, now=NOW)


def test_what_is_wrong_is_not_kept_and_told_with_its_place(d: Department) -> None:
    draft = Draft(
        name="",
        condition={"all": [asks("subject", "matches", "order (\\d+"), asks("queue", "is", "gone")]},
        steps=[],
    )
    with pytest.raises(WrongRule) as wrong:
        filters.add(d.reach("lead"), d.projects["mail"], slug="x", draft=draft, now=NOW)
    found = {problem.path: problem.sentence("en") for problem in wrong.value.problems}
    assert found == {
        ("name",): "Give it a name of at most 100 characters.",
        ("condition", "all", 0, "value"): (
            "The regular expression is wrong at character 7, “(”: a bracket is not closed."
        ),
    }
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (does("queue", "gone"), "unknown-queue"),
        (does("queue", "games/inbox"), "unknown-queue"),
        (does("topic", "gone"), "unknown-topic"),
        (does("group", "gone"), "unknown-group"),
        (does("owner", "games1"), "unknown-person"),
        (does("priority", "highest"), "unknown-choice"),
        (does("tags", []), "empty-value"),
        (does("tags", ["x" * 65]), "value-too-long"),
        (does("tags", ["{nobody}"]), "unknown-group-name"),
        (does("note", "  "), "empty-value"),
        (does("language", "Dutch"), "unknown-language"),
        (does("field", "x"), "needs-name"),
        (does("stop", "now"), "needs-no-value"),
        (does("dance"), "unknown-step"),
        ({"do": "stop", "when": 1}, "unknown-key"),
        ({"do": ["stop"]}, "unknown-step"),
        (does("tags", ["a", "b\0"]), "no-text"),
        (does("field", "x", name="\ud800"), "no-text"),
        ("stop", "unknown-step"),
    ],
)
def test_a_step_that_cannot_be_done_is_not_kept(d: Department, step: object, code: str) -> None:
    draft = Draft(name="x", condition=ALWAYS, steps=[does("stop"), step])
    with pytest.raises(WrongRule) as wrong:
        filters.add(d.reach("lead"), d.projects["mail"], slug="x", draft=draft, now=NOW)
    (problem,) = wrong.value.problems
    assert (problem.code, problem.path[:2]) == (code, ("steps", 1))
    assert all(problem.sentence(language) for language in ("en", "ru", "nl"))


@pytest.mark.parametrize(
    ("suggestion", "code"),
    [
        ({"topic": "gone"}, "unknown-topic"),
        ({"attention": ""}, "empty-value"),
        ({"attention": "x" * 201}, "value-too-long"),
        ({"dance": "x"}, "unknown-suggestion"),
        ({"topic": "display", "attention": "x"}, "no-suggestion"),
        ("topic", "no-suggestion"),
        ({"attention": "x\0"}, "no-text"),
    ],
)
def test_a_suggestion_that_nobody_understands_is_not_kept(d: Department, suggestion: object, code: str) -> None:
    draft = Draft(name="x", condition=ALWAYS, suggestions=[suggestion])
    with pytest.raises(WrongRule) as wrong:
        hints.add(d.reach("lead"), d.projects["mail"], slug="x", draft=draft, now=NOW)
    assert [problem.code for problem in wrong.value.problems] == [code]


@pytest.mark.parametrize(
    "condition",
    [
        asks("subject", "contains", "a\0b"),
        asks("subject", "matches", "a\0b"),
        asks("from", "in-list", ["a@user.example", "\ud800.example"]),
        asks("header", "is", "a", name="X\0"),
    ],
)
def test_what_no_database_can_hold_is_pointed_out(d: Department, condition: Json) -> None:
    """A file may say it."""
    draft = Draft(name="x", condition=condition, steps=[does("stop")])
    with pytest.raises(WrongRule) as wrong:
        filters.add(d.reach("lead"), d.projects["mail"], slug="x", draft=draft, now=NOW)
    assert [problem.code for problem in wrong.value.problems] == ["no-text"]


def test_one_that_names_what_is_gone_is_not_switched_on(d: Department) -> None:
    rule = filter_that(d, does("topic", "display"), on=False)
    d.topics["display"].delete()
    with pytest.raises(WrongRule):
        filters.switch(d.reach("lead"), rule_id=rule.pk, enabled=True, now=NOW)
    assert not Rule.objects.get(pk=rule.pk).enabled
