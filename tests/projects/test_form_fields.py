"""What the form of a topic asks, and what is an answer to it."""

from __future__ import annotations

from typing import Any

import pytest

from postline.projects.form_fields import Kind, WrongField, check, read

pytestmark = pytest.mark.unit


def asks(kind: str = "text", **further: Any) -> dict[str, Any]:
    return {"name": "it", "kind": kind, "label": {"en": "It"}, **further}


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        ("text", "  two \n words ", "two words"),
        ("long-text", "two\n\nparagraphs", "two\n\nparagraphs"),
        ("date", "2028-02-29", "2028-02-29"),
        ("number", "-12,5", "-12.5"),
        ("number", "\u22127", "-7"),
        ("email", "anna@user.example", "anna@user.example"),
        ("phone", "+31 (0)20 123-45-67", "+31 (0)20 123-45-67"),
        ("yes-no", "no", "no"),
    ],
)
def test_what_fits_is_kept(kind: str, given: str, kept: str) -> None:
    checked = check(read([asks(kind)]), {"it": given})
    assert (checked.answers, checked.faults) == ({"it": kept}, {})


@pytest.mark.parametrize(
    ("kind", "given", "fault"),
    [
        ("text", "x" * 1_001, "too-long"),
        ("long-text", "x" * 10_001, "too-long"),
        ("date", "29.02.2027", "date"),
        ("date", "2027-02-29", "date"),
        ("number", "twelve", "number"),
        ("number", "١٢", "number"),
        ("email", "anna@", "email"),
        ("phone", "++++++", "phone"),
        ("phone", "call me", "phone"),
        ("yes-no", "maybe", "yes-no"),
    ],
)
def test_what_does_not_fit_is_named(kind: str, given: str, fault: str) -> None:
    checked = check(read([asks(kind)]), {"it": given})
    assert (checked.answers, checked.faults) == ({}, {"it": fault})


def test_a_choice_is_one_of_those_written() -> None:
    fields = read([asks("choice", choices=["Windows", " macOS ", "Windows", ""])])
    assert fields[0].choices == ("Windows", "macOS")
    assert check(fields, {"it": "macOS"}).answers == {"it": "macOS"}
    assert check(fields, {"it": "BeOS"}).faults == {"it": "choice"}


def test_what_must_be_answered_is_and_what_is_not_asked_is_refused() -> None:
    fields = read([asks(required=True)])
    assert check(fields, {"it": " ", "that": "x"}).faults == {"it": "missing", "that": "unknown"}
    assert check(read([asks()]), {}).faults == {}


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"name": "Ünfit"}, "name"),
        ({"name": 7}, "name"),
        ({"kind": "colour"}, "kind"),
        ({"label": {}}, "label"),
        ({"label": {"en": "x" * 201}}, "label"),
        ({"label": {"en": "a\0b"}}, "label"),
        ({"help": ["x"]}, "help"),
        ({"required": "yes"}, "required"),
        ({"kind": "choice"}, "choices"),
        ({"choices": ["a"]}, "choices"),
        ({"kind": "choice", "choices": "ab"}, "choices"),
    ],
)
def test_a_field_that_cannot_be_is_refused(wrong: dict[str, Any], what: str) -> None:
    with pytest.raises(WrongField) as caught:
        read([{**asks(), **wrong}])
    assert caught.value.what == what


def test_names_are_taken_once_and_a_form_has_an_end() -> None:
    with pytest.raises(WrongField, match="taken"):
        read([asks(), asks()])
    with pytest.raises(WrongField, match="too-many"):
        read([asks(name=f"f{place}") for place in range(51)])


def test_what_is_read_is_what_was_kept() -> None:
    kept = asks("choice", choices=["a", "b"], help={"ru": "Что"}, required=True)
    (field,) = read([kept])
    assert field.as_json() == kept
    assert field.kind == Kind.CHOICE


def test_a_label_is_found_in_some_language() -> None:
    (field,) = read([asks(label={"en": "Phone", "ru": "Телефон"})])
    assert field.label_in("ru", otherwise="en") == "Телефон"
    assert field.label_in("nl", otherwise="en") == "Phone"
    assert field.label_in("nl", otherwise="de") == "Phone"
