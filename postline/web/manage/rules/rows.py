"""A condition as the rows of a form, one below the other, and back: how deep a row stands says to which group it
belongs. Pure; whatever a browser sends becomes rows that fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

DEEPEST = 6  # groups in groups
MOST = 300  # rows
JOINS = ("all", "any")
Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A question (`ask`, of `name` where it needs one, compared as `comparison` with `value`), or the head of a group:
    then `group` says whether all or any of the deeper rows below must hold. `negated`: it must not hold."""

    depth: int = 0
    group: str = ""
    negated: bool = False
    ask: str = ""
    name: str = ""
    comparison: str = ""
    value: Value = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole condition; `join` says whether all or any of the rows of depth 0 must hold."""

    join: str = "all"
    rows: tuple[Row, ...] = ()


def rows_of(condition: Mapping[str, Any]) -> Rows:
    """The rows that show `condition`."""
    inner, negated = _without_not(condition)
    join = next((name for name in JOINS if name in inner), "")
    if join and not negated:
        return Rows(join, tuple(row for part in inner[join] for row in _rows(part, 0)))
    return Rows("all", tuple(_rows(condition, 0)))


def condition_of(shown: Rows) -> dict[str, Any]:
    """The condition that the rows say."""
    parts, _ = _parts(shown.rows, 0, 0)
    return {shown.join: parts}


def place_of(shown: Rows, path: Sequence[str | int]) -> int | None:
    """The number of the row that stands for a place in the tree of `condition_of`, such as `("all", 1, "not")`;
    None where the place is the whole condition. A place within a question is that question's row."""
    steps = [step for step in path if isinstance(step, int)]
    at: int | None = None
    for step in steps:
        children = _children(shown.rows, at)
        if step >= len(children):
            break
        at = children[step]
    return at


def fitting(shown: Rows) -> Rows:
    """The same rows where each stands no deeper than something that it can belong to."""
    fitted: list[Row] = []
    for row in shown.rows[:MOST]:
        before = fitted[-1] if fitted else None
        deepest = (before.depth + (1 if before.group else 0)) if before else 0
        fitted.append(replace(row, depth=max(0, min(row.depth, deepest, DEEPEST))))
    return Rows(shown.join if shown.join in JOINS else "all", tuple(fitted))


def add(shown: Rows, at: int | None, new: Row) -> tuple[Rows, int]:
    """`new` as the last row of the group whose head is the row `at` (None: of all); returns where it stands now."""
    rows = list(shown.rows)
    place, depth = len(rows), 0
    if at is not None and rows[at].group:
        place, depth = _end(rows, at), min(rows[at].depth + 1, DEEPEST)
    elif at is not None:
        place, depth = _end(rows, at), rows[at].depth
    added = [replace(new, depth=depth)]
    if new.group:
        added.append(Row(depth=depth + 1))
    return Rows(shown.join, (*rows[:place], *added, *rows[place:])), place + len(added) - 1


def remove(shown: Rows, at: int) -> Rows:
    """Without the row `at`; the head of a group takes its rows along, and a group whose last row goes goes too."""
    rows = list(shown.rows)
    parent = _parent(rows, at)
    del rows[at : _end(rows, at)]
    if parent is not None and _end(rows, parent) == parent + 1:
        return remove(Rows(shown.join, tuple(rows)), parent)
    return Rows(shown.join, tuple(rows))


def deeper(shown: Rows, at: int) -> tuple[Rows, int]:
    """The row `at` becomes part of the group above it; where there is none, a new group is made around it."""
    rows = list(shown.rows)
    end = _end(rows, at)
    if any(row.depth >= DEEPEST for row in rows[at:end]):
        return shown, at
    moved = [replace(row, depth=row.depth + 1) for row in rows[at:end]]
    before = _sister(rows, at, -1)
    if before is not None and rows[before].group:
        return Rows(shown.join, (*rows[:at], *moved, *rows[end:])), at
    inside = "any" if _join_around(shown, at) == "all" else "all"
    head = Row(depth=rows[at].depth, group=inside)
    return Rows(shown.join, (*rows[:at], head, *moved, *rows[end:])), at + 1


def shallower(shown: Rows, at: int) -> tuple[Rows, int]:
    """The row `at` leaves its group and stands behind it."""
    rows = list(shown.rows)
    parent = _parent(rows, at)
    if parent is None:
        return shown, at
    end, end_of_group = _end(rows, at), _end(rows, parent)
    moved = [replace(row, depth=row.depth - 1) for row in rows[at:end]]
    kept = [*rows[:at], *rows[end:end_of_group]]
    alone = len(kept) == parent + 1
    kept = kept[:parent] if alone else kept
    return Rows(shown.join, (*kept, *moved, *rows[end_of_group:])), len(kept)


def shift(shown: Rows, at: int, by: int) -> tuple[Rows, int]:
    """The row `at` changes places with its sister above (`by` -1) or below (1)."""
    rows = list(shown.rows)
    other = _sister(rows, at, by)
    if other is None:
        return shown, at
    first, second = sorted((at, other))
    upper, lower = rows[first : _end(rows, first)], rows[second : _end(rows, second)]
    changed = (*rows[:first], *lower, *upper, *rows[second + len(lower) :])
    return Rows(shown.join, changed), first if by < 0 else first + len(lower)


def word_before(shown: Rows, at: int) -> str:
    """What stands between the row and its sister above: `all` (and), `any` (or), or nothing before the first one."""
    return _join_around(shown, at) if _sister(list(shown.rows), at, -1) is not None else ""


def _rows(condition: Mapping[str, Any], depth: int) -> list[Row]:
    inner, negated = _without_not(condition)
    join = next((name for name in JOINS if name in inner), "")
    if join:
        below = [row for part in inner[join] for row in _rows(part, depth + 1)]
        return [Row(depth=depth, group=join, negated=negated), *below]
    value = inner.get("value", "")
    return [
        Row(
            depth=depth,
            negated=negated,
            ask=str(inner.get("ask", "")),
            name=str(inner.get("name", "")),
            comparison=str(inner.get("is", "")),
            value=tuple(str(one) for one in value) if isinstance(value, list | tuple) else _written(value),
        )
    ]


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _without_not(condition: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    negated = False
    while isinstance(condition.get("not"), Mapping):
        condition, negated = condition["not"], not negated
    return condition, negated


def _parts(rows: Sequence[Row], at: int, depth: int) -> tuple[list[dict[str, Any]], int]:
    parts: list[dict[str, Any]] = []
    while at < len(rows) and rows[at].depth >= depth:
        row = rows[at]
        if row.group:
            inside, at = _parts(rows, at + 1, row.depth + 1)
            part: dict[str, Any] = {row.group: inside}
        else:
            part, at = _question(row), at + 1
        parts.append({"not": part} if row.negated else part)
    return parts, at


def _question(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"ask": row.ask}
    if row.name:
        found["name"] = row.name
    found["is"] = row.comparison
    if row.comparison != "exists":
        found["value"] = list(row.value) if isinstance(row.value, tuple) else row.value
    return found


def _end(rows: Sequence[Row], at: int) -> int:
    """Behind the last row that belongs to the row `at`."""
    end = at + 1
    while rows[at].group and end < len(rows) and rows[end].depth > rows[at].depth:
        end += 1
    return end


def _parent(rows: Sequence[Row], at: int) -> int | None:
    return next((n for n in range(at - 1, -1, -1) if rows[n].depth < rows[at].depth), None)


def _children(rows: Sequence[Row], at: int | None) -> list[int]:
    depth = 0 if at is None else rows[at].depth + 1
    first, end = (0, len(rows)) if at is None else (at + 1, _end(rows, at))
    return [n for n in range(first, end) if rows[n].depth == depth]


def _sister(rows: Sequence[Row], at: int, by: int) -> int | None:
    sisters = _children(rows, _parent(rows, at))
    place = sisters.index(at) + by
    return sisters[place] if 0 <= place < len(sisters) else None


def _join_around(shown: Rows, at: int) -> str:
    parent = _parent(shown.rows, at)
    return shown.join if parent is None else shown.rows[parent].group
