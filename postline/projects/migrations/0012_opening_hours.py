"""The opening hours of a project become its calendar."""

from django.db import migrations


def to_calendars(apps, schema_editor):
    project_model = apps.get_model("projects", "Project")
    calendar_model = apps.get_model("projects", "Calendar")
    for project in project_model.objects.exclude(opening={}):
        hours = {day: [[start, end]] for day, (start, end) in project.opening.items()}
        project.calendar = calendar_model.objects.create(
            project=project, slug="opening-hours", name="Opening hours", time_zone=project.time_zone, hours=hours
        )
        project.save(update_fields=["calendar"])
    _check_references(schema_editor)


def to_opening(apps, schema_editor):
    """Back: the first and the last hour of each day; holidays and exceptions are lost."""
    for project in apps.get_model("projects", "Project").objects.exclude(calendar=None).select_related("calendar"):
        spans = {day: sorted(hours) for day, hours in project.calendar.hours.items() if hours}
        kept = {day: [hours[0][0], hours[-1][1]] for day, hours in spans.items()}
        project.opening = {day: [start, end] for day, (start, end) in kept.items() if start < end or end == "00:00"}
        project.calendar = None
        project.save(update_fields=["opening", "calendar"])
    apps.get_model("projects", "Queue").objects.update(calendar=None)
    _check_references(schema_editor)


def _check_references(schema_editor):
    """Now, for the table cannot be altered while they wait for the end of the transaction."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):
    dependencies = [("projects", "0011_calendars")]

    operations = [
        migrations.RunPython(to_calendars, to_opening),
        migrations.RemoveField(model_name="project", name="opening"),
    ]
