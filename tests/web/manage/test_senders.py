"""`/manage/projects/{project}/senders/`: who is blocked and allowed, and who may say so."""

from __future__ import annotations

import pytest

from postline.intake.models import ListedSender, Verdict
from postline.intake.senders import put_on_list
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn

LIST = "/manage/projects/mail/senders/"


@pytest.mark.parametrize("login", ["lead", "admin"])
def test_a_sender_is_put_on_the_list_and_taken_off(signed_in: SignedIn, d: Department, login: str) -> None:
    client = signed_in(login)
    page = client.post(LIST, {"sender": " @Evil.example ", "verdict": "block", "always": "on"}, follow=True).text
    assert "evil.example is blocked from now on." in page
    it = ListedSender.objects.get()
    assert (it.pattern, it.verdict, it.always, it.added_by) == ("evil.example", "block", False, d.people[login])
    assert "evil.example is no longer on the list." in client.post(f"{LIST}{it.pk}/off/", follow=True).text
    assert not ListedSender.objects.exists()


def test_an_allowed_one_may_be_believed_without_proof(signed_in: SignedIn) -> None:
    page = signed_in("lead").post(
        LIST, {"sender": "anna@user.example", "verdict": "allow", "always": "on"}, follow=True
    )
    assert ListedSender.objects.get().always
    assert "also without proof" in page.text


@pytest.mark.parametrize("always", [True, False])
def test_undo_leaves_what_somebody_else_had_put_on_the_list(signed_in: SignedIn, d: Department, always: bool) -> None:
    for verdict, sender in ((Verdict.BLOCK, "evil.example"), (Verdict.ALLOW, "anna@user.example")):
        put_on_list(
            d.reach("admin"),
            project_id=d.projects["mail"].pk,
            sender=sender,
            verdict=verdict,
            always=always,
            now=NOW,
        )
    before = list(ListedSender.objects.order_by("pattern").values_list("pattern", "verdict", "always"))
    client = signed_in("lead")
    for sender, typed in (("evil.example", "block"), ("anna@user.example", "allow"), ("anna@user.example", "block")):
        page = client.post(LIST, {"sender": sender, "verdict": typed}, follow=True).text
        undo = page.partition('action="/quarantine/unlist/?at=')[2].partition('"')[0]
        client.post(f"/quarantine/unlist/?at={undo}")
        assert list(ListedSender.objects.order_by("pattern").values_list("pattern", "verdict", "always")) == before


def test_what_is_no_sender_is_said_at_the_field_and_stays_typed(signed_in: SignedIn) -> None:
    answer = signed_in("lead").post(LIST, {"sender": "no <b>such</b> thing", "verdict": "allow"})
    assert answer.status_code == 422
    assert "Write an address" in answer.text
    assert 'value="no &lt;b&gt;such&lt;/b&gt; thing"' in answer.text


def test_the_list_is_searched_and_paged(signed_in: SignedIn, d: Department) -> None:
    made = (
        ListedSender(
            project=d.projects["mail"], pattern=f"n{number:03}.example", verdict="block", added_at="2026-03-04T12:00Z"
        )
        for number in range(150)
    )
    ListedSender.objects.bulk_create(made)
    client = signed_in("lead")
    first = client.get(LIST).text
    assert "n099.example" in first
    assert "n100.example" not in first
    assert "n149.example" in client.get(f"{LIST}?after=n099.example").text
    found = client.get(f"{LIST}?q=N12").text
    assert "n125.example" in found
    assert "n000.example" not in found


@pytest.mark.parametrize(("login", "status"), [("line1", 403), ("auditor", 403), ("trainee", 403), ("games1", 403)])
def test_who_does_not_screen_has_no_list(signed_in: SignedIn, login: str, status: int) -> None:
    client = signed_in(login)
    assert client.get(LIST).status_code == status
    assert client.post(LIST, {"sender": "x.example", "verdict": "block"}).status_code == status
    assert client.post("/quarantine/unlist/?at=1").status_code == status
    assert not ListedSender.objects.exists()


def test_another_projects_list_is_not_there(signed_in: SignedIn, d: Department) -> None:
    other = ListedSender.objects.create(
        project=d.projects["games"], pattern="x.example", verdict="block", added_at="2026-03-04T12:00Z"
    )
    client = signed_in("lead")
    assert client.get("/manage/projects/games/senders/").status_code == 404
    assert client.post("/manage/projects/games/senders/", {"sender": "y.example"}).status_code == 404
    assert client.post(f"/manage/projects/games/senders/{other.pk}/off/").status_code == 404
    assert client.post(f"{LIST}{other.pk}/off/").status_code == 404
    assert ListedSender.objects.get() == other
