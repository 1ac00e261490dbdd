"""Calendars and targets as leads set them up: who may, what is kept, files, and what is known of them elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from postline.projects import calendars, targets
from postline.projects.calendar_changes import CalendarSettings, InUse, add_calendar, delete_calendar, use_calendar
from postline.projects.models import Act, AuditEntry, Calendar, Metric, Project, Queue, Target
from postline.projects.projects import WrongTimeZone
from postline.projects.rights import Forbidden
from postline.projects.targets import Step, TargetSettings, WrongTarget
from postline.projects.working_rules import rules_of
from postline.projects.working_time import WrongHours
from tests.scenes import NOW, Department
from tests.working_time import office, target

LATER = NOW + timedelta(minutes=1)


def test_without_a_calendar_it_is_always_open(d: Department) -> None:
    assert calendars.working_time_of(d.projects["mail"].pk, d.queues["inbox"].pk).is_always


def test_the_first_calendar_is_the_projects_and_a_queue_may_differ(d: Department) -> None:
    mail = d.projects["mail"]
    office(d)
    nights = office(d, slug="nights", hours={"0": [["22:00", "06:00"]]})
    assert Project.objects.get(pk=mail.pk).calendar.slug == "office"  # type: ignore[union-attr]
    use_calendar(d.reach("lead"), project=mail, queue=d.queues["abuse"], calendar=nights, now=NOW)
    of_queue = calendars.working_time_of(mail.pk, d.queues["abuse"].pk)
    of_other = calendars.working_time_of(mail.pk, d.queues["web"].pk)
    assert (of_queue.week[1], of_other.week[1]) == ((), ((540, 1080),))


def test_what_was_worked_out_holds_until_something_changes(d: Department) -> None:
    mail = d.projects["mail"].pk
    office(d)
    before = calendars.working_time_of(mail, None)
    assert calendars.working_time_of(mail, None) is before
    office(d, slug="other")
    assert calendars.working_time_of(mail, None) is not before


def test_within_a_moment_it_is_asked_for_once(d: Department) -> None:
    office(d)
    first = rules_of(d.projects["mail"].pk, now=LATER)
    assert rules_of(d.projects["mail"].pk, now=LATER) is first


@pytest.mark.parametrize("login", ["line1", "web", "auditor", "games1"])
def test_who_does_not_lead_changes_nothing(d: Department, login: str) -> None:
    reach, mail = d.reach(login), d.projects["mail"]
    made = office(d)
    settings = CalendarSettings(name="x", time_zone="UTC", hours={}, exceptions={})
    with pytest.raises(Forbidden):
        add_calendar(reach, project=mail, slug="x", settings=settings, now=NOW)
    with pytest.raises(Forbidden):
        use_calendar(reach, project=mail, queue=None, calendar=None, now=NOW)
    with pytest.raises(Forbidden):
        delete_calendar(reach, calendar_id=made.pk, heir=None, instead=True, now=NOW)
    with pytest.raises(Forbidden):
        targets.add_target(reach, project=mail, settings=TargetSettings(metric="solution", minutes=1), now=NOW)
    assert (Calendar.objects.count(), Target.objects.count()) == (1, 0)


def test_what_cannot_be_is_refused(d: Department) -> None:
    with pytest.raises(WrongTimeZone):
        office(d, time_zone="Mars/Olympus")
    with pytest.raises(WrongHours):
        office(d, hours={"0": [["9", "18"]]})
    with pytest.raises(WrongHours):
        office(d, exceptions={date(2026, 1, 1): ("x", [["09:00", "09:00"]])})
    assert not Calendar.objects.exists()


def test_one_in_use_needs_an_heir(d: Department) -> None:
    made, other = office(d), office(d, slug="other")
    with pytest.raises(InUse):
        delete_calendar(d.reach("lead"), calendar_id=made.pk, heir=None, instead=False, now=NOW)
    delete_calendar(d.reach("lead"), calendar_id=made.pk, heir=other, instead=True, now=NOW)
    assert Project.objects.get(slug="mail").calendar == other


def test_changes_stand_in_the_audit_log(d: Department) -> None:
    office(d)
    target(d, Metric.FIRST_ANSWER, 60, Step(after_minutes=5, act=Act.NOTIFY), queue=d.queues["web"])
    actions = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert actions == ["calendar.created", "calendar.used", "target.created"]
    kept = AuditEntry.objects.get(action="target.created").detail["after"]
    assert (kept["queue"], kept["minutes"], kept["steps"]) == ("web", 60, [{"after_minutes": 5, "act": "notify"}])


@pytest.mark.parametrize(
    "step",
    [
        Step(after_minutes=0, act="fly"),
        Step(after_minutes=0, act=Act.MOVE),
        Step(after_minutes=0, act=Act.RAISE),
        Step(after_minutes=0, act=Act.NOTIFY, priority=4),
        Step(after_minutes=-1, act=Act.NOTIFY),
        Step(after_minutes=0, act=Act.RAISE, priority=9),
    ],
)
def test_a_step_that_does_not_fit_is_refused(d: Department, step: Step) -> None:
    with pytest.raises(WrongTarget):
        target(d, Metric.FIRST_ANSWER, 60, step)
    assert not Target.objects.exists()


def test_a_step_into_another_project_is_refused(d: Department) -> None:
    with pytest.raises(WrongTarget):
        target(d, Metric.FIRST_ANSWER, 60, Step(after_minutes=0, act=Act.MOVE, queue=d.queues["games/inbox"]))


def test_a_file_brings_it_all_to_another_installation(d: Department) -> None:
    mail, lead = d.projects["mail"], d.reach("lead")
    office(d, country="DE", subdivision="BY", exceptions={date(2026, 12, 24): ("Heiligabend", [["09:00", "12:00"]])})
    nights = office(d, slug="nights", hours={"0": [["22:00", "06:00"]]})
    use_calendar(lead, project=mail, queue=d.queues["abuse"], calendar=nights, now=NOW)
    move = Step(after_minutes=10, act=Act.MOVE, queue=d.queues["web"])
    target(d, Metric.FIRST_ANSWER, 60, move, topic=d.topics["display"], warn_minutes=10)
    mail.refresh_from_db()
    kept = (calendars.export(mail), targets.export(mail))
    Target.objects.all().delete()
    Project.objects.update(calendar=None)
    Queue.objects.update(calendar=None)
    Calendar.objects.all().delete()
    for _twice in range(2):
        calendars.import_(lead, mail, kept[0], now=LATER)
        targets.import_(lead, mail, kept[1], now=LATER)
    mail.refresh_from_db()
    assert (calendars.export(mail), targets.export(mail)) == kept
    entries = AuditEntry.objects.count()
    targets.import_(lead, mail, kept[1], now=LATER)
    assert AuditEntry.objects.count() == entries, "what is there already is not changed"


def test_a_file_that_names_what_is_not_there_is_refused(d: Department) -> None:
    given = [{"metric": "solution", "minutes": 60, "queue": "nowhere"}]
    with pytest.raises(WrongTarget):
        targets.import_(d.reach("lead"), d.projects["mail"], given, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_opening_hours_of_older_installations_become_a_calendar(d: Department) -> None:
    try:
        executor = MigrationExecutor(connection)
        before = executor.migrate([("projects", "0011_calendars")]).apps
        old = before.get_model("projects", "Project")
        old.objects.filter(slug="mail").update(opening={"0": ["09:00", "18:00"], "5": ["18:00", "00:00"]})
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    mail = Project.objects.select_related("calendar").get(slug="mail")
    assert mail.calendar is not None
    assert mail.calendar.hours == {"0": [["09:00", "18:00"]], "5": [["18:00", "00:00"]]}
    assert Project.objects.get(slug="games").calendar is None
