"""`/manage/audit/`: who changed what, when; filters and paging; projects are walls."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from postline.projects import audit
from postline.projects.models import Membership, Role
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn


def happened(
    d: Department, *, actor: str = "admin", target: str = "queue:mail/web", days: int = 0, **detail: object
) -> None:
    """An entry of the log."""
    whole = {"project": d.projects["mail"].pk, "before": {"name": "Web"}, "after": {"name": "Pages"}} | detail
    audit.record(actor=actor, action="queue.changed", target=target, detail=whole, now=NOW + timedelta(days=days))


def rows(page: str) -> int:
    return len(re.findall(r"<li><span class=\"num muted\">", page))


def test_an_entry_says_who_did_what_before_and_after(d: Department, signed_in: SignedIn) -> None:
    happened(d, before={"name": "Web", "line": 1, "private": False}, after={"name": "<b>", "line": 2, "private": True})

    page = signed_in("auditor").get("/manage/audit/").text

    assert "<b>admin</b> <span>queue changed</span>" in page
    assert re.search(r"<del[^>]*>Web</del> <ins[^>]*>&lt;b&gt;</ins>", page)
    assert re.search(r"<del[^>]*>First line</del> <ins[^>]*>Second line</ins>", page)
    assert re.search(r"<del[^>]*>no</del> <ins[^>]*>yes</ins>", page)


def test_entries_are_filtered_by_who_what_on_what_and_when(d: Department, signed_in: SignedIn) -> None:
    happened(d)
    happened(d, actor="lead", target="queue:mail/abuse", days=1)
    audit.record(actor="lead", action="group.created", target="group:mail/x", now=NOW + timedelta(days=2))
    browser = signed_in("admin")

    for wanted, count in [
        ({}, 3),
        ({"actor": "lead"}, 2),
        ({"action": "queue.changed"}, 2),
        ({"target": "queue:mail/abuse"}, 1),
        ({"since": "2026-03-05"}, 2),
        ({"until": "2026-03-05"}, 2),
        ({"since": "2026-03-05", "until": "2026-03-05"}, 1),
        ({"actor": "nobody"}, 0),
    ]:
        assert rows(browser.get("/manage/audit/", wanted).text) == count, wanted


@pytest.mark.parametrize("day", ["2026-02-31", "yesterday", "9999999-01-01", "\0"])
def test_a_date_that_is_none_is_left_out_and_said(d: Department, signed_in: SignedIn, day: str) -> None:
    happened(d)

    page = signed_in("admin").get("/manage/audit/", {"since": day})

    assert page.status_code == 200
    assert rows(page.text) == 1


def test_the_log_goes_on_behind_the_last_row_in_constant_queries(
    d: Department, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        happened(d, target=f"queue:mail/q{number}")
    browser = signed_in("admin")

    with django_assert_max_num_queries(8):
        first = browser.get("/manage/audit/?actor=admin").text
    further = re.search(r'rel="next" href="([^"]+)"', first)
    assert further is not None
    assert rows(first) == 50
    assert rows(browser.get(further[1].replace("&amp;", "&")).text) == 10


def test_an_administrator_of_a_project_reads_what_is_theirs(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
    happened(d)
    happened(d, target="queue:games/inbox", project=d.projects["games"].pk)
    audit.record(actor="admin", action="person.signed-in", target="admin", now=NOW)

    page = signed_in("games1").get("/manage/audit/").text

    assert rows(page) == 1
    assert "games/inbox" in page
    assert rows(signed_in("admin").get("/manage/audit/").text) == 3


def test_an_empty_log_says_so(signed_in: SignedIn) -> None:
    assert "Nothing has happened yet" in signed_in("admin").get("/manage/audit/").text
