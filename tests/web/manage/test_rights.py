"""The pages of rights: the table, a row that is changed, and the reasons."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from postline.projects.grants import Where, Whom, change_rights
from postline.projects.models import Grant, Line, Membership, Role
from postline.projects.rights import Right
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements

TABLE = "/manage/projects/mail/rights/"


def allow(d: Department, whom: Whom, where: Where | None = None, **wanted: bool | None) -> None:
    change_rights(
        d.reach("admin"),
        project_id=d.projects["mail"].pk,
        whom=whom,
        where=where or Where(),
        wanted=wanted,
        seen=2**40,
        now=NOW,
    )


def cell(text: str, row: str, column: int) -> str:
    """What a screen reader hears in a cell of the table."""
    body = next(part for part in text.split("<tr>")[1:] if f">{row}<" in part)
    found: list[str] = re.findall(r'sr-only">([^<]*)<', body.split("</th>", 1)[1])
    return found[column]


def test_the_table_tells_what_is_set_from_what_comes_by_role(d: Department, signed_in: SignedIn) -> None:
    allow(d, Whom(line=Line.SECOND), close=False)
    allow(d, Whom(group=d.groups["web"]), see=True)
    browser = signed_in("admin")

    page = browser.get(TABLE).text

    assert cell(page, "Web", 0) == "allowed here"
    assert cell(page, "Abuse", 0) == "in some queues"
    assert cell(page, "Second line", 7) == "forbidden here"
    assert cell(page, "Web", 7) == "no"
    assert cell(browser.get(f"{TABLE}?where=queue:web").text, "Abuse", 0) == "yes"
    assert browser.get(f"{TABLE}?where=queue:nowhere").status_code == 404


def test_a_row_is_set_and_the_toast_takes_it_back(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    address = f"{TABLE}group/web/?where=queue:inbox"

    page = browser.post(address, {"seen": "0", "right.see": "allow", "right.close": ""}, follow=True)

    assert page.status_code == 200
    assert d.reach("web").may(Right.SEE, d.queues["inbox"].pk)
    undo = re.search(r'action="([^"]*undo/\?entry=\d+)"', page.text)
    assert undo is not None
    browser.post(undo.group(1))
    assert not Grant.objects.exists()


def test_who_comes_second_sees_what_was_changed_and_what_they_chose_stays(d: Department, signed_in: SignedIn) -> None:
    allow(d, Whom(line=Line.FIRST), note=False)

    page = signed_in("admin").post(f"{TABLE}line/1/", {"seen": "0", "right.close": "forbid"})

    assert page.status_code == 409
    assert "Somebody was quicker" in page.text
    assert re.search(r'name="right.close" value="forbid" checked', page.text)
    assert not Grant.objects.filter(right="close").exists()


def test_a_person_is_found_by_login_and_gets_an_area(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    assert browser.get(f"{TABLE}?person=LEAD").headers["Location"] == f"{TABLE}person/lead/"
    assert browser.get(f"{TABLE}?person=games1").status_code == 422
    browser.post(f"{TABLE}person/lead/", {"seen": "0", "right.staff": "allow", "right.queues": "forbid"})

    lead = signed_in("lead")
    assert lead.get("/manage/people/").status_code == 200
    assert lead.get("/manage/projects/mail/queues/").status_code == 403


def test_what_one_does_not_have_cannot_be_chosen(d: Department, signed_in: SignedIn) -> None:
    allow(d, Whom(person=d.people["lead"]), rights=True)
    browser = signed_in("lead")

    page = browser.get(f"{TABLE}person/line1/").text

    assert re.search(r'name="right.staff" value="allow" disabled', page)
    assert not re.search(r'name="right.queues" value="allow" disabled', page)
    assert "nobody gives away more than they have" in page
    assert browser.post(f"{TABLE}person/line1/", {"seen": "0", "right.staff": "allow"}).status_code == 403
    own = browser.get(f"{TABLE}person/lead/").text
    assert "These are your own rights" in own


def test_the_reasons_name_role_and_rule(d: Department, signed_in: SignedIn) -> None:
    allow(d, Whom(group=d.groups["web"]), Where(queue=d.queues["inbox"]), see=True)
    allow(d, Whom(person=d.people["web"]), close=False)
    person = d.people["web"].pk

    page = signed_in("admin").get(f"/manage/people/{person}/rights/?queue=inbox").text
    own = signed_in("web").get("/settings/rights/?queue=web").text

    assert "Allowed by a rule for the group Web, in this queue, of March 4, 2026 by admin." in page
    assert "Forbidden by a rule for this person, in all of the project, of March 4, 2026 by admin." in page
    assert "By role: Second line: Web." in own
    assert "Vulnerabilities" in own  # a private queue: one may move into it
    trainee = signed_in("trainee").get("/settings/rights/").text
    assert "Vulnerabilities" not in trainee


def test_the_reasons_of_somebody_elsewhere_are_not_there(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
    browser = signed_in("games1")

    assert browser.get(f"/manage/people/{d.people['web'].pk}/rights/").status_code == 404
    assert browser.get(f"/manage/people/{d.people['games1'].pk}/rights/?project=mail").status_code == 404
    assert browser.get("/settings/rights/?project=mail").status_code == 404


@pytest.mark.parametrize("address", [TABLE, "/settings/rights/", TABLE + "group/web/"])
def test_the_number_of_queries_does_not_grow(d: Department, signed_in: SignedIn, address: str) -> None:
    browser: Client = signed_in("admin")
    allow(d, Whom(person=d.people["abuse"]), note=False)
    browser.get(address)
    with statements() as few:
        browser.get(address)
    for login in ("line1", "web", "passwords", "trainee"):
        allow(d, Whom(person=d.people[login]), note=False)
        allow(d, Whom(person=d.people[login]), Where(queue=d.queues["web"]), note=True)
    with statements() as many:
        browser.get(address)

    assert len(many) == len(few)


def test_a_role_beyond_ones_own_is_shown_and_not_taken(d: Department, signed_in: SignedIn) -> None:
    allow(d, Whom(person=d.people["lead"]), staff=True)
    Membership.objects.filter(person=d.people["line1b"]).update(role=Role.PROJECT_ADMIN)
    browser = signed_in("lead")
    administrator, agent = d.people["line1b"], d.people["line1"]
    role = Membership.objects.get(person=administrator)

    page = browser.get(f"/manage/people/{administrator.pk}/").text

    assert "Project administrator" in page
    assert f"/roles/{role.pk}/" not in page
    assert browser.post(f"/manage/people/{administrator.pk}/roles/{role.pk}/").status_code == 403
    assert browser.post(f"/manage/people/{administrator.pk}/link/").status_code == 403
    assert "Take away" in browser.get(f"/manage/people/{agent.pk}/").text
