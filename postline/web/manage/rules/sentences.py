"""A rule read out: when, if, what it does or says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from postline.rules import checks
from postline.rules.conditions import Names
from postline.rules.conditions.words import translated
from postline.rules.models import Rule, RuleVersion, WhyDisabled
from postline.rules.steps import STEPS, Takes
from postline.rules.suggestions import SUGGESTIONS
from postline.rules.told import steps_told
from postline.web.manage.rules import acts, choices, views
from postline.web.manage.rules.form import Draft, acts_of
from postline.web.manage.rules.rows import rows_of

OCCASIONS = (
    ("new", gettext_lazy("new request")),
    ("follow-ups", gettext_lazy("further message to a ticket")),
    ("all", gettext_lazy("any message")),
)
WHEN = {
    "new": gettext_lazy("When a new request arrives"),
    "follow-ups": gettext_lazy("When a further message arrives"),
    "all": gettext_lazy("When any message arrives"),
}


def rule_sentence(rule: Rule | RuleVersion, things: choices.Offered, *, kind: str = "") -> str:
    """A rule, or a version of one of this kind."""
    kind = kind or getattr(rule, "kind", "filter")
    kept = acts_of(rule.steps, word="do") if kind == "filter" else acts_of(rule.suggestions)
    draft = Draft(acts_on=rule.acts_on, shown=rows_of(rule.condition), acts=kept)
    return draft_sentence(draft, kind, things, language=get_language() or "en")


def said_sentence(said: checks.Draft, kind: str, things: choices.Offered, *, language: str) -> str:
    """A rule of a file."""
    kept = acts_of(said.steps, word="do") if kind == "filter" else acts_of(said.suggestions)
    draft = Draft(acts_on=said.acts_on, shown=rows_of(said.condition), acts=kept)
    return draft_sentence(draft, kind, things, language=language)


def draft_sentence(draft: Draft, kind: str, things: choices.Offered, *, language: str) -> str:
    """What stands in the form, as far as it is finished."""
    when = str(WHEN.get(draft.acts_on, WHEN["new"]))
    done = _done(draft, kind, things, language)
    if draft.shown.rows:
        said = _("%(when)s and %(condition)s") % {"when": when, "condition": views.spoken(draft, things)}
    else:
        said = when
    return _("%(said)s: %(done)s.") % {"said": said, "done": done or "…"}


def _done(draft: Draft, kind: str, things: choices.Offered, language: str) -> str:
    """What it does or says, as far as it is finished."""
    kept, names = acts.kept(kind, draft), things.names
    if kind == "hint":
        return suggestions_told(kept, language, names=names)
    finished = [step for step in kept if step.get("value") or _takes_nothing(step["do"])]
    return steps_told(finished, language, names=names) + (" …" if len(finished) < len(kept) else "")


def _takes_nothing(what: str) -> bool:
    return what in STEPS and STEPS[what].takes is Takes.NOTHING


def suggestions_told(suggestions: Sequence[Mapping[str, Any]], language: str, *, names: Names) -> str:
    """“probably about “Display”; look out: “third letter””."""
    said = []
    for one in suggestions:
        for what, value in one.items():
            known = SUGGESTIONS.get(what)
            text = names.get((known.references, str(value)), str(value)) if known and known.references else str(value)
            label = translated(known.label, language) if known else what
            said.append(_("%(label)s: “%(text)s”") % {"label": label, "text": text} if text else "…")
    return "; ".join(said)


def fault_words(rule: Rule) -> str:
    """Why a rule has switched itself off."""
    if not rule.disabled_because:
        return ""
    why = str(WhyDisabled(rule.disabled_because).label)
    return f"{why} ({rule.disabled_detail})" if rule.disabled_detail else why
