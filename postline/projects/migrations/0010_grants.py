"""Rules about rights, on top of what roles give."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

LINES = [(1, "First line"), (2, "Second line")]
WHOM = ["line", "group", "person"]
WHERE = ["queue", "queues_of_line", "queues_of_group"]


def cascading(to: str, name: str) -> Any:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name=name, to=to
    )


class Migration(migrations.Migration):
    dependencies = [("projects", "0009_believed_servers")]

    operations = [
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="grants", to="projects.project"
                    ),
                ),
                ("line", models.PositiveSmallIntegerField(blank=True, choices=LINES, null=True)),
                ("group", cascading("projects.group", "grants")),
                ("person", cascading(settings.AUTH_USER_MODEL, "grants")),
                ("queue", cascading("projects.queue", "grants")),
                ("queues_of_line", models.PositiveSmallIntegerField(blank=True, choices=LINES, null=True)),
                ("queues_of_group", cascading("projects.group", "+")),
                ("right", models.CharField(max_length=64)),
                ("allowed", models.BooleanField()),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["project", *WHOM, *WHERE, "right"], name="grant_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        name="grant_of_one",
                        condition=Q(line__isnull=False, group__isnull=True, person__isnull=True)
                        | Q(line__isnull=True, group__isnull=False, person__isnull=True)
                        | Q(line__isnull=True, group__isnull=True, person__isnull=False),
                    ),
                    models.CheckConstraint(
                        name="grant_in_one",
                        condition=Q(queue__isnull=True, queues_of_line__isnull=True, queues_of_group__isnull=True)
                        | Q(queue__isnull=True, queues_of_line__isnull=True, queues_of_group__isnull=False)
                        | Q(queue__isnull=True, queues_of_line__isnull=False, queues_of_group__isnull=True)
                        | Q(queue__isnull=False, queues_of_line__isnull=True, queues_of_group__isnull=True),
                    ),
                ],
            },
        ),
    ]
