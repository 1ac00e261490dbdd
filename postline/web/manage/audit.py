"""`/manage/audit/`: who changed what, when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from postline.kit.paging import newest_first
from postline.projects.audit_log import AuditFilter, entries
from postline.projects.rights import ProjectRight
from postline.web.manage.audit_words import ACTIONS, told
from postline.web.manage.frame import show
from postline.web.shared.decorators import StaffRequest, requires

ROWS = 50
NAMES = ("actor", "action", "target", "since", "until")


@require_safe
@requires(ProjectRight.AUDIT)
def audit(request: StaffRequest) -> HttpResponse:
    """Newest first, filtered by what stands in the address."""
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
        "rows": [told(entry) for entry in page.rows],
        "next": page.next,
        "given": given,
        "actions": ACTIONS,
        "address": reverse("manage-audit") + (f"?{kept}" if kept else ""),
        "is_filtered": bool(kept),
        "wrong_dates": [name for name, day in (("since", since), ("until", until)) if given[name] and day is None],
    }
    return show(request, "audit.jinja", context, at="audit")


def _day(text: str) -> datetime | None:
    """The beginning of a day in the person's time zone."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, time())) if day else None
