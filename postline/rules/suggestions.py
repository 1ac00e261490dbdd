"""The register of what a hint may suggest: JSON such as `{"topic": "lost-password"}`. Packages register theirs."""

from __future__ import annotations

from dataclasses import dataclass

from postline.kit.text import storable
from postline.rules.conditions import Json, Problem
from postline.rules.conditions.problems import SENTENCES
from postline.rules.conditions.words import marked as _
from postline.rules.references import References

MOST_SUGGESTIONS = 10
LONGEST_ATTENTION = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One kind: `references` is what its value names; without it the value is a line of words."""

    slug: str
    label: str
    references: str = ""


SUGGESTIONS: dict[str, Suggestion] = {}


def register(*kinds: Suggestion) -> None:
    """Let hints suggest these. Each slug once."""
    for kind in kinds:
        if kind.slug in SUGGESTIONS:
            raise ValueError(f"{kind.slug} is registered already")
        SUGGESTIONS[kind.slug] = kind


def problems_of_suggestions(suggestions: Json, *, references: References) -> list[Problem]:
    """Everything that is wrong with them. Takes whatever JSON can hold."""
    if not isinstance(suggestions, list) or not suggestions:
        return [Problem((), "no-suggestions")]
    if len(suggestions) > MOST_SUGGESTIONS:
        return [Problem((MOST_SUGGESTIONS,), "too-many-suggestions")]
    found = (_problem_of(said, place, references) for place, said in enumerate(suggestions))
    return [problem for problem in found if problem]


def _problem_of(said: Json, place: int, references: References) -> Problem | None:
    if not isinstance(said, dict) or len(said) != 1:
        return Problem((place,), "no-suggestion")
    slug, value = next(iter(said.items()))
    kind = SUGGESTIONS.get(slug)
    if kind is None:
        return Problem((place,), "unknown-suggestion", words={"what": str(slug)[:100]})
    if not isinstance(value, str) or not value.strip():
        return Problem((place, slug), "empty-value")
    if storable(value) != value:
        return Problem((place, slug), "no-text")
    if len(value) > LONGEST_ATTENTION:
        return Problem((place, slug), "value-too-long", words={"most": str(LONGEST_ATTENTION)})
    if kind.references and references.find(kind.references, value) is None:
        return Problem((place, slug), f"unknown-{kind.references}", words={"what": value})
    return None


SENTENCES.update(
    {
        "no-suggestions": _("Say what is to be suggested."),
        "too-many-suggestions": _("These are too many suggestions: at most 10."),
        "no-suggestion": _("There is no suggestion here."),
        "unknown-suggestion": _("“%(what)s” is nothing that can be suggested."),
    }
)

register(
    Suggestion(slug="topic", label=_("Probably this topic"), references="topic"),
    Suggestion(slug="attention", label=_("Attention")),
)
