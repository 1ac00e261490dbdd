"""And, or, not: what holds, what was found, and why; beside a slow and obvious second reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postline.rules.conditions import Facts, Match, WrongCondition, compile, problems, sentence
from postline.rules.conditions.contradictions import always_holds, never_holds
from postline.rules.conditions.needed import sieve
from postline.rules.conditions.tree import read

pytestmark = pytest.mark.unit

PARTS = [
    {"ask": "subject", "is": "contains", "value": "invoice"},
    {"ask": "subject", "is": "starts", "value": "re:"},
    {"ask": "subject", "is": "is", "value": "re: invoice"},
    {"ask": "subject", "is": "in-list", "value": ["hello", "re: invoice"]},
    {"ask": "subject", "is": "matches", "value": r"(?P<what>invoice|order)"},
    {"ask": "new-text", "is": "matches", "value": r"(?P<number>\d+)"},
    {"ask": "new-text", "is": "matches", "value": r"order (?P<what>\d+)"},
    {"ask": "subject", "is": "exists"},
    {"ask": "kind", "is": "is", "value": "letter"},
    {"ask": "kind", "is": "in-list", "value": ["letter", "bounce"]},
    {"ask": "attachment-count", "is": "greater", "value": 1},
    {"ask": "attachment-count", "is": "less", "value": 2},
    {"ask": "attachment-count", "is": "is", "value": 2},
    {"ask": "to", "is": "is", "value": "user.example"},
    {"ask": "to", "is": "exists"},
    {"ask": "is-follow-up", "is": "is", "value": "yes"},
    {"ask": "earlier-tickets", "is": "in-list", "value": [0, 1, 2]},
]
conditions = st.recursive(
    st.sampled_from(PARTS),
    lambda inner: st.one_of(
        st.builds(lambda of: {"all": of}, st.lists(inner, max_size=3)),
        st.builds(lambda of: {"any": of}, st.lists(inner, max_size=3)),
        st.builds(lambda of: {"not": of}, inner),
    ),
    max_leaves=8,
)
facts = st.builds(
    Facts,
    subject=st.sampled_from(["", "Re: Invoice", "re: order 12", "invoice", "hello"]),
    new_text=st.sampled_from(["", "order 17", "since 9 o'clock", "nothing"]),
    kind=st.sampled_from(["letter", "bounce", "mailing-list"]),
    attachments=st.lists(st.just(("a.png", "image/png")), max_size=3),
    to=st.sampled_from([[], [("", "anna@user.example")], [("", "a@x.example"), ("", "b@mail.user.example")]]),
    is_follow_up=st.booleans(),
    earlier_tickets=st.integers(0, 4).map(lambda count: lambda: count),
)


def obvious(condition: Mapping[str, Any], letter: Facts) -> Match | None:
    """The same by walking the JSON, with one question asked at a time."""
    if "all" in condition:
        parts = [obvious(one, letter) for one in condition["all"]]
        if any(part is None for part in parts):
            return None
        held = [part for part in parts if part is not None]
        groups: dict[str, str] = {}
        for part in reversed(held):
            groups.update(part.groups)
        return Match(groups, tuple(reason for part in held for reason in part.because))
    if "any" in condition:
        parts = [obvious(one, letter) for one in condition["any"]]
        return next((part for part in parts if part is not None), None)
    if "not" in condition:
        return Match(because=(condition,)) if obvious(condition["not"], letter) is None else None
    return compile(condition).holds(letter)


@given(condition=conditions, letter=facts)
def test_the_quick_way_finds_what_the_obvious_one_finds(condition: dict[str, Any], letter: Facts) -> None:
    assert compile(condition).holds(letter) == obvious(condition, letter)


@given(condition=conditions, letter=facts)
def test_what_is_called_impossible_or_always_true_is_so(condition: dict[str, Any], letter: Facts) -> None:
    node, _wrong = read(condition)
    assert node is not None
    holds = compile(condition).holds(letter) is not None
    assert not (never_holds(node) and holds)
    assert not (always_holds(node) and not holds)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["all", "subject"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["all", "any", "not", "ask", "is", "value", "name", "x"]),
            inner
            | st.sampled_from(["subject", "from", "header", "hour", "kind", "contains", "is", "matches", "in-list"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(condition=json_values)
def test_whatever_somebody_saves_is_usable_or_told_to_be_wrong(condition: object) -> None:
    found = [problem for problem in problems(condition) if problem.is_error]
    try:
        ready = compile(condition)
    except WrongCondition:
        assert found
    else:
        assert not found
        assert ready.holds(Facts(subject="x")) is None or sentence(condition, "en")
    assert all(problem.sentence("ru") for problem in found)


@given(pattern=st.text(alphabet="ab()[]{}?*+\\|^$.PN<>=!:,10жЖ", max_size=12))
def test_any_regular_expression_is_taken_or_refused_at_a_place_within_it(pattern: str) -> None:
    condition = {"ask": "subject", "is": "matches", "value": pattern}
    wrong = [problem for problem in problems(condition) if problem.code == "bad-pattern"]
    if wrong:
        assert wrong[0].at is not None
        assert 0 <= wrong[0].at < len(pattern)
        assert wrong[0].path == ("value",)
    elif pattern:
        compile(condition).holds(Facts(subject="abba (жук)"))


def test_named_groups_come_from_the_first_question_that_found_them() -> None:
    both = {"all": [PARTS[6], PARTS[4]]}
    found = compile(both).holds(Facts(subject="Order", new_text="see ORDER 17"))
    assert found is not None
    assert found.groups == {"what": "17"}
    assert found.because == (PARTS[6], PARTS[4])


def test_an_expensive_question_is_not_asked_where_a_cheap_one_decides() -> None:
    asked: list[str] = []

    def earlier() -> int:
        asked.append("earlier")
        return 1

    condition = {"all": [PARTS[16], PARTS[8]]}
    assert compile(condition).holds(Facts(kind="bounce", earlier_tickets=earlier)) is None
    assert asked == []
    letter = Facts(kind="letter", earlier_tickets=earlier)
    assert compile(condition).holds(letter) is not None
    assert compile(condition).holds(letter.changed(queue="web")) is not None
    assert asked == ["earlier"]  # once for each message, whatever steps have changed


def test_letters_are_compared_whatever_their_case_and_form() -> None:
    decomposed = "cafe\u0301 ＦＵＬＬ ﬁn ПАРОЛЬ"
    for value in ("CAFÉ", "full", "FIN", "пароль"):
        assert compile({"ask": "subject", "is": "contains", "value": value}).holds(Facts(subject=decomposed))
    assert compile({"ask": "subject", "is": "matches", "value": "cafe\u0301"}).holds(Facts(subject="Café"))
    assert compile({"ask": "subject", "is": "matches", "value": "café"}).holds(Facts(subject=decomposed))


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        (r"^\w+$", "Пароль_1", "мой пароль"),
        (r"(^|\W)суд(\W|$)", "Иду в суд!", "судьба"),
        (r"^[\w-]+$", "жук-1", "жук 1"),
        (r"^[^\w]+$", "?! ", "é"),
        (r"^\\w$", r"\w", "w"),
    ],
)
def test_a_letter_of_a_word_may_be_of_any_alphabet(pattern: str, fits: str, fits_not: str) -> None:
    ready = compile({"ask": "subject", "is": "matches", "value": pattern})
    assert ready.holds(Facts(subject=fits)) is not None
    assert ready.holds(Facts(subject=fits_not)) is None


def test_an_edge_of_a_word_that_is_never_found_is_pointed_out() -> None:
    def codes(pattern: str) -> list[str]:
        return [problem.code for problem in problems({"ask": "subject", "is": "matches", "value": pattern})]

    assert codes(r"\bсуд\b") == ["latin-boundary"]
    assert codes(r"\bcourt\b") == codes(r"\\bсуд") == codes("суд") == []


@given(wanted=st.lists(conditions, min_size=1, max_size=6), letter=facts)
def test_what_holds_is_never_sifted_out(wanted: list[dict[str, Any]], letter: Facts) -> None:
    compiled = [compile(one) for one in wanted]
    may = sieve([one.needed for one in compiled]).may_hold(letter)
    assert {place for place, one in enumerate(compiled) if one.holds(letter)} <= set(may)


def test_rules_whose_words_are_not_there_are_not_asked() -> None:
    one_of = [
        {"ask": "new-text", "is": "contains", "value": "a.b"},
        {"ask": "subject", "is": "starts", "value": "x"},
    ]
    asked = [
        {"ask": "subject", "is": "contains", "value": "Взлом"},
        {"any": one_of},
        {"all": [{"ask": "language", "is": "is", "value": "ru"}, {"ask": "text", "is": "contains", "value": "tax"}]},
        {"not": {"ask": "subject", "is": "contains", "value": "взлом"}},
        {"ask": "subject", "is": "matches", "value": "z+"},
    ]
    sifted = sieve([compile(one).needed for one in asked])
    assert sifted.may_hold(Facts(subject="ВЗЛОМ ящика", new_text="axb")) == {0, 3, 4}
    assert sifted.may_hold(Facts(subject="x", new_text="A.B", text="a tax")) == {1, 2, 3, 4}


@given(
    patterns=st.lists(st.text(alphabet="abKsſKжЖёЁß()[]|?*+.^$\\w 1", max_size=8), min_size=1, max_size=5),
    text=st.text(alphabet="abAkKsSſKжЖёЁßẞ1 \n", max_size=30),
)
def test_a_pattern_that_is_found_is_never_sifted_out(patterns: list[str], text: str) -> None:
    asked = [{"ask": "new-text", "is": "matches", "value": one} for one in patterns]
    compiled = [compile(one) for one in asked if not any(problem.is_error for problem in problems(one))]
    letter = Facts(new_text=text)
    may = sieve([one.needed for one in compiled]).may_hold(letter)
    assert {place for place, one in enumerate(compiled) if one.holds(letter)} <= may
