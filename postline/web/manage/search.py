"""`/manage/search/`: people, queues, groups, mailboxes and projects by name or address."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from postline.kit.paging import key_of
from postline.projects import managed
from postline.projects.rights import ProjectRight
from postline.web.manage.frame import manages, show
from postline.web.shared.decorators import StaffRequest

KINDS = ("project", "queue", "group", "mailbox")
FIRST = 10  # of each kind, while all kinds are shown


@require_safe
@manages
def search(request: StaffRequest) -> HttpResponse:
    """The first of every kind; with `kind`, all of that one, page by page."""
    words, kind, after = (request.GET.get(name, "").strip() for name in ("q", "kind", "after"))
    kinds = [kind] if kind in KINDS else list(KINDS)
    size = managed.PAGE if kind in KINDS else FIRST
    start = (key_of(after) or 0) if kind in KINDS else 0
    found = {one: managed.search(request.chosen, words, kind=one, after=start, size=size) for one in kinds}
    people = None
    if kind not in KINDS and words and request.reach.may_somewhere(ProjectRight.STAFF):
        people = managed.people_page(request.chosen, managed.PeopleFilter(words=words), size=FIRST)
    context = {"words": words, "kind": kind if kind in KINDS else "", "found": found, "people": people, "size": size}
    return show(request, "search.jinja", context, at="search")
