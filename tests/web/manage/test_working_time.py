"""Calendars and targets in the browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from postline.projects.models import AuditEntry, Calendar, Metric, Project, Queue, Target
from postline.projects.targets import Step
from tests.scenes import NOW, Department, letter
from tests.web.conftest import SignedIn
from tests.web.workspace.statements import statements
from tests.working_time import office, recounted, target

PAGE = "/manage/projects/mail/working-time/"
CALENDARS, TARGETS = "/manage/projects/mail/calendars/", "/manage/projects/mail/targets/"
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//a test//EN
BEGIN:VEVENT
UID:one
SUMMARY:Founders' day
DTSTART;VALUE=DATE:20260504
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def calendar(**more: str) -> dict[str, str]:
    hours = {f"day_{day}": "9-13, 14-18" if day < 5 else "" for day in range(7)}
    given = {"seen": "0", "name": "Office", "time_zone": "Europe/Amsterdam", "country": "", "subdivision": ""}
    return {**hours, **given, "feed_url": "", **more}


def a_target(**more: str) -> dict[str, str]:
    given = {"metric": "first-answer", "hours": "4", "minutes": "30", "queue": "", "topic": "", "priority": ""}
    return {"seen": "0", **given, "warn_minutes": "", **more}


def test_empty_it_says_what_to_do(d: Department, signed_in: SignedIn) -> None:
    page = signed_in("lead").get(PAGE).content.decode()
    assert "No calendar yet" in page
    assert "No target yet" in page


def test_a_calendar_is_made_and_is_the_projects(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    exception = {"ex_day_0": "2026-12-24", "ex_name_0": "Christmas Eve", "ex_hours_0": "9.00–12.00"}
    said = browser.post(f"{CALENDARS}new/", calendar(country="NL", **exception))
    assert said.status_code == 302
    made = Calendar.objects.get()
    assert made.hours["0"] == [["09:00", "13:00"], ["14:00", "18:00"]]
    assert made.exceptions.get().hours == [["09:00", "12:00"]]
    assert Project.objects.get(slug="mail").calendar == made
    page = browser.get(said["Location"]).content.decode()
    assert "Good Friday" in page
    assert "9:00–13:00, 14:00–18:00" in page
    assert "is due on" in page
    assert 'class="on"' in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("day_0", "nine to five", "Write hours such as"),
        ("day_0", "9-13, 12-14", "overlap"),
        ("day_0", "9-9", "whole day"),
        ("time_zone", "Mars/Olympus", "not one of the available"),
        ("feed_url", "ftp://x.example/a.ics", "begins with https://"),
        ("ex_hours_0", "9-12", "Which day?"),
        ("ex_day_0", "yesterday", "valid date"),
        ("name", "", "required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    d: Department, signed_in: SignedIn, field: str, value: str, said: str
) -> None:
    answer = signed_in("lead").post(f"{CALENDARS}new/", calendar(**{field: value}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Calendar.objects.exists()


def test_the_parts_of_a_country_are_offered_and_nothing_is_kept(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    page = browser.post(f"{CALENDARS}new/", calendar(country="DE", parts="1")).content.decode()
    assert '<option value="BY">' in page
    assert not Calendar.objects.exists()
    browser.post(f"{CALENDARS}new/", calendar(country="DE", subdivision="BY"))
    assert Calendar.objects.get().subdivision == "BY"


def test_who_comes_second_sees_what_the_first_changed(d: Department, signed_in: SignedIn) -> None:
    made = office(d)
    browser = signed_in("lead")
    seen = str(AuditEntry.objects.filter(target="calendar:mail/office").latest("number").number)
    assert browser.post(f"{CALENDARS}office/", calendar(seen=seen, name="Ours")).status_code == 302
    said = browser.post(f"{CALENDARS}office/", calendar(seen=seen, name="Theirs"))
    assert said.status_code == 409
    assert "Ours" in said.content.decode()
    assert Calendar.objects.get(pk=made.pk).name == "Ours"


def test_holidays_come_from_a_file(d: Department, signed_in: SignedIn) -> None:
    office(d)
    browser = signed_in("lead")
    browser.post(f"{CALENDARS}office/file/", {"file": SimpleUploadedFile("days.ics", ICS)})
    found = Calendar.objects.get()
    assert (found.feed_name, found.feed_days[1]) == ("days.ics", ["2027-05-04", "Founders' day"])
    assert "Founders&#39; day" in browser.get(f"{CALENDARS}office/").content.decode()
    browser.post(f"{CALENDARS}office/file/", {"forget": "1"})
    assert Calendar.objects.get().feed_days == []


def test_what_is_no_calendar_file_is_refused(d: Department, signed_in: SignedIn) -> None:
    office(d)
    file = SimpleUploadedFile("x.ics", b"<html>")
    said = signed_in("lead").post(f"{CALENDARS}office/file/", {"file": file}, follow=True)
    assert "no .ics file with days in it" in said.content.decode()
    assert Calendar.objects.get().feed_days == []


def test_queues_may_go_by_another_one(d: Department, signed_in: SignedIn) -> None:
    office(d)
    nights = office(d, slug="nights")
    browser = signed_in("lead")
    browser.post(f"{PAGE}use/", {f"queue_{d.queues['abuse'].pk}": "nights", "project": "office"})
    assert Queue.objects.get(pk=d.queues["abuse"].pk).calendar == nights
    assert "goes by another calendar" in signed_in("admin").get("/manage/audit/").content.decode()


def test_deleting_one_in_use_asks_what_takes_its_place(d: Department, signed_in: SignedIn) -> None:
    office(d)
    other = office(d, slug="other")
    browser = signed_in("lead")
    page = f"{CALENDARS}office/delete/"
    assert "The project goes by it." in browser.get(page).content.decode()
    assert browser.post(page, {}).status_code == 422
    assert Calendar.objects.count() == 2
    assert browser.post(page, {"heir": "other"}).status_code == 302
    assert Project.objects.get(slug="mail").calendar == other
    browser.post(f"{CALENDARS}other/delete/", {"heir": "-"})
    assert Project.objects.get(slug="mail").calendar is None


def test_a_target_is_made_with_its_escalation(d: Department, signed_in: SignedIn) -> None:
    browser, web = signed_in("lead"), str(d.queues["web"].pk)
    steps = {"step_act_0": "notify", "step_act_1": "move", "step_after_1": "90", "step_queue_1": web}
    assert browser.post(f"{TARGETS}new/", a_target(warn_minutes="30", **steps)).status_code == 302
    made = Target.objects.get()
    assert (made.minutes, made.warn_minutes, made.steps.count()) == (270, 30, 2)
    page = browser.get(PAGE).content.decode()
    assert "4 h 30" in page
    assert "at once: tell the leads" in page
    assert "after 1 h 30: move to Web" in page


def test_a_step_that_stays_is_the_same_step(d: Department, signed_in: SignedIn) -> None:
    made = target(d, Metric.FIRST_ANSWER, 60, Step(after_minutes=0, act="notify"))
    step = made.steps.get().pk
    browser = signed_in("lead")
    assert browser.get(f"{TARGETS}{made.pk}/").status_code == 200
    seen = str(AuditEntry.objects.latest("number").number)
    browser.post(
        f"{TARGETS}{made.pk}/", a_target(seen=seen, step_id_0=str(step), step_act_0="notify", step_after_0="5")
    )
    assert [(one.pk, one.after_minutes) for one in made.steps.all()] == [(step, 5)]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"hours": "", "minutes": ""}, "at least a minute"),
        ({"warn_minutes": "270"}, "before the end"),
        ({"step_act_0": "move"}, "Choose a queue"),
        ({"step_act_0": "raise"}, "Choose a priority"),
        ({"metric": "first-line-wait", "step_act_0": "move", "step_queue_0": "inbox"}, "wait anew"),
        ({"metric": "first-line-wait", "queue": "web"}, "first line only"),
        ({"metric": "nonsense"}, "Select a valid choice"),
    ],
)
def test_a_target_that_does_not_fit_is_refused(
    d: Department, signed_in: SignedIn, more: dict[str, str], said: str
) -> None:
    keys = {slug: str(queue.pk) for slug, queue in d.queues.items()}
    given = a_target(**{name: keys.get(value, value) for name, value in more.items()})
    answer = signed_in("lead").post(f"{TARGETS}new/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Target.objects.exists()


def test_the_same_target_twice_is_refused(d: Department, signed_in: SignedIn) -> None:
    target(d, Metric.FIRST_ANSWER, 60)
    said = signed_in("lead").post(f"{TARGETS}new/", a_target())
    assert "Change that one" in said.content.decode()
    assert Target.objects.count() == 1


def test_a_target_is_deleted(d: Department, signed_in: SignedIn) -> None:
    made = target(d, Metric.FIRST_ANSWER, 60)
    signed_in("lead").post(f"{TARGETS}{made.pk}/delete/")
    assert not Target.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_how_far_open_requests_follow_is_shown(d: Department, signed_in: SignedIn) -> None:
    letter(d)
    target(d, Metric.FIRST_ANSWER, 60)
    browser = signed_in("lead")
    assert "follow the change: 0 %" in browser.get(PAGE).content.decode()
    recounted(NOW)
    part = browser.get(PAGE, headers={"hx-request": "true"}).content.decode()
    assert "reached 1 open request." in part
    assert "<html" not in part


@pytest.mark.parametrize("login", ["line1", "web", "trainee", "auditor", "games1"])
def test_nobody_else_may(d: Department, signed_in: SignedIn, login: str) -> None:
    office(d)
    made = target(d, Metric.FIRST_ANSWER, 60)
    browser = signed_in(login)
    asked: list[tuple[str, Any]] = [
        (PAGE, None),
        (f"{PAGE}use/", {"project": ""}),
        (f"{CALENDARS}new/", calendar()),
        (f"{CALENDARS}office/", calendar()),
        (f"{CALENDARS}office/file/", {"forget": "1"}),
        (f"{CALENDARS}office/delete/", {"heir": "-"}),
        (f"{TARGETS}new/", a_target()),
        (f"{TARGETS}{made.pk}/", a_target()),
        (f"{TARGETS}{made.pk}/delete/", {}),
    ]
    entries = AuditEntry.objects.count()
    for path, form in asked:
        said = browser.get(path) if form is None else browser.post(path, form)
        assert said.status_code == 403, path
    assert (Calendar.objects.count(), Target.objects.count()) == (1, 1)
    assert AuditEntry.objects.count() == entries


def test_of_another_project_nothing_is_there(d: Department, signed_in: SignedIn) -> None:
    office(d)
    there = target(d, Metric.FIRST_ANSWER, 60, project="games")
    browser = signed_in("lead")
    assert browser.get("/manage/projects/games/working-time/").status_code == 404
    assert browser.get(f"{TARGETS}{there.pk}/").status_code == 404
    assert browser.post(f"/manage/projects/games/targets/{there.pk}/delete/").status_code == 404
    assert Target.objects.exists()


def test_the_page_asks_as_much_however_much_there_is(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("lead")
    office(d)
    target(d, Metric.FIRST_ANSWER, 60, Step(after_minutes=0, act="notify"))
    browser.get(PAGE)
    with statements() as few:
        browser.get(PAGE)
    for number in range(10):
        office(d, slug=f"c{number}")
        target(
            d,
            Metric.FIRST_ANSWER,
            60,
            Step(after_minutes=0, act="notify"),
            queue=d.queues["web"],
            priority=1 + number % 4,
        ) if number < 4 else None
    with statements() as many:
        browser.get(PAGE)
    assert len(many) == len(few)


def test_a_day_that_is_worked_though_it_is_a_holiday_is_not_listed(d: Department, signed_in: SignedIn) -> None:
    office(d, country="NL", exceptions={date(2026, 4, 27): ("Open on King's Day", [["09:00", "12:00"]])})
    page = signed_in("lead").get(f"{CALENDARS}office/").content.decode()
    assert "Open on King" in page
    assert "King&#39;s Day</span>" not in page.split("2027")[0].split("<h3>2026")[-1]
