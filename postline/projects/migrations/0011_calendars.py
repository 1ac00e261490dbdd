import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0010_grants"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkingRules",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="working_rules",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("mark", models.BigIntegerField()),
                ("changed_in", models.BigIntegerField()),
                ("changed_at", models.DateTimeField()),
                ("position", models.BigIntegerField(blank=True, null=True)),
                ("last", models.BigIntegerField(blank=True, null=True)),
                ("counted", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("made_with", models.TextField(blank=True, db_default="", default="")),
            ],
            options={
                "verbose_name_plural": "working rules",
            },
        ),
        migrations.CreateModel(
            name="Calendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField()),
                ("name", models.CharField(max_length=100)),
                ("time_zone", models.CharField(max_length=64)),
                ("hours", models.JSONField(blank=True, default=dict)),
                ("country", models.CharField(blank=True, default="", max_length=8)),
                ("subdivision", models.CharField(blank=True, default="", max_length=16)),
                ("feed_name", models.CharField(blank=True, default="", max_length=200)),
                ("feed_url", models.CharField(blank=True, default="", max_length=500)),
                ("feed_days", models.JSONField(blank=True, default=list)),
                ("feed_read_at", models.DateTimeField(blank=True, null=True)),
                ("feed_next_at", models.DateTimeField(blank=True, null=True)),
                (
                    "feed_trouble",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not-allowed", "The address leads into a private network."),
                            ("not-encrypted", "The address is not encrypted: it must begin with https://"),
                            ("unreachable", "Its server does not answer."),
                            ("refused", "Its server gives no file there."),
                            ("too-large", "The file is too large."),
                            ("not-a-calendar", "What stands there is no calendar file."),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="calendars", to="projects.project"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="project",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.calendar",
            ),
        ),
        migrations.AddField(
            model_name="queue",
            name="calendar",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.calendar",
            ),
        ),
        migrations.CreateModel(
            name="CalendarException",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("name", models.CharField(blank=True, default="", max_length=100)),
                ("hours", models.JSONField(blank=True, default=list)),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exceptions", to="projects.calendar"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("first-answer", "First answer"),
                            ("next-answer", "Next answer"),
                            ("solution", "Solution"),
                            ("first-line-wait", "Wait in the first line"),
                        ],
                        max_length=16,
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("minutes", models.PositiveIntegerField()),
                ("warn_minutes", models.PositiveIntegerField(default=0)),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="targets", to="projects.project"
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.queue",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.topic",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EscalationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after_minutes", models.PositiveIntegerField(default=0)),
                (
                    "act",
                    models.CharField(
                        choices=[("notify", "Tell the leads"), ("move", "Move"), ("raise", "Raise the priority")],
                        max_length=8,
                    ),
                ),
                ("priority", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "queue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.queue",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="projects.target"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="calendar",
            index=models.Index(
                models.F("feed_next_at"), condition=models.Q(("feed_next_at__isnull", False)), name="calendar_feed_next"
            ),
        ),
        migrations.AddConstraint(
            model_name="calendar",
            constraint=models.UniqueConstraint(fields=("project", "slug"), name="calendar_slug"),
        ),
        migrations.AddConstraint(
            model_name="calendarexception",
            constraint=models.UniqueConstraint(fields=("calendar", "day"), name="calendar_exception_day"),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                fields=("project", "metric", "queue", "topic", "priority"), name="target_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="escalationstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", "notify"), ("priority", None), ("queue", None)),
                    models.Q(("act", "move"), ("priority", None), ("queue__isnull", False)),
                    models.Q(("act", "raise"), ("priority__isnull", False), ("queue", None)),
                    _connector="OR",
                ),
                name="step_whole",
            ),
        ),
    ]
