"""`/manage/search/`: whatever is set up, by its name or address; the pages of settings by what they are called."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from postline.kit.paging import key_of
from postline.projects import managed
from postline.projects.models import Project
from postline.projects.rights import ProjectRight
from postline.rules import queries
from postline.web.manage.frame import AREAS, Area, manages, show
from postline.web.shared.decorators import StaffRequest

KINDS = ("project", "queue", "topic", "group", "mailbox", "calendar", "filter", "hint", "template")
FIRST = 10  # of each kind, while all kinds are shown


@require_safe
@manages
def search(request: StaffRequest) -> HttpResponse:
    """The first of every kind; with `kind`, all of that one, page by page."""
    words, kind, after = (request.GET.get(name, "").strip() for name in ("q", "kind", "after"))
    kinds = [kind] if kind in KINDS else list(KINDS)
    size = managed.PAGE if kind in KINDS else FIRST
    start = (key_of(after) or 0) if kind in KINDS else 0
    found = {one: _search(request, words, kind=one, after=start, size=size) for one in kinds}
    people = None
    if kind not in KINDS and words and request.reach.may_somewhere(ProjectRight.STAFF):
        people = managed.people_page(request.chosen, managed.PeopleFilter(words=words), size=FIRST)
    context = {
        "words": words,
        "kind": kind if kind in KINDS else "",
        "found": found,
        "people": people,
        "pages": _pages(request, words) if words and kind not in KINDS else [],
        "size": size,
    }
    return show(request, "search.jinja", context, at="search")


def _search(request: StaffRequest, words: str, *, kind: str, after: int, size: int) -> list[managed.Found]:
    search = queries.search if kind in queries.SEARCHED else managed.search
    return search(request.chosen, words, kind=kind, after=after, size=size)


def _pages(request: StaffRequest, words: str) -> list[tuple[Project, Area]]:
    """The pages of settings that are called so, in the reader's language."""
    areas = [area for area in AREAS if words.casefold() in str(area.label).casefold()]
    if not areas:
        return []
    projects = managed.projects_in_charge(request.chosen, {area.right for area in areas})[:FIRST]
    return [(one, area) for one in projects for area in areas if request.reach.may_in_project(area.right, one.pk)]
