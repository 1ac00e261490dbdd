"""Who saw what is hidden of a ticket. The rows go with their ticket by the database's own hand, however it is deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0010_hints"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reveal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("identify", "To make sure who the requester is"),
                            ("call", "To call them or to write to them"),
                            ("look-up", "To find them in another system"),
                            ("abuse", "To look into abuse or an attack"),
                            ("other", "For another reason"),
                        ],
                        max_length=16,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reveals",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("ticket"), models.F("person"), models.F("until"), name="reveal_running")
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE tickets_reveal ADD CONSTRAINT reveal_of_ticket FOREIGN KEY (ticket_id)"
            " REFERENCES tickets_ticket (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE tickets_reveal DROP CONSTRAINT reveal_of_ticket",
        ),
    ]
