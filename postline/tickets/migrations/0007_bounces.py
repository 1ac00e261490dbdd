"""Answers that were not delivered, addresses that refuse mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0008_automatic_answers"),
        ("tickets", "0006_threading"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="undelivered",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="RefusedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField()),
                ("reply", models.TextField(blank=True)),
                ("since", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("project", "address"), name="refused_address_once")],
            },
        ),
    ]
