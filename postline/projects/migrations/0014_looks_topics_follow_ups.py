"""Looks, languages and signature of projects; forms of topics; what becomes of follow-ups, queue by queue."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0013_answer_texts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Logo",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="logo",
                        serialize=False,
                        to="projects.project",
                    ),
                ),
                ("content_type", models.CharField(max_length=32)),
                ("content", models.BinaryField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField(
            model_name="project",
            name="archived_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="colour",
            field=models.CharField(
                choices=[
                    ("blue", "Blue"),
                    ("teal", "Teal"),
                    ("green", "Green"),
                    ("olive", "Olive"),
                    ("orange", "Orange"),
                    ("red", "Red"),
                    ("pink", "Pink"),
                    ("violet", "Violet"),
                    ("grey", "Grey"),
                ],
                default="blue",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="helps_first_line_after",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="project",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="sender_name",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="project",
            name="signature",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="queue",
            name="accepts_from_projects",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="queue",
            name="follow_up",
            field=models.CharField(
                choices=[
                    ("reopen", "Opens the ticket again"),
                    ("new-ticket", "Opens a new ticket that is linked to it"),
                    ("closed", "Is kept in it, and answered that it is closed"),
                ],
                default="reopen",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="queue",
            name="follow_up_days",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="queue",
            name="keeps_agent",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="topic",
            name="fields",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="topic",
            name="position",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="topic",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="automatictext",
            name="occasion",
            field=models.CharField(
                choices=[
                    ("new", "A new request"),
                    ("outside-hours", "A new request outside opening hours"),
                    ("follow-up", "Another message of a requester"),
                    ("long-closed", "A message to a request closed long ago"),
                    ("stays-closed", "A message to a request that is closed for good"),
                ],
                max_length=16,
            ),
        ),
    ]
