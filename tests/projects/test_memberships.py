"""Roles are given and taken: nobody rises above themselves, and an administrator stays."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from postline.projects.memberships import AlreadyAppointed, LastAdmin, OwnRight, appoint, dismiss
from postline.projects.models import AuditEntry, Membership, Person, Role
from postline.projects.people import Appointment, WrongAppointment
from postline.projects.rights import Forbidden, Reach, reach_of
from postline.projects.staff import disable
from tests.scenes import NOW, Department
from tests.waiting import until


def membership(d: Department, login: str) -> Membership:
    return Membership.objects.get(person=d.people[login])


def test_a_role_that_was_given_stands_in_the_audit_log_with_before_and_after(d: Department) -> None:
    appointment = Appointment(Role.LINE2, d.projects["mail"], d.groups["web"])

    appoint(d.reach("admin"), person=d.people["line1"], appointment=appointment, now=NOW)

    entry = AuditEntry.objects.latest("number")
    assert (entry.actor, entry.action, entry.target) == ("admin", "person.appointed", "line1")
    assert entry.detail == {
        "project": d.projects["mail"].pk,
        "before": {},
        "after": {"role": "line2", "project": "mail", "group": "web"},
    }


def test_a_role_is_given_once(d: Department) -> None:
    with pytest.raises(AlreadyAppointed):
        appoint(
            d.reach("admin"), person=d.people["line1"], appointment=Appointment(Role.LINE1, d.projects["mail"]), now=NOW
        )


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_an_administrator_of_a_project_makes_no_administrator_of_the_installation(d: Department, role: Role) -> None:
    reach = project_admin(d)

    with pytest.raises(Forbidden):
        appoint(reach, person=d.people["line1"], appointment=Appointment(role), now=NOW)


def test_an_administrator_of_a_project_gives_no_role_in_another(d: Department) -> None:
    with pytest.raises(Forbidden):
        appoint(
            project_admin(d),
            person=d.people["line1"],
            appointment=Appointment(Role.LINE1, d.projects["games"]),
            now=NOW,
        )
    with pytest.raises(Forbidden):
        dismiss(project_admin(d), membership_id=membership(d, "games1").pk, now=NOW)


def test_a_lead_gives_no_role(d: Department) -> None:
    with pytest.raises(Forbidden):
        appoint(
            d.reach("lead"),
            person=d.people["line1"],
            appointment=Appointment(Role.TRAINER, d.projects["mail"]),
            now=NOW,
        )


def test_a_group_is_for_the_second_line_of_its_own_project(d: Department) -> None:
    for role, project in ((Role.LINE1, "mail"), (Role.LINE2, "games")):
        with pytest.raises(WrongAppointment):
            appoint(
                d.reach("admin"),
                person=d.people["line1b"],
                appointment=Appointment(role, d.projects[project], d.groups["web"]),
                now=NOW,
            )


def test_nobody_takes_the_right_to_manage_from_themselves(d: Department) -> None:
    second = Membership.objects.create(person=d.people["lead"], role=Role.ADMIN)

    with pytest.raises(OwnRight):
        dismiss(d.reach("lead"), membership_id=second.pk, now=NOW)
    second.delete()
    reach = project_admin(d)
    with pytest.raises(OwnRight):
        dismiss(reach, membership_id=Membership.objects.get(person=reach.person, role=Role.PROJECT_ADMIN).pk, now=NOW)


def test_the_last_administrator_stays(d: Department) -> None:
    Membership.objects.create(person=d.people["lead"], role=Role.ADMIN)
    lead = d.reach("lead")
    Membership.objects.filter(person=d.people["lead"], role=Role.ADMIN).delete()

    with pytest.raises(LastAdmin):
        dismiss(lead, membership_id=membership(d, "admin").pk, now=NOW)


def test_an_administrator_who_is_switched_off_does_not_count(d: Department) -> None:
    d.people["lead"].is_active = False
    d.people["lead"].save()
    Membership.objects.create(person=d.people["lead"], role=Role.ADMIN)

    with pytest.raises(LastAdmin):
        dismiss(d.reach("admin"), membership_id=membership(d, "admin").pk, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_remove_each_other_at_the_same_moment() -> None:
    people = [Person.objects.create(login=login, created_at=NOW) for login in ("one", "two")]
    rows = [Membership.objects.create(person=person, role=Role.ADMIN) for person in people]
    reaches = [reach_of(person) for person in people]
    barrier = threading.Barrier(2)

    def remove(reach_at: int, row_at: int) -> None:
        barrier.wait()
        try:
            dismiss(reaches[reach_at], membership_id=rows[row_at].pk, now=NOW)
        except LastAdmin:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in ((0, 1), (1, 0))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert Membership.objects.filter(role=Role.ADMIN).count() == 1


def project_admin(d: Department) -> Reach:
    """The reach of the lead as administrator of the project mail."""
    Membership.objects.get_or_create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])
    return d.reach("lead")


@pytest.mark.django_db(transaction=True)
def test_a_role_is_given_while_the_person_is_being_switched_off(d: Department) -> None:
    """Both go through, one after the other, and neither waits for the other for ever."""
    web, failed = d.people["web"], list[Exception]()

    def give() -> None:
        try:
            appoint(d.reach("admin"), person=web, appointment=Appointment(Role.LINE1, d.projects["mail"]), now=NOW)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        Person.objects.select_for_update().get(pk=web.pk)
        giving = threading.Thread(target=give)
        giving.start()
        until(somebody_waits)
        disable(d.reach("admin"), person_id=web.pk, now=NOW)
    giving.join()

    assert failed == []
    assert Membership.objects.filter(person=web).count() == 2
    assert {entry.action for entry in AuditEntry.objects.all()} == {"person.appointed", "person.disabled"}


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
