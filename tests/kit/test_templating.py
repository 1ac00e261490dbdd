"""The language of answer texts: what may be written, what becomes of it, and that a value is never part of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from postline.kit.html import text_to_html
from postline.kit.templating import Kind, NotATemplate, Values, fill, marked, parse, problems, without_gaps
from postline.kit.templating.forms import plural_categories

pytestmark = pytest.mark.unit

NAMES = {
    "number": Kind.TEXT,
    "first_name": Kind.TEXT,
    "hours": Kind.TEXT,
    "days": Kind.NUMBER,
    "created": Kind.MOMENT,
    "form.*": Kind.TEXT,
}
CREATED = datetime(2026, 3, 5, 14, 3, tzinfo=UTC)
HOSTILE = [
    "{{7*7}}",
    "{% include 'x' %}",
    "{0.__class__}",
    "${x}",
    "%(x)s",
    "[[ticket.owner.password]]",
    "{{ number }}",
    "{# hidden #}",
    "{% if number %}",
    "\ue000",
]


def automatic(text: str, values: Values, language: str = "en") -> str:
    return without_gaps(fill(parse(text, NAMES, language), values, language))


def by_hand(text: str, values: Values, language: str = "en") -> str:
    return marked(fill(parse(text, NAMES, language), values, language), lambda name: f"⟦{name}⟧")


@pytest.mark.parametrize("value", HOSTILE)
def test_s39_what_looks_like_a_template_in_a_value_stays_as_it_is(value: str) -> None:
    assert by_hand("Dear {{ first_name }},", {"first_name": value}) == f"Dear {value},"
    assert automatic("{{ form.order|fallback('none') }}!", {"form.order": value}) == f"{value}!"


def test_s40_a_value_is_escaped_in_html_mail() -> None:
    text = by_hand("Dear {{ first_name }}", {"first_name": '<script>alert(1)</script> & "co"'})
    assert text_to_html(text) == "Dear &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ number() }}", "not-a-name"),
        ("{{ number.__class__ }}", "no-such-name"),
        ("{{ number['x'] }}", "not-a-name"),
        ("{{ form.a.b }}", "no-such-name"),
        ("{{ form }}", "no-such-name"),
        ("{{ 7 * 7 }}", "not-a-name"),
        ("{{ number ~ days }}", "not-a-name"),
        ("{{ 'a' if number else 'b' }}", "not-a-name"),
        ("{{ password }}", "no-such-name"),
        ("{{ self }}", "no-such-name"),
        ("{{ loop.index }}", "no-such-name"),
        ("{{ cycler }}", "no-such-name"),
        ("{% for x in number %}{% endfor %}", "not-allowed"),
        ("{% set x = 1 %}", "not-allowed"),
        ("{% include 'x' %}", "not-allowed"),
        ("{% import 'x' as y %}", "not-allowed"),
        ("{% extends 'x' %}", "not-allowed"),
        ("{% block x %}{% endblock %}", "not-allowed"),
        ("{% macro x() %}{% endmacro %}", "not-allowed"),
        ("{% load x %}", "not-allowed"),
        ("{% if number == 1 %}{% endif %}", "if-on-other"),
        ("{% if number is defined %}{% endif %}", "if-on-other"),
        ("{% if password %}{% endif %}", "no-such-name"),
        ("{% if number %}", "if-without-end"),
        ("{% endif %}", "end-without-if"),
        ("{{ number", "unreadable"),
        ("{{ number|upper }}", "no-such-filter"),
        ("{{ number|attr('x') }}", "no-such-filter"),
        ("{{ number|fallback(days) }}", "filter-words"),
        ("{{ number|fallback }}", "filter-words"),
        ("{{ number|plural('day', 'days') }}", "needs-number"),
        ("{{ days|plural('days') }}", "plural-forms"),
        ("{{ number|date }}", "needs-date"),
        ("{{ created|date('%Y') }}", "date-form"),
        ("{{ created|time('short') }}", "date-form"),
        ("{{ created|date|date }}", "needs-date"),
        ("x" * 20_001, "too-long"),
        ("{% if number %}" * 21 + "{% endif %}" * 21, "too-deep"),
        ("{{ number" + "|fallback('x')" * 500 + " }}", "too-deep"),
        ("{% if " + "number and " * 100 + "number %}{% endif %}", "too-deep"),
        ("{{ " + "(" * 5_000, "unreadable"),
        ("{{ " + "9" * 5_000 + " }}", "unreadable"),
    ],
)
def test_anything_else_than_the_language_is_refused(text: str, code: str) -> None:
    assert [one.code for one in problems(text, NAMES, "en")] == [code]


def test_each_problem_names_its_line_and_what_is_allowed() -> None:
    found = problems("{{ a }}\n{{ number }}\n{% if b %}\n{% endif %}\n{{ days|x }}", NAMES, "en")
    assert [(one.line, one.what) for one in found] == [(1, "a"), (3, "b"), (5, "x")]
    assert "number" in found[0].allowed
    assert found[2].allowed == ("date", "fallback", "plural", "time")
    with pytest.raises(NotATemplate, match="1: no-such-name a"):
        parse("{{ a }}", NAMES, "en")


CHOICE = "{% if first_name and not hours %}A{% elif form.x or hours %}B{% else %}C{% endif %}"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"first_name": "Anna"}, "A"),
        ({"first_name": "Anna", "hours": "9–17"}, "B"),
        ({"form.x": "1"}, "B"),
        ({"first_name": "  "}, "C"),
        ({"first_name": None}, "C"),
    ],
)
def test_if_asks_whether_a_value_is_known(values: Values, expected: str) -> None:
    assert by_hand(CHOICE, values) == expected


def test_an_if_on_lines_of_its_own_leaves_no_empty_lines() -> None:
    text = "Hello.\n{% if days %}\nIt took {{ days }} {{ days|plural('day', 'days') }}.\n{% endif %}\nBye."
    assert by_hand(text, {"days": 1}) == "Hello.\nIt took 1 day.\nBye."
    assert by_hand(text, {"days": 0}) == "Hello.\nIt took 0 days.\nBye."
    assert by_hand(text, {}) == "Hello.\nBye."


def test_a_person_sees_what_is_missing() -> None:
    filled = fill(parse("Dear {{ first_name }}, {{ form.order }}, {{ first_name }}", NAMES, "en"), {}, "en")
    assert filled.gaps == ("first_name", "form.order")
    assert marked(filled, lambda name: f"[{name}?]") == "Dear [first_name?], [form.order?], [first_name?]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {{ first_name }},\n\nwe have it.", "we have it."),
        (
            "{% if first_name %}Dear {{ first_name }},{% else %}Hello,{% endif %}\n\nwe have it.",
            "Hello,\n\nwe have it.",
        ),
        ("Dear {{ first_name|fallback('customer') }},", "Dear customer,"),
        ("Dear {{ first_name|default('customer') }},", "Dear customer,"),
        ("We have it. Our hours: {{ hours }}. Bye.", "We have it. Bye."),
        ("Our hours: {{ hours }}. Bye.", "Bye."),
        ("One.\n\nUntil {{ created|date }}.\n\nTwo.", "One.\n\nTwo."),
        ("One.\nUntil {{ hours }}\nTwo.", "One.\nTwo."),
        ("Is it {{ hours }}? No! Yes…", "No! Yes…"),
        ("{{ hours }}", ""),
    ],
)
def test_what_is_sent_by_itself_has_no_hole(text: str, expected: str) -> None:
    assert automatic(text, {}) == expected


def test_a_full_stop_within_a_value_ends_no_sentence() -> None:
    assert automatic("It is {{ number }} at {{ hours }}. Bye.", {"number": "No. 5. Really"}) == "Bye."


@pytest.mark.parametrize(
    ("language", "words", "expected"),
    [
        (
            "ru",
            ("день", "дня", "дней"),
            {1: "день", 2: "дня", 5: "дней", 11: "дней", 12: "дней", 21: "день", 0: "дней"},
        ),
        ("en", ("day", "days"), {0: "days", 1: "day", 2: "days", 21: "days"}),
        ("nl", ("dag", "dagen"), {0: "dagen", 1: "dag", 2: "dagen", 101: "dagen"}),
        ("zh", ("天",), {0: "天", 1: "天", 7: "天"}),
    ],
)
def test_plurals_are_right(language: str, words: tuple[str, ...], expected: dict[int, str]) -> None:
    quoted = ", ".join(f"'{word}'" for word in words)
    text = "{{ days }} {{ days|plural(" + quoted + ") }}"
    assert {number: by_hand(text, {"days": number}, language) for number in expected} == {
        number: f"{number} {word}" for number, word in expected.items()
    }


@pytest.mark.parametrize(
    ("language", "long", "short", "weekday"),
    [
        ("en", "5 March 2026", "05/03/2026", "Thursday, 5 March 2026"),
        ("ru", "5 марта 2026", "05.03.2026", "четверг, 5 марта 2026"),
        ("nl", "5 maart 2026", "05-03-2026", "donderdag 5 maart 2026"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language: str, long: str, short: str, weekday: str) -> None:
    text = "{{ created }}|{{ created|date('short') }}|{{ created|date('weekday') }}|{{ created|time }}"
    assert by_hand(text, {"created": CREATED}, language) == f"{long}|{short}|{weekday}|14:03"


def test_a_day_has_no_time() -> None:
    assert by_hand("at {{ created|time }}", {"created": date(2026, 3, 5)}) == "at ⟦created⟧"


def test_a_language_that_is_not_known_is_treated_like_english() -> None:
    assert plural_categories("xx-nowhere") == plural_categories("en") == ("one", "other")


PARTS = [
    "{{", "}}", "{%", "%}", "{#", "#}", "if", "elif", "else", "endif", "for", "in", "set", "raw", "endraw",
    "number",
    "form.x", "days", "|", "plural", "date", "(", ")", "'", '"', "\\", ".", ",", "[", "]", "~", "-", "+", "9", "\n",
    " ",
    "not", "and", "or", "is", "=", "{{-", "-%}", "block", "extends", "import", "from", "as", "call", "filter", "й",
    "\0",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(some.one_of(some.text(max_size=60), some.lists(some.sampled_from(PARTS), max_size=60).map("".join)))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    began = perf_counter()
    found = problems(text, NAMES, "ru")
    if not found:
        filled = fill(parse(text, NAMES, "ru"), {"number": "1"}, "ru")
        assert isinstance(without_gaps(filled) + marked(filled, str), str)
    assert all(1 <= one.line <= text.count("\n") + text.count("\r") + 1 for one in found)
    assert perf_counter() - began < 1


@settings(max_examples=100, deadline=None)
@given(some.text(min_size=1, max_size=30))
def test_any_value_comes_out_as_it_went_in(value: str) -> None:
    shown = by_hand("<{{ first_name }}>", {"first_name": value})
    assert shown in (f"<{value}>", "<⟦first_name⟧>")
