"""People: the list, one person, roles, access, invitations one by one and many at once."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from postline.outbox.models import OutboxMessage
from postline.projects.memberships import appoint, dismiss
from postline.projects.models import AuditEntry, Group, Line, Membership, Person, Role
from postline.projects.people import Appointment
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn

pytestmark = pytest.mark.usefixtures("real_mail")
INVITED = {"login": "nina", "email": "nina@staff.example", "name": "Нина", "role": "line2/mail/web", "language": "ru"}


def many(count: int, *, start: int = 0) -> None:
    """So many people without a role."""
    Person.objects.bulk_create(
        Person(login=f"agent{number:05}", name=f"Агент {number}", email=f"a{number}@staff.example", created_at=NOW)
        for number in range(start, start + count)
    )


def test_people_are_found_by_login_name_and_address(d: Department, signed_in: SignedIn) -> None:
    many(3)
    browser = signed_in("admin")

    for words in ("AGENT00001", "Агент 1", "a1@staff"):
        page = browser.get("/manage/people/", {"q": words}).text
        assert "agent00001" in page
        assert "agent00002" not in page


def test_people_are_filtered_by_role_project_and_access(d: Department, signed_in: SignedIn) -> None:
    Person.objects.filter(login="web").update(is_active=False)
    browser = signed_in("admin")

    def logins(**wanted: str) -> set[str]:
        page = browser.get("/manage/people/", wanted).text
        return set(re.findall(r'class="open" href="/manage/people/\d+/">(\w+)<', page))

    assert logins(role="line2", project="mail") == {"passwords", "web", "abuse"}
    assert logins(role="line2", state="on") == {"passwords", "abuse"}
    assert logins(project="games") == {"games1"}
    assert logins(role="no-such", state="no-such") == set(d.people)


def test_ten_thousand_people_are_paged_through_in_constant_queries(
    d: Department, signed_in: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many(10_000)
    browser = signed_in("admin")
    browser.get("/manage/people/")

    with django_assert_max_num_queries(10):
        page = browser.get("/manage/people/?after=agent09000").text

    assert "agent09001" in page
    assert "agent09000<" not in page
    assert 'rel="next"' in page


def test_an_administrator_of_a_project_sees_its_people_alone(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
    Membership.objects.create(person=d.people["web"], role=Role.LINE1, project=d.projects["games"])
    browser = signed_in("games1")

    page = browser.get("/manage/people/").text
    assert ">web<" in page
    assert ">line1<" not in page
    person = browser.get(f"/manage/people/{d.people['web'].pk}/").text
    assert "They also work where you do not manage" in person
    assert "Web" not in re.sub(r"<title>.*?</title>", "", person)  # their group in mail
    assert 'name="email"' not in person


def test_a_role_is_given_and_taken_and_the_taking_is_undone(d: Department, signed_in: SignedIn) -> None:
    browser, line1 = signed_in("admin"), d.people["line1"]

    page = browser.post(f"/manage/people/{line1.pk}/roles/", {"role": "line2/mail/web"}, follow=True).text
    assert "line1 has the role." in page
    second = Membership.objects.get(person=line1, role=Role.LINE2)
    page = browser.post(f"/manage/people/{line1.pk}/roles/{second.pk}/", follow=True).text
    assert not Membership.objects.filter(pk=second.pk).exists()
    undo = re.search(r'action="([^"]*role=[^"]*)"', page)
    assert undo is not None
    browser.post(undo[1])
    assert Membership.objects.filter(person=line1, role=Role.LINE2, group=d.groups["web"]).exists()


def test_a_role_that_is_none_is_refused_in_words(d: Department, signed_in: SignedIn) -> None:
    browser, person = signed_in("admin"), d.people["line1"]

    for role in ("", "admin/mail", "king", "line2/mail/no-such"):
        answer = browser.post(f"/manage/people/{person.pk}/roles/", {"role": role})
        assert answer.status_code == 422
        assert "Choose a role of the list." in answer.text
    assert (
        "This is what they are already."
        in browser.post(f"/manage/people/{person.pk}/roles/", {"role": "line1/mail"}).text
    )


def test_an_administrator_of_a_project_is_offered_what_they_may_give(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
    browser = signed_in("games1")

    page = browser.get("/manage/people/invite/").text
    assert 'value="project-admin/games"' in page
    assert 'value="admin"' not in page
    assert "line1/mail" not in page
    for role in ("admin", "auditor", "line1/mail"):
        assert browser.post("/manage/people/invite/", {**INVITED, "role": role}).status_code == 422
    assert not Person.objects.filter(login="nina").exists()


def test_nobody_switches_themselves_off(d: Department, signed_in: SignedIn) -> None:
    me = d.people["admin"]
    browser = signed_in("admin")

    assert "Switch off" not in browser.get(f"/manage/people/{me.pk}/").text
    page = browser.post(f"/manage/people/{me.pk}/switch/", {"to": "off"}, follow=True).text
    assert "Nobody switches themselves off" in page


def test_who_is_switched_off_is_signed_out_at_once(d: Department, signed_in: SignedIn) -> None:
    theirs, browser = signed_in("web"), signed_in("admin")
    assert theirs.get("/desk/").status_code == 200

    page = browser.post(f"/manage/people/{d.people['web'].pk}/switch/", {"to": "off"}, follow=True).text

    assert "web is switched off" in page
    assert theirs.get("/desk/").status_code == 302
    page = browser.post(f"/manage/people/{d.people['web'].pk}/switch/", {"to": "on"}, follow=True).text
    assert "A new link lets them in." in page


def test_an_invitation_goes_through_the_outbox_in_the_persons_language(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("admin").post("/manage/people/invite/", INVITED, follow=True).text

    assert "The invitation is on its way to nina@staff.example." in page
    message = OutboxMessage.objects.get()
    assert message.to == [["", "nina@staff.example"]]
    assert message.language == "ru"
    assert "Здравствуйте" in message.text
    link = re.search(r"http://\S+(/accounts/password/set/\S+)", message.text)
    assert link is not None
    nina = Client()
    form = nina.get(link[1], follow=True)
    password = {"new_password1": "длинная фраза тут", "new_password2": "длинная фраза тут"}
    nina.post(form.redirect_chain[-1][0], password)
    assert nina.login(username="nina", password="длинная фраза тут")
    assert "/desk/queues/mail/web/" in nina.get("/desk/").text


def test_what_is_wrong_with_an_invitation_stands_at_its_field(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")

    for wrong, words in [
        ({"login": "WEB"}, "Somebody has this login already"),
        ({"login": "не так"}, "letters of a to z"),
        ({"email": "nobody"}, "valid email"),
        ({"role": ""}, "This field is required"),
    ]:
        answer = browser.post("/manage/people/invite/", INVITED | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="Нина"' in answer.text
    assert not OutboxMessage.objects.exists()


def test_a_new_link_is_sent_and_who_sent_it_is_known(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("admin").post(f"/manage/people/{d.people['web'].pk}/link/", follow=True).text

    assert "A link is on its way to web@staff.example." in page
    assert OutboxMessage.objects.get().to == [["", "web@staff.example"]]
    entry = AuditEntry.objects.latest("number")
    assert (entry.actor, entry.action, entry.target) == ("admin", "person.link-sent", "web")


LINES = """login,email,name
olga, olga@staff.example, Ольга
web, web2@staff.example
pavel; pavel@staff.example; "Павел; старший"
no-address
olga@staff.example, olga
OLGA, again@staff.example
"""


def test_many_lines_are_looked_at_one_by_one_before_anything_happens(d: Department, signed_in: SignedIn) -> None:
    form = {"lines": LINES, "role": "line1/mail", "language": "ru", "act": "look"}

    answer = signed_in("admin").post("/manage/people/invite-many/", form)

    for words in (
        "2 lines are right",
        "4 are not",
        "Somebody has this login already",
        "The address is missing.",
    ):
        assert words in answer.text
    assert "The login stands first, then the address." in answer.text
    assert "The same login as in line 2." in answer.text
    assert "Павел; старший" in answer.text
    assert "no-address\n" in answer.text
    assert not OutboxMessage.objects.exists()


def test_the_right_lines_are_invited_and_the_wrong_ones_stay(d: Department, signed_in: SignedIn) -> None:
    form = {"lines": LINES, "role": "line1/mail", "language": "ru", "act": "invite"}

    answer = signed_in("admin").post("/manage/people/invite-many/", form)

    assert set(Person.objects.filter(created_at__gt=NOW).values_list("login", flat=True)) == {"olga", "pavel"}
    assert OutboxMessage.objects.count() == 2
    assert "2 invitations are on their way." in answer.text
    assert "no-address\n" in answer.text
    assert "pavel@" not in answer.text


def test_lines_come_out_of_a_table_too(d: Department, signed_in: SignedIn) -> None:
    table = SimpleUploadedFile("people.csv", "иван;x\nvera\tvera@staff.example\tВера\n".encode("cp1251"))

    answer = signed_in("admin").post(
        "/manage/people/invite-many/", {"table": table, "role": "line1/mail", "language": "ru", "act": "look"}
    )

    assert "Вера" in answer.text
    assert "1 line is right" in answer.text


def test_each_line_may_say_what_somebody_is(d: Department, signed_in: SignedIn) -> None:
    lines = "olga, olga@staff.example, Olga, line2/mail/web trainer/mail trainer/mail\npavel; pavel@staff.example"
    form = {"lines": lines, "role": "line1/mail", "language": "ru", "act": "invite"}

    signed_in("admin").post("/manage/people/invite-many/", form)

    memberships = Membership.objects.filter(person__login__in=["olga", "pavel"]).order_by("person__login", "role")
    assert [(one.person.login, one.role, str(one.group or "")) for one in memberships] == [
        ("olga", "line2", "web"),
        ("olga", "trainer", ""),
        ("pavel", "line1", ""),
    ]


@pytest.mark.parametrize("role", ["line2/mail/nowhere", "admin", "line1/games", "boss"])
def test_a_role_in_a_line_that_one_cannot_give_is_a_fault_of_the_line(
    d: Department, signed_in: SignedIn, role: str
) -> None:
    chief = Person.objects.create(login="chief", created_at=NOW)
    Membership.objects.create(person=chief, project=d.projects["mail"], role="project-admin")
    d.people["chief"] = chief
    form = {"lines": f"olga, olga@staff.example, Olga, {role}", "role": "", "language": "ru", "act": "invite"}

    answer = signed_in("chief").post("/manage/people/invite-many/", form)

    assert f"“{role}” is no role that you can give" in answer.text
    assert not Person.objects.filter(login="olga").exists()


def test_who_has_no_role_in_their_line_needs_one_for_all(d: Department, signed_in: SignedIn) -> None:
    form = {"lines": "olga, olga@staff.example", "role": "", "language": "ru", "act": "invite"}

    answer = signed_in("admin").post("/manage/people/invite-many/", form)

    assert "Choose what they are, or write it in each line." in answer.text
    assert not Person.objects.filter(login="olga").exists()


def test_more_than_a_thousand_lines_are_too_many(d: Department, signed_in: SignedIn) -> None:
    lines = "\n".join(f"p{number}, p{number}@staff.example" for number in range(1001))

    answer = signed_in("admin").post(
        "/manage/people/invite-many/", {"lines": lines, "role": "line1/mail", "language": "ru", "act": "invite"}
    )

    assert "Too many at once." in answer.text
    assert not OutboxMessage.objects.exists()


def test_two_people_change_the_same_person_and_the_second_sees_the_first(d: Department, signed_in: SignedIn) -> None:
    web = d.people["web"]
    browser = signed_in("admin")
    form = {"name": "Hannah", "email": "web@staff.example", "language": "en", "seen": "0"}

    browser.post(f"/manage/people/{web.pk}/", form | {"language": "nl"})
    answer = browser.post(f"/manage/people/{web.pk}/", form)

    assert answer.status_code == 409
    assert "Somebody was quicker" in answer.text
    assert "<ins" in answer.text
    assert 'value="Hannah"' in answer.text
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen is not None
    assert browser.post(f"/manage/people/{web.pk}/", form | {"seen": seen[1]}).status_code == 302
    web.refresh_from_db()
    assert (web.name, web.language) == ("Hannah", "en")


def test_a_person_without_name_in_a_group_with_a_long_one(d: Department, signed_in: SignedIn) -> None:
    group = Group.objects.create(project=d.projects["mail"], slug="long", name="Г" * 100, line=Line.SECOND)
    Membership.objects.create(person=d.people["web"], role=Role.LINE2, project=d.projects["mail"], group=group)

    assert "Г" * 100 in signed_in("admin").get(f"/manage/people/{d.people['web'].pk}/").text


def test_an_administrator_of_a_project_is_told_who_alone_switches_somebody_on(
    d: Department, signed_in: SignedIn
) -> None:
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])
    address = f"/manage/people/{d.people['web'].pk}/switch/"
    signed_in("admin").post(address, {"to": "off"})

    page = signed_in("lead").post(address, {"to": "on"}, follow=True).text

    assert "An administrator of the installation has switched them off" in page
    assert not Person.objects.get(login="web").is_active


def test_a_form_that_claims_to_know_nothing_is_told_nothing_of_other_projects(
    d: Department, signed_in: SignedIn
) -> None:
    Membership.objects.create(person=d.people["lead"], role=Role.PROJECT_ADMIN, project=d.projects["mail"])
    web = d.people["web"]
    elsewhere = Appointment(Role.LINE1, d.projects["games"])
    was = appoint(d.reach("admin"), person=web, appointment=elsewhere, now=NOW)
    dismiss(d.reach("admin"), membership_id=was.pk, now=NOW)

    page = signed_in("lead").post(f"/manage/people/{web.pk}/", {"name": "W", "seen": "0"})

    assert page.status_code == 409
    assert "Something was changed that you may not look at." in page.text
    assert "games" not in page.text
