"""Setting rights: nobody gives away more than they have, whoever comes second sees it, all of it is in the log."""

from __future__ import annotations

import pytest

from postline.projects import changes, grants
from postline.projects.changes import ChangedMeanwhile
from postline.projects.grants import Where, Whom, WrongRule, change_rights, take_back
from postline.projects.managed import NothingThere
from postline.projects.memberships import OwnRight, appoint
from postline.projects.models import AuditEntry, Grant, Group, Line, Membership, Queue, Role
from postline.projects.people import Appointment
from postline.projects.rights import Forbidden, ProjectRight, Right
from postline.projects.staff import change_person
from tests.scenes import NOW, Department


def change(
    d: Department,
    whom: Whom,
    wanted: dict[str, bool | None],
    *,
    where: Where | None = None,
    login: str = "admin",
    seen: int | None = None,
) -> int:
    mail = d.projects["mail"]
    number = changes.last_change(grants.target(mail, whom)) if seen is None else seen
    return change_rights(
        d.reach(login),
        project_id=mail.pk,
        whom=whom,
        where=where or Where(),
        wanted=wanted,
        seen=number,
        now=NOW,
    )


def trust(d: Department, login: str, *rights: ProjectRight) -> None:
    """The lead may decide about rights, or look after people, from now on."""
    change(d, Whom(person=d.people[login]), dict.fromkeys(map(str, rights), True))


def test_a_rule_for_a_line_holds_at_once_and_goes_again(d: Department) -> None:
    first = Whom(line=Line.FIRST)
    change(d, first, {"close": False}, where=Where(queue=d.queues["inbox"]))
    assert not d.reach("line1").may(Right.CLOSE, d.queues["inbox"].pk)

    change(d, first, {"close": None}, where=Where(queue=d.queues["inbox"]))

    assert d.reach("line1").may(Right.CLOSE, d.queues["inbox"].pk)
    assert not Grant.objects.exists()


def test_the_log_keeps_before_and_after_and_the_change_is_taken_back_once(d: Department) -> None:
    web = Whom(group=d.groups["web"])
    change(d, web, {"export": True})
    number = change(d, web, {"export": False, "close": False})

    entry = AuditEntry.objects.get(number=number)
    assert entry.target == "rights:mail/group:web"
    assert entry.detail["before"] == {"export": "allow", "close": ""}
    assert entry.detail["after"] == {"export": "forbid", "close": "forbid"}
    back = take_back(d.reach("admin"), project_id=d.projects["mail"].pk, number=number, now=NOW)
    assert list(Grant.objects.values_list("right", "allowed")) == [("export", True)]
    assert AuditEntry.objects.get(number=back).detail["after"] == {"export": "allow", "close": ""}
    with pytest.raises(ChangedMeanwhile):
        take_back(d.reach("admin"), project_id=d.projects["mail"].pk, number=number, now=NOW)


def test_the_same_twice_changes_nothing(d: Department) -> None:
    assert change(d, Whom(line=Line.SECOND), {"merge": False})
    assert change(d, Whom(line=Line.SECOND), {"merge": False}) == 0


def test_whoever_comes_second_sees_what_the_first_changed(d: Department) -> None:
    change(d, Whom(line=Line.FIRST), {"note": False})

    with pytest.raises(ChangedMeanwhile) as caught:
        change(d, Whom(line=Line.FIRST), {"note": True}, seen=0)

    assert [entry.action for entry in caught.value.entries] == ["rights.changed"]


@pytest.mark.parametrize("login", ["line1", "passwords", "lead", "games1", "auditor"])
def test_who_does_not_decide_about_rights_sets_none(d: Department, login: str) -> None:
    with pytest.raises(Forbidden):
        change(d, Whom(line=Line.FIRST), {"close": False}, login=login)


def test_nobody_gives_away_more_than_they_have(d: Department) -> None:
    trust(d, "lead", ProjectRight.RIGHTS)
    change(d, Whom(person=d.people["lead"]), {"export": False}, where=Where(queue=d.queues["vulnerabilities"]))
    abuse = Whom(group=d.groups["abuse"])

    change(d, abuse, {"export": True}, where=Where(queue=d.queues["abuse"]), login="lead")
    for where in (Where(), Where(queue=d.queues["vulnerabilities"]), Where(group=d.groups["abuse"])):
        with pytest.raises(Forbidden):
            change(d, abuse, {"export": True}, where=where, login="lead")
    with pytest.raises(Forbidden):
        change(d, Whom(person=d.people["line1"]), {"staff": True}, login="lead")
    change(d, Whom(person=d.people["line1"]), {"queues": True}, login="lead")


def test_a_rule_about_queues_that_are_still_to_come_needs_the_right_in_them(d: Department) -> None:
    trust(d, "line1", ProjectRight.RIGHTS)
    trust(d, "lead", ProjectRight.RIGHTS)
    mail = d.projects["mail"]
    news = Group.objects.create(project=mail, slug="news", name="News", line=Line.SECOND)
    first = Whom(line=Line.FIRST)

    everywhere = (Where(group=news), Where(line=Line.SECOND), Where())
    for where in everywhere:
        with pytest.raises(Forbidden):
            change(d, first, {"see": True}, where=where, login="line1")
    for where in everywhere:
        assert change(d, first, {"see": True}, where=where, login="lead")
    change(d, first, {"note": True}, where=Where(line=Line.FIRST), login="line1")


def test_where_there_are_no_queues_yet_one_gives_what_one_will_have(d: Department) -> None:
    trust(d, "line1", ProjectRight.RIGHTS)
    Queue.objects.filter(project=d.projects["mail"], line=Line.SECOND).update(retired_at=NOW)

    for where in (Where(line=Line.SECOND), Where()):
        with pytest.raises(Forbidden):
            change(d, Whom(line=Line.FIRST), {"see": True}, where=where, login="line1")


def test_a_no_is_only_taken_away_by_who_could_say_yes(d: Department) -> None:
    trust(d, "lead", ProjectRight.RIGHTS)
    change(d, Whom(person=d.people["lead"]), {"export": False})
    change(d, Whom(line=Line.SECOND), {"export": False})

    with pytest.raises(Forbidden):
        change(d, Whom(line=Line.SECOND), {"export": None}, login="lead")


def test_nobody_sets_their_own_rights_or_those_of_somebody_who_may_more(d: Department) -> None:
    trust(d, "lead", ProjectRight.RIGHTS)
    Membership.objects.filter(person=d.people["line1b"]).update(role=Role.PROJECT_ADMIN)

    with pytest.raises(OwnRight):
        change(d, Whom(person=d.people["lead"]), {"staff": True}, login="lead")
    with pytest.raises(Forbidden):
        change(d, Whom(person=d.people["line1b"]), {"see": False}, login="lead")


def test_people_of_other_projects_and_administrators_of_all_get_no_rules(d: Department) -> None:
    trust(d, "lead", ProjectRight.RIGHTS)
    for login in ("games1", "admin", "auditor"):
        with pytest.raises(NothingThere):
            change(d, Whom(person=d.people[login]), {"see": False}, login="lead")


def test_an_area_of_management_is_given_to_people_alone(d: Department) -> None:
    with pytest.raises(WrongRule):
        change(d, Whom(line=Line.FIRST), {"queues": True})
    with pytest.raises(WrongRule):
        change(d, Whom(person=d.people["line1"]), {"queues": True}, where=Where(queue=d.queues["inbox"]))
    with pytest.raises(WrongRule):
        change(d, Whom(line=Line.FIRST), {"manage": True})


def test_who_looks_after_people_appoints_only_to_what_they_may_themselves(d: Department) -> None:
    trust(d, "lead", ProjectRight.STAFF)
    mail, reach = d.projects["mail"], d.reach("lead")

    appoint(reach, person=d.people["trainee"], appointment=Appointment(Role.LINE1, mail), now=NOW)
    appoint(reach, person=d.people["line1"], appointment=Appointment(Role.LINE2, mail, d.groups["web"]), now=NOW)
    for appointment in (Appointment(Role.PROJECT_ADMIN, mail), Appointment(Role.LINE1, d.projects["games"])):
        with pytest.raises(Forbidden):
            appoint(reach, person=d.people["line1"], appointment=appointment, now=NOW)
    change(d, Whom(person=d.people["lead"]), {"close": False})
    with pytest.raises(Forbidden):
        appoint(d.reach("lead"), person=d.people["line1b"], appointment=Appointment(Role.TRAINER, mail), now=NOW)


def test_what_a_rule_adds_to_a_group_counts_when_somebody_is_put_into_it(d: Department) -> None:
    trust(d, "lead", ProjectRight.STAFF)
    change(d, Whom(person=d.people["lead"]), {"export": False})
    change(d, Whom(group=d.groups["web"]), {"export": True})

    with pytest.raises(Forbidden):
        appoint(
            d.reach("lead"),
            person=d.people["line1"],
            appointment=Appointment(Role.LINE2, d.projects["mail"], d.groups["web"]),
            now=NOW,
        )


def test_what_a_rule_of_their_own_would_give_a_person_counts_when_they_come_back(d: Department) -> None:
    trust(d, "lead", ProjectRight.STAFF)
    change(d, Whom(person=d.people["line1"]), {"rights": True})
    change(d, Whom(person=d.people["line1b"]), {"close": False})
    Membership.objects.filter(person__login__in=("line1", "line1b")).delete()

    def come_back(login: str, by: str) -> None:
        appointment = Appointment(Role.LINE1, d.projects["mail"])
        appoint(d.reach(by), person=d.people[login], appointment=appointment, now=NOW)

    with pytest.raises(Forbidden):
        come_back("line1", "lead")
    come_back("line1b", "lead")
    come_back("line1", "admin")
    assert d.reach("line1").may_in_project(ProjectRight.RIGHTS, d.projects["mail"].pk)


def test_a_role_that_adds_nothing_is_given_to_somebody_who_may_more_already(d: Department) -> None:
    trust(d, "lead", ProjectRight.STAFF)
    change(d, Whom(person=d.people["line1"]), {"rights": True})

    appoint(
        d.reach("lead"),
        person=d.people["line1"],
        appointment=Appointment(Role.TRAINER, d.projects["mail"]),
        now=NOW,
    )
    assert d.people["line1"].memberships.count() == 2


def test_the_address_of_somebody_who_may_more_is_not_changed(d: Department) -> None:
    trust(d, "lead", ProjectRight.STAFF)
    Membership.objects.filter(person=d.people["line1b"]).update(role=Role.PROJECT_ADMIN)

    def write(login: str) -> None:
        person = d.people[login]
        change_person(d.reach("lead"), person_id=person.pk, name="New", email="", language="en", seen=0, now=NOW)

    write("line1")
    with pytest.raises(Forbidden):
        write("line1b")


def test_rules_go_with_the_group_they_are_for(d: Department) -> None:
    empty = Group.objects.create(project=d.projects["mail"], slug="empty", name="Empty", line=Line.SECOND)
    change(d, Whom(group=empty), {"export": True})
    change(d, Whom(line=Line.FIRST), {"note": False}, where=Where(group=empty))

    empty.delete()

    assert not Grant.objects.exists()


def test_whoever_lost_the_right_while_they_waited_sets_none_any_more(d: Department) -> None:
    trust(d, "lead", ProjectRight.RIGHTS)
    waiting, first = d.reach("lead"), Whom(line=Line.FIRST)
    change(d, Whom(person=d.people["lead"]), {"rights": None, "export": False})

    with pytest.raises(Forbidden):
        change_rights(
            waiting, project_id=d.projects["mail"].pk, whom=first, where=Where(), wanted={"export": True}, seen=0,
            now=NOW,
        )  # fmt: skip
    assert not Grant.objects.filter(line=Line.FIRST).exists()
