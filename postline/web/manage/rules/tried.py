"""A rule tried on past messages, as the page shows it: those that would be different first."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.rules.conditions import Names, sentence
from postline.rules.trial import Change, Row, Trial, trying
from postline.tickets.queries.shown import Shown, shown_in_lists
from postline.web.manage.rules import acts
from postline.web.manage.rules.choices import Offered
from postline.web.manage.rules.form import Draft
from postline.web.manage.rules.sort import Sort
from postline.web.shared.charts import BarChart, bar_chart

LASTS = (100, 500, 2000, 5000)
USUAL = 500
SHOWN = 100  # rows
PATIENCE_S = 0.8  # of the first look; each further one has more
LATER = 3.0
MOST_LOOKS = 5
DAYS = 30  # bars of the chart
CHART = (400, 36)
WHAT = {
    "queue": gettext_lazy("queue"),
    "group": gettext_lazy("queue"),
    "topic": gettext_lazy("topic"),
    "priority": gettext_lazy("priority"),
    "tags": gettext_lazy("tags"),
    "owner": gettext_lazy("to answer"),
    "language": gettext_lazy("language"),
    "field": gettext_lazy("field"),
    "note": gettext_lazy("note"),
    "answer": gettext_lazy("answer"),
    "quarantine": gettext_lazy("quarantine"),
    "attention": gettext_lazy("attention"),
    "template": gettext_lazy("template"),
}
YES = frozenset({"quarantine"})


@dataclass(frozen=True, slots=True)
class Beside:
    """One thing as it would be and as it really is."""

    what: str
    would: str
    really: str
    differs: bool


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A message that the rule fits."""

    number: int
    subject: str
    at: datetime
    both: list[Beside]
    why: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out. `goes_on` is the button that looks further, empty at the end."""

    last: int
    looked: int
    hits: int
    differing: int
    rows: list[TriedRow]
    more: int
    spark: BarChart | None
    goes_on: str

    @property
    def same(self) -> int:
        """How many became the same anyway."""
        return self.hits - self.differing


def wanted(text: str) -> int:
    """How many messages somebody has chosen."""
    return int(text) if text in {str(one) for one in LASTS} else USUAL


def begin(
    reach: Reach, project: Project, sort: Sort, draft: Draft, things: Offered, *, last: int, do: str, now: datetime
) -> Tried:
    """Look for a moment; `do` says the how-manieth time it is, and each time is longer. Raises Forbidden, WrongRule."""
    look = do.partition(":")[2]
    number = min(int(look), MOST_LOOKS) if look.isascii() and look.isdigit() and len(look) < 3 else 0
    until = time.monotonic() + PATIENCE_S * LATER**number
    kept = acts.kept(sort.kind, draft)
    steps, suggestions = (kept, []) if sort.kind == "filter" else ([], kept)
    trial = Trial()
    looking = trying(reach, project, draft.condition, steps, suggestions=suggestions, acts_on=draft.acts_on, last=last)
    is_done = True
    for trial in looking:
        if time.monotonic() > until and number < MOST_LOOKS:
            is_done = trial.looked_at >= last
            break
    masks = shown_in_lists(reach, {row.ticket.queue_id for row in trial.rows})
    rows = [_row(row, masks[row.ticket.queue_id], things.names) for row in trial.rows]
    return _tried(trial, rows, last, "" if is_done else f"try:{number + 1}", now=now)


def _tried(trial: Trial, rows: list[TriedRow], last: int, goes_on: str, *, now: datetime) -> Tried:
    rows.sort(key=lambda row: not row.differs)
    return Tried(
        last=last,
        looked=trial.looked_at,
        hits=len(rows),
        differing=sum(row.differs for row in rows),
        rows=rows[:SHOWN],
        more=max(0, len(rows) - SHOWN),
        spark=_by_day([row.at for row in trial.rows], trial.since, now=now),
        goes_on=goes_on,
    )


def _row(row: Row, shown: Shown, names: Names) -> TriedRow:
    changes = [change for change in row.changes if change.slug != "stop"]
    both = [_beside(change, shown) for change in changes]
    said = sentence({"all": list(row.because)}, get_language() or "en", names=names) if row.because else ""
    nothing_to_compare = bool(changes) and not any(change.really for change in changes)
    differs = nothing_to_compare or any(one.differs for one in both)
    return TriedRow(row.ticket.number, shown.text(row.subject), row.at, both, shown.text(said), differs)


def _beside(change: Change, shown: Shown) -> Beside:
    what = str(WHAT.get(change.slug, change.slug))
    if change.slug in YES:
        return Beside(what, _("yes"), _("no"), True)
    really = "" if change.really == "-" else change.really
    return Beside(what, shown.text(change.would), shown.text(really), bool(change.really) and not change.is_so_already)


def _by_day(moments: Sequence[datetime], since: datetime | None, *, now: datetime) -> BarChart | None:
    """How many fitted on each day, or on so many days that there are no more bars than are seen well."""
    if since is None or not moments:
        return None
    first, today = timezone.localtime(min(since, *moments)).date(), timezone.localtime(now).date()
    step = (today - first).days // DAYS + 1
    counts = Counter((timezone.localtime(moment).date() - first).days // step for moment in moments)
    figures = []
    for place in range((today - first).days // step + 1):
        day = date_format(first + timedelta(days=place * step), "j M")
        said = ngettext("%(count)d message", "%(count)d messages", counts[place]) % {"count": counts[place]}
        figures.append((f"{day}: {said}", counts[place]))
    label = _("Messages that fit, by day, since %(day)s") % {"day": date_format(first, "j M")}
    return bar_chart(figures, label=label, size=CHART)
