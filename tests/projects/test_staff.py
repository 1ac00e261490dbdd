"""People are invited, changed, switched off and on."""

from __future__ import annotations

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client

from postline.projects import staff
from postline.projects.account import change_settings
from postline.projects.changes import ChangedMeanwhile, last_change
from postline.projects.memberships import LastAdmin, OwnRight, appoint, dismiss
from postline.projects.models import AuditEntry, Membership, Person, Role
from postline.projects.people import Appointment, LoginTaken
from postline.projects.rights import Forbidden, Reach
from postline.projects.tokens import create_token, person_of_token
from tests.scenes import NOW, Department


def change(reach: Reach, person: Person, *, seen: int = 0, **values: str) -> bool:
    whole = {"name": person.name, "email": person.email, "language": person.language} | values
    return staff.change_person(reach, person_id=person.pk, seen=seen, now=NOW, **whole)


def test_who_is_switched_off_is_out_at_once_and_stays_out(d: Department) -> None:
    web = d.people["web"]
    browser = Client()
    browser.force_login(web)
    token = create_token(person=web, name="script", actor="web", now=NOW)
    link = default_token_generator.make_token(web)

    staff.disable(d.reach("admin"), person_id=web.pk, now=NOW)

    assert browser.get("/desk/").status_code == 302
    assert person_of_token(token, now=NOW) is None
    staff.enable(d.reach("admin"), person_id=web.pk, now=NOW)
    web.refresh_from_db()
    assert browser.get("/desk/").status_code == 302
    assert person_of_token(token, now=NOW) is None
    assert not default_token_generator.check_token(web, link)


def test_switching_off_and_on_stands_in_the_audit_log(d: Department) -> None:
    staff.disable(d.reach("admin"), person_id=d.people["web"].pk, now=NOW)
    staff.disable(d.reach("admin"), person_id=d.people["web"].pk, now=NOW)
    staff.enable(d.reach("admin"), person_id=d.people["web"].pk, now=NOW)

    told = [(entry.action, entry.detail["after"]) for entry in AuditEntry.objects.order_by("number")]
    assert told == [("person.disabled", {"active": False}), ("person.enabled", {"active": True})]


def test_nobody_switches_themselves_off_and_the_last_administrator_stays(d: Department) -> None:
    with pytest.raises(OwnRight):
        staff.disable(d.reach("admin"), person_id=d.people["admin"].pk, now=NOW)
    Membership.objects.create(person=d.people["lead"], role=Role.ADMIN)
    lead = d.reach("lead")
    Membership.objects.filter(person=d.people["lead"], role=Role.ADMIN).delete()
    with pytest.raises(LastAdmin):
        staff.disable(lead, person_id=d.people["admin"].pk, now=NOW)


def test_who_also_works_elsewhere_is_changed_by_an_administrator_alone(d: Department) -> None:
    """Whoever may change an address may set the password by a link: a wall between projects would have a door."""
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])
    Membership.objects.create(person=d.people["web"], role=Role.LINE1, project=d.projects["games"])
    Membership.objects.create(person=d.people["abuse"], role=Role.AUDITOR)
    reach = d.reach("lead")

    assert change(reach, d.people["line1"], email="new@staff.example")
    for login in ("web", "abuse", "games1", "admin"):
        for act in (staff.disable, staff.enable, staff.record_link):
            with pytest.raises(Forbidden):
                act(reach, person_id=d.people[login].pk, now=NOW)
        with pytest.raises(Forbidden):
            change(reach, d.people[login], email="mine@evil.example")


def test_an_address_does_not_get_into_the_audit_log(d: Department) -> None:
    change(d.reach("admin"), d.people["web"], email="private@home.example", name="Geheim", language="nl")

    entry = AuditEntry.objects.latest("number")
    assert entry.detail["before"] == {"name": "", "email": "", "language": "en"}
    assert entry.detail["after"] == {"name": "", "email": "", "language": "nl"}


def test_the_second_of_two_sees_what_the_first_changed(d: Department) -> None:
    seen = last_change("web")
    change(d.reach("admin"), d.people["web"], seen=seen, language="nl")

    with pytest.raises(ChangedMeanwhile) as refused:
        change(d.reach("admin"), d.people["web"], seen=seen, language="ru")

    assert [entry.detail["after"] for entry in refused.value.entries] == [{"language": "nl"}]
    assert change(d.reach("admin"), d.people["web"], seen=last_change("web"), language="ru")


def test_what_a_person_changes_themselves_counts_too(d: Department) -> None:
    d.people["web"].language = "ru"
    change_settings(d.people["web"], changed=["language"], now=NOW)

    with pytest.raises(ChangedMeanwhile):
        change(d.reach("admin"), d.people["web"], seen=0, language="nl")


def test_who_comes_second_is_not_told_what_happened_behind_a_wall(d: Department) -> None:
    """A form may claim that nothing was seen; the answer is not the person's past in other projects."""
    elsewhere = Appointment(Role.LINE1, d.projects["games"])
    membership = appoint(d.reach("admin"), person=d.people["web"], appointment=elsewhere, now=NOW)
    dismiss(d.reach("admin"), membership_id=membership.pk, now=NOW)
    change(d.reach("admin"), d.people["web"], seen=last_change("web"), language="nl")
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])

    for login, actions in (
        ("lead", ["person.changed"]),
        ("admin", ["person.appointed", "person.dismissed", "person.changed"]),
    ):
        with pytest.raises(ChangedMeanwhile) as refused:
            change(d.reach(login), d.people["web"], seen=0, language="ru")
        assert [entry.action for entry in refused.value.entries] == actions
        assert refused.value.has_more == (login == "lead")


def test_whom_an_administrator_of_the_installation_has_switched_off_no_other_switches_on(d: Department) -> None:
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])
    web, lead, admin = d.people["web"], d.reach("lead"), d.reach("admin")

    staff.disable(admin, person_id=web.pk, now=NOW)
    with pytest.raises(staff.SwitchedOffByAdmin):
        staff.enable(lead, person_id=web.pk, now=NOW)
    web.refresh_from_db()
    assert not web.is_active

    staff.enable(admin, person_id=web.pk, now=NOW)
    staff.disable(lead, person_id=web.pk, now=NOW)
    staff.enable(lead, person_id=web.pk, now=NOW)
    web.refresh_from_db()
    assert web.is_active


def test_an_administrator_of_a_project_invites_into_it_alone(d: Department) -> None:
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])

    def invite(login: str, appointment: Appointment) -> Person:
        return staff.invite(
            d.reach("lead"), login=login, name="", email="", language="", appointments=[appointment], now=NOW
        )

    assert not invite("new", Appointment(Role.LINE1, d.projects["mail"])).has_usable_password()
    for appointment in (Appointment(Role.ADMIN), Appointment(Role.LINE1, d.projects["games"])):
        with pytest.raises(Forbidden):
            invite("other", appointment)
    with pytest.raises(LoginTaken):
        invite("NEW", Appointment(Role.LINE1, d.projects["mail"]))


@pytest.mark.parametrize(
    ("email", "active", "refusal"), [("", True, staff.NoAddress), ("a@b.example", False, staff.SwitchedOff)]
)
def test_a_link_needs_an_address_and_somebody_who_is_let_in(
    d: Department, email: str, active: bool, refusal: type[Exception]
) -> None:
    Person.objects.filter(login="web").update(email=email, is_active=active)

    with pytest.raises(refusal):
        staff.record_link(d.reach("admin"), person_id=d.people["web"].pk, now=NOW)
