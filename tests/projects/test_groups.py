"""Groups are made, changed and deleted; what belongs to them goes to an heir."""

from __future__ import annotations

import pytest

from postline.projects import groups
from postline.projects.models import Grant, Group, Line, Membership, Role
from postline.projects.rights import Forbidden
from tests.scenes import NOW, Department


def test_people_and_queues_of_a_deleted_group_go_to_its_heir(d: Department) -> None:
    Membership.objects.create(
        person=d.people["passwords"], role=Role.LINE2, project=d.projects["mail"], group=d.groups["web"]
    )

    groups.delete_group(d.reach("admin"), group_id=d.groups["web"].pk, heir=d.groups["passwords"], now=NOW)

    assert not Group.objects.filter(slug="web").exists()
    assert set(d.groups["passwords"].memberships.values_list("person__login", flat=True)) == {"passwords", "web"}
    assert set(d.groups["passwords"].queues.values_list("slug", flat=True)) == {"passwords", "mail-clients", "web"}


def test_a_group_in_use_is_not_deleted_without_an_heir(d: Department) -> None:
    with pytest.raises(groups.GroupInUse):
        groups.delete_group(d.reach("admin"), group_id=d.groups["web"].pk, heir=None, now=NOW)


def test_an_heir_is_another_group_of_the_same_project_and_line(d: Department) -> None:
    other = Group.objects.create(project=d.projects["games"], slug="web", name="Web", line=Line.SECOND)
    first = Group.objects.create(project=d.projects["mail"], slug="first", name="First", line=Line.FIRST)

    for heir in (other, first, d.groups["web"]):
        with pytest.raises(groups.WrongHeir):
            groups.delete_group(d.reach("admin"), group_id=d.groups["web"].pk, heir=heir, now=NOW)


def test_a_group_in_use_stays_in_its_line(d: Department) -> None:
    with pytest.raises(groups.WrongLine):
        groups.change_group(d.reach("admin"), group_id=d.groups["web"].pk, name="Web", line=Line.FIRST, seen=0, now=NOW)


@pytest.mark.parametrize("login", ["line1", "lead", "games1", "auditor"])
def test_who_does_not_manage_the_project_changes_no_group(d: Department, login: str) -> None:
    with pytest.raises(Forbidden):
        groups.create_group(d.reach(login), project=d.projects["mail"], slug="x", name="X", line=Line.SECOND, now=NOW)
    with pytest.raises(Forbidden):
        groups.delete_group(d.reach(login), group_id=d.groups["web"].pk, heir=d.groups["passwords"], now=NOW)


def test_nobody_brings_themselves_into_queues_by_deleting_the_group_that_works_there(d: Department) -> None:
    mail = d.projects["mail"]
    Grant.objects.create(project=mail, person=d.people["passwords"], right="staff", allowed=True, set_at=NOW)
    reach, abuse = d.reach("passwords"), d.groups["abuse"]
    with pytest.raises(Forbidden):
        groups.delete_group(reach, group_id=abuse.pk, heir=d.groups["passwords"], now=NOW)
    assert d.groups["abuse"].queues.count() == 2
    Membership.objects.create(person=d.people["passwords"], role=Role.PROJECT_ADMIN, project=mail)
    groups.delete_group(d.reach("passwords"), group_id=abuse.pk, heir=d.groups["passwords"], now=NOW)
    assert d.groups["passwords"].queues.count() == 3
