"""The form of a rule: what a browser sent, and what pressing one of its buttons makes of it. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from postline.web.manage.rules import rows
from postline.web.manage.rules.rows import Row, Rows, Value

LONGEST = 20_000  # letters of one value
MOST_ACTS = 50


@dataclass(frozen=True, slots=True)
class Act:
    """A row of what is done or suggested: what, with which value, and with which name, where it needs one."""

    what: str = ""
    value: Value = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as it stands in the form."""

    name: str = ""
    acts_on: str = "new"
    shown: Rows = field(default_factory=Rows)
    acts: tuple[Act, ...] = ()
    weight: str = "50"
    turned: frozenset[str] = frozenset()  # the rows where something else is asked or done than was drawn

    @property
    def condition(self) -> dict[str, Any]:
        """The condition that the rows say."""
        return rows.condition_of(self.shown)


def acts_of(kept: Sequence[Mapping[str, Any]], *, word: str = "") -> tuple[Act, ...]:
    """The rows of steps `{"do": …, "value": …}` (`word` is `do`) or of suggestions `{"topic": …}`."""
    if word:
        return tuple(
            Act(str(one.get(word, "")), _shown(one.get("value", "")), str(one.get("name", ""))) for one in kept
        )
    return tuple(Act(str(what), _shown(value)) for one in kept for what, value in one.items())


def read(post: QueryDict, lists: Mapping[str, bool]) -> Draft:
    """What the browser sent. `lists`: for an ask and comparison, as `ask/comparison`, whether its value is a list;
    for an act likewise by its name."""
    sent, acts, turned = [], [], set()
    for place, key in enumerate(post.getlist("row")[: rows.MOST]):
        sent.append(_row(post, key, lists))
        if post.get(f"was-{key}", "") != post.get(f"ask-{key}", ""):
            turned.add(f"row-{place}")
    for place, key in enumerate(post.getlist("act")[:MOST_ACTS]):
        what = post.get(f"do-{key}", "")
        value = _value(post, f"set-{key}", is_list=lists.get(what, False))
        acts.append(Act(what, value, post.get(f"called-{key}", "").strip()[:200]))
        if post.get(f"did-{key}", "") != what:
            turned.add(f"act-{place}")
    return Draft(
        name=post.get("name", "").replace("\0", "")[:LONGEST],
        acts_on=post.get("acts_on", "new"),
        shown=rows.fitting(Rows(post.get("join", "all"), tuple(sent))),
        acts=tuple(acts),
        weight=post.get("weight", ""),
        turned=frozenset(turned),
    )


def press(draft: Draft, button: str, new: Row, act: Act) -> tuple[Draft, str]:
    """What the form is after a button such as `deeper:3`, and the id of what has the focus then. `new` is a row, and
    `act` an act, as one that is added begins."""
    name, _, given = button.partition(":")
    at = int(given) if given.isascii() and given.isdigit() else None
    if name in ("act-up", "act-down", "act-remove", "act-add"):
        return _press_act(draft, name, at, act)
    if at is not None and at >= len(draft.shown.rows):
        return draft, ""
    shown, now = _pressed(draft.shown, name, at, new)
    return replace(draft, shown=shown), f"ask-{now}" if now is not None else ""


def _pressed(shown: Rows, name: str, at: int | None, new: Row) -> tuple[Rows, int | None]:
    match name:
        case "add" if len(shown.rows) < rows.MOST:
            return rows.add(shown, at, new)
        case "group" if len(shown.rows) < rows.MOST - 1:
            added, now = rows.add(shown, at, Row(group="all" if shown.join == "any" else "any"))
            return _with_row(added, now, new), now
    if at is None:
        return shown, None
    match name:
        case "remove":
            left = rows.remove(shown, at)
            return left, min(at, len(left.rows) - 1) if left.rows else None
        case "deeper":
            return rows.deeper(shown, at)
        case "shallower":
            return rows.shallower(shown, at)
        case "up":
            return rows.shift(shown, at, -1)
        case "down":
            return rows.shift(shown, at, 1)
    return shown, None


def _press_act(draft: Draft, name: str, at: int | None, act: Act) -> tuple[Draft, str]:
    acts = list(draft.acts)
    if name == "act-add":
        if len(acts) < MOST_ACTS:
            acts.append(act)
        return replace(draft, acts=tuple(acts)), f"do-{len(acts) - 1}"
    if at is None or at >= len(acts):
        return draft, ""
    if name == "act-remove":
        del acts[at]
        return replace(draft, acts=tuple(acts)), f"do-{min(at, len(acts) - 1)}" if acts else ""
    other = at + (-1 if name == "act-up" else 1)
    if 0 <= other < len(acts):
        acts[at], acts[other] = acts[other], acts[at]
        at = other
    return replace(draft, acts=tuple(acts)), f"do-{at}"


def _with_row(shown: Rows, at: int, new: Row) -> Rows:
    changed = list(shown.rows)
    changed[at] = replace(new, depth=changed[at].depth)
    return Rows(shown.join, tuple(changed))


def _row(post: QueryDict, key: str, lists: Mapping[str, bool]) -> Row:
    depth = post.get(f"depth-{key}", "")
    ask, comparison = post.get(f"ask-{key}", ""), post.get(f"is-{key}", "")
    group = post.get(f"group-{key}", "")
    return Row(
        depth=int(depth) if depth.isascii() and depth.isdigit() and len(depth) < 4 else 0,
        group=group if group in rows.JOINS else "",
        negated=bool(post.get(f"not-{key}")),
        ask=ask,
        name=post.get(f"named-{key}", "").strip()[:200],
        comparison=comparison,
        value=_value(post, f"value-{key}", is_list=lists.get(f"{ask}/{comparison}", False)),
    )


def _value(post: QueryDict, name: str, *, is_list: bool) -> Value:
    """One value; or the lines of a text and the boxes that are ticked, each once, in their order."""
    given = [one.replace("\0", "")[:LONGEST] for one in post.getlist(name)]
    if not is_list:
        return given[0] if given else ""
    lines = (line.strip() for one in given for line in one.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _shown(value: Any) -> Value:
    if isinstance(value, list | tuple):
        return tuple(str(one) for one in value)
    return "" if value is None or value is True else str(value)
