"""The rows of the editor as the template draws them: with the choices that fit, and what is wrong at each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from postline.projects.models import Project
from postline.rules import checks
from postline.rules.conditions import Comparison, Problem, problems, sentence
from postline.rules.models import Rule
from postline.web.manage.rules import choices, keeping, rows
from postline.web.manage.rules.choices import AskChoice, Offered, Option, ValueView
from postline.web.manage.rules.form import Draft
from postline.web.manage.rules.rows import Rows

AROUND = 24  # letters of a regular expression that are shown before and behind its fault


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression with the place of its fault."""

    before: str
    at: str
    after: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A row: `joined` the words before it, `closes` the heads of the groups that end with it, the innermost first."""

    ask: AskChoice | None
    joined: list[Option]
    comparisons: list[Option]
    value: ValueView
    closes: list[int]
    fault: str = ""
    warning: str = ""
    pattern: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Pointed:
    """Something that is pointed out, and where it stands in the page."""

    words: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong: what must, and what may be put right; of each row the first of it; of the fields in words."""

    faults: list[Pointed] = field(default_factory=list)
    warnings: list[Pointed] = field(default_factory=list)
    of_rows: dict[int, Problem] = field(default_factory=dict)
    of_acts: dict[int, str] = field(default_factory=dict)
    of_fields: dict[str, str] = field(default_factory=dict)


def findings(project: Project, kind: str, draft: Draft, things: Offered, *, others: Sequence[Rule]) -> Findings:
    """All that is wrong with the rule, each with its place. `others` are the rules beside it."""
    found = Findings()
    wanted = keeping.meant(kind, draft)
    for problem in checks.problems_of_rule(project, kind, wanted, things.references, others=others):
        part, path = str(problem.path[0]), problem.path[1:]
        words, anchor = problem.sentence(_language()), part
        if part == "condition":
            at = rows.place_of(draft.shown, path)
            anchor = "conds" if at is None else f"row-{at}"
            if at is not None:
                found.of_rows.setdefault(at, problem)
                words = _("Condition %(number)d: %(words)s") % {"number": at + 1, "words": words}
        elif part in ("steps", "suggestions"):
            at = path[0] if path and isinstance(path[0], int) and path[0] < len(draft.acts) else None
            anchor = "acts" if at is None else f"act-{at}"
            if at is not None:
                found.of_acts.setdefault(at, words)
                words = _("Step %(number)d: %(words)s") % {"number": at + 1, "words": words}
        else:
            found.of_fields.setdefault(part, words)
        (found.faults if problem.is_error else found.warnings).append(Pointed(words, anchor))
    return found


def row_views(draft: Draft, things: Offered, found: Findings) -> list[RowView]:
    """For each row what its inputs offer."""
    closes = _closings(draft.shown)
    return [
        _view(draft.shown, at, things, closes.get(at, []), found.of_rows.get(at)) for at in range(len(draft.shown.rows))
    ]


def spoken(draft: Draft, things: Offered) -> str:
    """The condition as a sentence, without what is not finished yet; `…` stands for that."""
    names = things.names
    whole = sentence(draft.condition, _language(), names=names)
    if whole:
        return whole
    finished = tuple(row for row in draft.shown.rows if row.group or not problems(_alone(row)))
    part = sentence(rows.condition_of(replace(draft.shown, rows=_filled(finished))), _language(), names=things.names)
    return f"{part} …" if finished else "…"


def _filled(kept: tuple[rows.Row, ...]) -> tuple[rows.Row, ...]:
    """Without groups that have lost all their rows."""
    found: list[rows.Row] = []
    for row in reversed(kept):
        below = found[-1] if found else None
        if not row.group or (below is not None and below.depth > row.depth):
            found.append(row)
    return tuple(reversed(found))


def _alone(row: rows.Row) -> dict[str, Any]:
    return rows.condition_of(Rows("all", (replace(row, depth=0),)))


def _view(shown: Rows, at: int, things: Offered, closes: list[int], problem: Problem | None) -> RowView:
    row = shown.rows[at]
    said = problem.sentence(_language()) if problem else ""
    return RowView(
        ask=choices.ask_of(row),
        joined=_joined(rows.word_before(shown, at)),
        comparisons=choices.comparisons_of(row),
        value=choices.value_of(row, things),
        closes=closes,
        fault=said if problem and problem.is_error else "",
        warning=said if problem and not problem.is_error else "",
        pattern=_pattern(row, problem) if problem else None,
    )


def _joined(word: str) -> list[Option]:
    match word:
        case "all":
            return [("", _("and")), ("1", _("and not"))]
        case "any":
            return [("", _("or")), ("1", _("or not"))]
    return [("", _("if")), ("1", _("if not"))]


def _closings(shown: Rows) -> dict[int, list[int]]:
    """Row → the heads of the groups that end with it."""
    found: dict[int, list[int]] = {}
    for head, row in enumerate(shown.rows):
        if row.group:
            end = head
            while end + 1 < len(shown.rows) and shown.rows[end + 1].depth > row.depth:
                end += 1
            found.setdefault(end, []).insert(0, head)
    return found


def _pattern(row: rows.Row, problem: Problem) -> Pattern | None:
    if problem.at is None or row.comparison != Comparison.MATCHES or not isinstance(row.value, str):
        return None
    text, at = row.value, min(problem.at, len(row.value))
    return Pattern(text[max(0, at - AROUND) : at], text[at : at + 1] or "␣", text[at + 1 : at + 1 + AROUND])


def _language() -> str:
    return get_language() or "en"
