"""What is pointed out of a rule that can be kept all the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from postline.rules.checks import Draft, problems_of_rule
from postline.rules.conditions import Json
from postline.rules.models import ActsOn, Rule
from postline.rules.references import references_of
from tests.rules.scenes import ALWAYS, asks, does, filter_that
from tests.scenes import Department


def warnings(d: Department, draft: Draft, others: Sequence[Rule] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    mail = d.projects["mail"]
    found = problems_of_rule(mail, "filter", draft, references_of(mail), others=others)
    assert not any(problem.is_error for problem in found), found
    assert all(problem.sentence(language) for problem in found for language in ("en", "ru", "nl"))
    return [(problem.path, problem.code) for problem in found]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (ALWAYS, [(("condition",), "always")]),
        ({"any": []}, [(("condition",), "never")]),
        ({"all": [asks("kind", "is", "letter"), asks("kind", "is", "bounce")]}, [(("condition",), "never")]),
        ({"all": [asks("hour", "greater", 18), asks("hour", "less", 9)]}, [(("condition",), "never")]),
        ({"any": [asks("hour", "less", 9), {"not": asks("hour", "less", 9)}]}, [(("condition",), "always")]),
        ({"not": {"any": []}}, [(("condition",), "always")]),
        (
            {"any": [asks("hour", "is", 9), {"all": [asks("hour", "is", 1), asks("hour", "is", 2)]}]},
            [(("condition", "any", 1), "part-never")],
        ),
        ({"all": [asks("subject", "is", "a"), asks("subject", "starts", "b")]}, [(("condition",), "never")]),
        ({"all": [asks("subject", "starts", "re:"), asks("subject", "starts", "fw:")]}, [(("condition",), "never")]),
        ({"all": [asks("topic", "is", "display"), {"not": asks("topic", "exists")}]}, [(("condition",), "never")]),
        (asks("subject", "matches", ".*"), [(("condition", "value"), "matches-everything")]),
        (asks("is-follow-up", "is", "yes"), [(("condition",), "never-here")]),
        (asks("weekday", "in-list", ["monday", "friday"]), []),
        ({"all": [asks("to", "is", "a.example"), asks("to", "is", "b.example")]}, []),  # two recipients
    ],
)
def test_what_can_never_or_always_be_true_is_pointed_out(
    d: Department, condition: Json, found: list[tuple[tuple[str | int, ...], str]]
) -> None:
    assert warnings(d, Draft(name="x", condition=condition, steps=[does("stop")])) == found


def test_follow_ups_that_would_go_to_and_fro_are_pointed_out(d: Department) -> None:
    there = filter_that(d, does("queue", "abuse"), when=asks("queue", "is", "web"), acts_on=ActsOn.FOLLOW_UPS)
    back = Draft(
        name="x", condition=asks("queue", "is", "abuse"), steps=[does("queue", "web")], acts_on=ActsOn.FOLLOW_UPS
    )
    assert warnings(d, back, [there]) == [(("steps",), "loop")]
    new = Draft(name="x", condition=back.condition, steps=back.steps, acts_on=ActsOn.NEW)
    assert warnings(d, new, [there]) == []
