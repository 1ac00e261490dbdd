"""`/manage/audit/`: who changed what, when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from postline.kit.paging import newest_first
from postline.projects.audit_log import REVEALED, AuditFilter, entries, may_read_any
from postline.projects.models import AuditEntry
from postline.projects.rights import Forbidden, ProjectRight
from postline.tickets.models import Reveal
from postline.web.manage.audit_words import ACTIONS, Told, told
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, signed_in

ROWS = 50
NAMES = ("actor", "action", "target", "since", "until")


@require_safe
@signed_in
def audit(request: StaffRequest) -> HttpResponse:
    """Newest first, filtered by what stands in the address. Leads find the reveals of their projects alone."""
    if not may_read_any(request.reach):
        raise Forbidden(ProjectRight.AUDIT)
    actions = ACTIONS if request.reach.may_somewhere(ProjectRight.AUDIT) else {REVEALED: ACTIONS[REVEALED]}
    given = {name: request.GET.get(name, "").strip()[:200] for name in NAMES}
    since, until = _day(given["since"]), _day(given["until"])
    wanted = AuditFilter(
        actor=given["actor"],
        action=given["action"] if given["action"] in ACTIONS else "",
        target=given["target"],
        since=since,
        until=until + timedelta(days=1) if until else None,
    )
    page = newest_first(entries(request.chosen, wanted), before=request.GET.get("before", ""), size=ROWS)
    kept = urlencode({name: value for name, value in given.items() if value})
    context = {
        "rows": _told(page.rows),
        "next": page.next,
        "given": given,
        "actions": actions,
        "address": reverse("manage-audit") + (f"?{kept}" if kept else ""),
        "is_filtered": bool(kept),
        "wrong_dates": [name for name, day in (("since", since), ("until", until)) if given[name] and day is None],
    }
    return show(request, "audit.jinja", context, at="audit")


def _told(entries: Sequence[AuditEntry]) -> list[Told]:
    """In words; reveals with those of whoever gave the reason."""
    reveals = [entry.detail.get("reveal") for entry in entries if entry.action == REVEALED]
    words = dict(Reveal.objects.filter(pk__in=reveals).values_list("pk", "words")) if reveals else {}
    return [told(entry, words=words.get(entry.detail.get("reveal"), "")) for entry in entries]


def _day(text: str) -> datetime | None:
    """The beginning of a day in the person's time zone."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time())) if day else None
