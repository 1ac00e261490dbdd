"""What a browser sends from the editor, and rules that are there already."""

from __future__ import annotations

from typing import Any

from postline.kit import clock
from postline.projects import changes
from postline.rules import filters, hints
from postline.rules.checks import Draft
from postline.rules.keeping import target
from postline.rules.models import Rule
from postline.web.manage.rules.rows import Rows, rows_of
from tests.scenes import Department

FILTERS, HINTS = "/manage/projects/mail/filters/", "/manage/projects/mail/hints/"
INVOICE = {"ask": "subject", "is": "contains", "value": "invoice"}
TO_WEB = [{"do": "queue", "value": "web"}]
Sent = dict[str, Any]


def form(condition: dict[str, Any] | None = None, steps: list[dict[str, Any]] | None = None, **more: Any) -> Sent:
    """The fields of the editor with this condition and these steps, and `more`."""
    given = {"name": "Invoices", "acts_on": "new", "seen": "0", "do": "save"}
    given |= condition_fields(rows_of({"all": [INVOICE]} if condition is None else condition))
    given |= step_fields(TO_WEB if steps is None else steps)
    return {**given, **more}


def hint_form(condition: dict[str, Any], what: str, value: str, **more: Any) -> Sent:
    """The fields of the editor of a hint with one suggestion."""
    given = form(condition, [], name="Lost password", weight="60")
    return {**given, "act": ["0"], "do-0": what, "set-0": value, **more}


def condition_fields(shown: Rows) -> Sent:
    found: Sent = {"join": shown.join, "row": [str(number) for number in range(len(shown.rows))]}
    for number, row in enumerate(shown.rows):
        value = "\n".join(row.value) if isinstance(row.value, tuple) else row.value
        found |= {f"depth-{number}": str(row.depth), f"not-{number}": "1" if row.negated else ""}
        if row.group:
            found[f"group-{number}"] = row.group
        else:
            found |= {f"ask-{number}": row.ask, f"is-{number}": row.comparison, f"value-{number}": value}
            found |= {f"named-{number}": row.name}
    return found


def step_fields(steps: list[dict[str, Any]]) -> Sent:
    found: Sent = {"act": [str(number) for number in range(len(steps))]}
    for number, step in enumerate(steps):
        value = step.get("value", "")
        found[f"do-{number}"] = step["do"]
        found[f"set-{number}"] = "\n".join(value) if isinstance(value, list) else value
        found[f"called-{number}"] = step.get("name", "")
    return found


def make_filter(d: Department, name: str = "Invoices", *, slug: str = "", **more: Any) -> Rule:
    """A filter of mail, off, made by its lead."""
    draft = Draft(**{"name": name, "condition": {"all": [INVOICE]}, "steps": TO_WEB, **more})
    slug = slug or name.lower().replace(" ", "-")
    return filters.add(d.reach("lead"), d.projects["mail"], slug=slug, draft=draft, now=clock.now())


def make_hint(d: Department, name: str = "Often", **more: Any) -> Rule:
    """A hint of mail, off, made by its lead."""
    draft = Draft(**{"name": name, "condition": {"all": [INVOICE]}, "suggestions": [{"attention": "Look"}], **more})
    return hints.add(d.reach("lead"), d.projects["mail"], slug=name.lower(), draft=draft, now=clock.now())


def seen(rule: Rule) -> str:
    """The number of the last change that somebody who opens the editor now has seen."""
    return str(changes.last_change(target(rule)))
