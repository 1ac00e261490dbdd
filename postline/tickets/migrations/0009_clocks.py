import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

CONSTRAINT = """
ALTER TABLE tickets_clock ADD CONSTRAINT clock_of_ticket FOREIGN KEY (ticket_id) REFERENCES tickets_ticket (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0008_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Clock",
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
                ("target_id", models.BigIntegerField()),
                ("minutes", models.PositiveIntegerField()),
                ("warn_minutes", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField()),
                (
                    "pauses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateTimeField(), default=list, size=None
                    ),
                ),
                ("paused_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("warned_at", models.DateTimeField(null=True)),
                ("missed_at", models.DateTimeField(null=True)),
                (
                    "steps_done",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("met_at", models.DateTimeField(null=True)),
                ("stopped_at", models.DateTimeField(null=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clocks",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("ticket"), name="clock_ticket"),
                    models.Index(
                        models.F("next_at"), condition=models.Q(("next_at__isnull", False)), name="clock_next"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("met_at", None), ("stopped_at", None)),
                        fields=("ticket", "metric"),
                        name="clock_runs_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("met_at", None), ("stopped_at", None)),
                            models.Q(("next_at", None), ("paused_at", None)),
                            _connector="OR",
                        ),
                        name="clock_at_rest",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CONSTRAINT, migrations.RunSQL.noop),
    ]
