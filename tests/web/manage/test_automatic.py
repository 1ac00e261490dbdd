"""What a project answers by itself: settings and words, in the browser."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postline.projects.models import AuditEntry, AutomaticText, Calendar, Membership, Project, Queue, Role
from postline.projects.working_rules import changed
from tests.scenes import NOW, Department
from tests.web.conftest import SignedIn

PAGE = "/manage/projects/mail/automatic/"
NEW = f"{PAGE}new/"


def settings(d: Department, **more: str) -> dict[str, str]:
    queues = {f"queue_{queue.pk}": "" for queue in d.queues.values()}
    given = {"seen": "0", "answer_within_hours": "24", "long_closed_days": ""}
    return {**queues, **given, **more}


def test_promise_hours_and_occasions_are_set(d: Department, signed_in: SignedIn) -> None:
    browser, abuse = signed_in("admin"), d.queues["abuse"]
    more = {f"queue_{abuse.pk}": "72", "answers_follow_ups": "on", "long_closed_days": "90", "answer_within_hours": "8"}
    said = browser.post(PAGE, settings(d, **more))
    assert said.status_code == 302
    project = Project.objects.get(slug="mail")
    assert (project.answer_within_hours, project.answers_follow_ups, project.long_closed_days) == (8, True, 90)
    assert Queue.objects.get(pk=abuse.pk).answer_within_hours == 72
    assert "closed long ago, in days" in browser.get("/manage/audit/").content.decode()
    # without a calendar nobody is outside hours; no queue closes tickets for good
    assert browser.get(PAGE).content.decode().count("not in use") == 2


def test_the_hours_are_those_of_the_calendar(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    assert "no calendar" in browser.get(PAGE).content.decode()
    hours = {"0": [["09:00", "13:00"], ["14:00", "18:00"]], "5": [["22:00", "06:00"]]}
    mail = d.projects["mail"]
    mail.calendar = Calendar.objects.create(project=mail, slug="desk", name="Desk", time_zone="Asia/Omsk", hours=hours)
    mail.save()
    changed(mail.pk, now=NOW)
    page = browser.get(PAGE).content.decode()
    assert "Mon 09:00–13:00 / 14:00–18:00, Sat 22:00–06:00 (Asia/Omsk)" in page
    assert f"{PAGE}outside-hours/" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("answer_within_hours", "0"), ("answer_within_hours", "99999"), ("long_closed_days", "x")],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(d: Department, signed_in: SignedIn, field: str, value: str) -> None:
    said = signed_in("admin").post(PAGE, settings(d, **{field: value}))
    assert said.status_code == 422
    assert "fault" in said.content.decode()
    assert Project.objects.get(slug="mail").answer_within_hours == 24
    assert not AuditEntry.objects.filter(action="automatic.changed").exists()


def test_who_comes_second_sees_what_the_first_changed(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    browser.post(PAGE, settings(d, answer_within_hours="8"))
    said = browser.post(PAGE, settings(d, answer_within_hours="12"))
    assert said.status_code == 409
    assert Project.objects.get(slug="mail").answer_within_hours == 8


def words(**more: str) -> dict[str, str]:
    empty = {f"{part}_{code}": "" for part in ("subject", "text") for code in ("en", "ru", "nl")}
    return {"seen": "0", "save": "1", **empty, **more}


def test_own_words_are_kept_and_shown_as_they_go_out(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    given = words(
        subject_en="Got it: {{ number }}", text_en="Hello from {{ project }}.\n\nYou hear from us {{ expected }}."
    )
    assert browser.post(NEW, given).status_code == 302
    assert AutomaticText.objects.get().text == "Hello from {{ project }}.\n\nYou hear from us {{ expected }}."
    page = browser.get(NEW).content.decode()
    assert "You hear from us within 24 hours." in page
    assert "Мы ответим в течение 24 часов." in page  # the standard words of the other languages
    assert "own words: English" in browser.get(PAGE).content.decode()


def test_a_preview_keeps_nothing(d: Department, signed_in: SignedIn) -> None:
    given = words(subject_nl="Nummer {{ number }}", text_nl="Dank u namens {{ project }}.")
    del given["save"]
    page = signed_in("admin").post(NEW, {**given, "preview": "1"}).content.decode()
    assert "Dank u namens Mail." in page
    assert not AutomaticText.objects.exists()


def test_empty_fields_bring_the_standard_words_back(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    browser.post(NEW, words(subject_en="Got it", text_en="Yes."))
    last = AuditEntry.objects.get(action="automatic.words-changed").number
    browser.post(NEW, words(seen=str(last)))
    assert not AutomaticText.objects.exists()


@pytest.mark.parametrize(
    ("unknown", "words_of_it"),
    [
        ("{{ requester }}", "There is no “requester” here. Allowed are: closed, expected"),
        ("{{ first_name }}", "There is no “first_name” here"),
        ("{{ subject }}", "There is no “subject” here"),
        ("{{ number.x }}", "There is no “number.x” here"),
        ("{{7*7}}", "Between the braces stands something else than a name (*)."),
        ("{% include 'x' %}", "“include” may not stand here"),
        ("{{}}", "The braces cannot be read here"),
    ],
)
def test_what_may_not_stand_in_the_words_is_refused_with_its_line(
    d: Department, signed_in: SignedIn, unknown: str, words_of_it: str
) -> None:
    given = words(subject_en="Got it", text_en=f"Hello,\nDear {unknown},")
    said = signed_in("admin").post(NEW, given)
    page = unescape(said.content.decode())
    assert said.status_code == 422
    assert f"Line 2: {words_of_it}" in page
    assert f"Dear {unknown}," in page
    assert not AutomaticText.objects.exists()


@pytest.mark.parametrize(
    ("subject", "text"), [("Got it", ""), ("", "Yes."), ("x" * 151, "Yes."), ("Got it", "x" * 5001)]
)
def test_half_or_too_many_words_are_refused(d: Department, signed_in: SignedIn, subject: str, text: str) -> None:
    assert signed_in("admin").post(NEW, words(subject_ru=subject, text_ru=text)).status_code == 422
    assert not AutomaticText.objects.exists()


def test_what_is_written_is_escaped(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    browser.post(NEW, words(subject_en="<img src=x>", text_en="</textarea><script>alert(1)</script>"))
    page = browser.get(NEW).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_a_queue_has_words_of_its_own(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    browser.post(f"{NEW}abuse/", words(subject_en="Reported", text_en="Thank you for the report."))
    text = AutomaticText.objects.get()
    assert text.queue == d.queues["abuse"]
    assert f"{NEW}abuse/" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize("path", [f"{PAGE}nonsense/", f"{NEW}nowhere/", "/manage/projects/nowhere/automatic/"])
def test_what_is_not_there_is_not_found(d: Department, signed_in: SignedIn, path: str) -> None:
    assert signed_in("admin").get(path).status_code == 404


def test_an_administrator_of_another_project_finds_nothing(d: Department, signed_in: SignedIn) -> None:
    Membership.objects.filter(person=d.people["games1"]).update(role=Role.PROJECT_ADMIN)
    browser = signed_in("games1")
    for path in (PAGE, NEW, f"{NEW}abuse/"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, words(subject_en="x", text_en="x")).status_code == 404
    assert browser.get("/manage/projects/games/automatic/").status_code == 200
    assert not AutomaticText.objects.exists()


def test_the_pages_ask_as_much_however_many_queues_there_are(d: Department, signed_in: SignedIn) -> None:
    browser = signed_in("admin")
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        browser.get(PAGE)
    for number in range(20):
        Queue.objects.create(project=d.projects["mail"], slug=f"q{number}", name=f"Queue {number}", line=2)
    with CaptureQueriesContext(connection) as many:
        browser.get(PAGE)
    assert len(many) == len(few)
