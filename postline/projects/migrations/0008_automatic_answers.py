"""What automatic answers say; an address of the staff that refuses mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0007_company"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="refusal",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="person",
            name="refused_email",
            field=models.EmailField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="project",
            name="answer_within_hours",
            field=models.PositiveIntegerField(blank=True, default=24, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="answers_follow_ups",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="project",
            name="long_closed_days",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="opening",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="queue",
            name="answer_within_hours",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="AutomaticText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("new", "A new request"),
                            ("outside-hours", "A new request outside opening hours"),
                            ("follow-up", "Another message of a requester"),
                            ("long-closed", "A message to a request closed long ago"),
                        ],
                        max_length=16,
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("subject", models.CharField(max_length=200)),
                ("text", models.TextField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="automatic_texts",
                        to="projects.project",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "queue", "occasion", "language"),
                        name="automatic_text_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
