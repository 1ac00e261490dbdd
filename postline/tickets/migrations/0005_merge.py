"""Merges, each with what it did; a ticket that is deleted whole takes along what was merged into it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION postline_delete_ticket(ticket bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE part bigint;
BEGIN
    FOR part IN SELECT ticket_id FROM tickets_merge WHERE into_id = ticket AND undone_at IS NULL LOOP
        PERFORM postline_delete_ticket(part);
    END LOOP;
    PERFORM set_config('postline.deleting_ticket', ticket::text, true);
    DELETE FROM tickets_event WHERE ticket_id = ticket;
    DELETE FROM tickets_attachment WHERE message_id IN (SELECT id FROM tickets_message WHERE ticket_id = ticket);
    DELETE FROM tickets_body WHERE message_id IN (SELECT id FROM tickets_message WHERE ticket_id = ticket);
    DELETE FROM tickets_message WHERE ticket_id = ticket;
    DELETE FROM tickets_note WHERE ticket_id = ticket;
    DELETE FROM tickets_draft WHERE ticket_id = ticket;
    DELETE FROM tickets_participant WHERE ticket_id = ticket;
    DELETE FROM tickets_merge WHERE ticket IN (ticket_id, into_id);
    DELETE FROM tickets_suggestion WHERE ticket IN (ticket_id, other_id);
    DELETE FROM tickets_ticket WHERE id = ticket;
    PERFORM set_config('postline.deleting_ticket', '', true);
END
$$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION postline_delete_ticket(ticket bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('postline.deleting_ticket', ticket::text, true);
    DELETE FROM tickets_event WHERE ticket_id = ticket;
    DELETE FROM tickets_attachment WHERE message_id IN (SELECT id FROM tickets_message WHERE ticket_id = ticket);
    DELETE FROM tickets_body WHERE message_id IN (SELECT id FROM tickets_message WHERE ticket_id = ticket);
    DELETE FROM tickets_message WHERE ticket_id = ticket;
    DELETE FROM tickets_note WHERE ticket_id = ticket;
    DELETE FROM tickets_draft WHERE ticket_id = ticket;
    DELETE FROM tickets_participant WHERE ticket_id = ticket;
    DELETE FROM tickets_suggestion WHERE ticket IN (ticket_id, other_id);
    DELETE FROM tickets_ticket WHERE id = ticket;
    PERFORM set_config('postline.deleting_ticket', '', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0004_suggestion"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="origin_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merged_at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "messages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "notes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "participants",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("open", "Open"),
                            ("pending", "Pending"),
                            ("closed", "Closed"),
                            ("merged", "Merged"),
                        ],
                        max_length=8,
                    ),
                ),
                ("waiting_since", models.DateTimeField(null=True)),
                (
                    "into_state",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("open", "Open"),
                            ("pending", "Pending"),
                            ("closed", "Closed"),
                            ("merged", "Merged"),
                        ],
                        max_length=8,
                    ),
                ),
                ("into_waiting_since", models.DateTimeField(null=True)),
                ("into_pending_until", models.DateTimeField(null=True)),
                ("into_closed_at", models.DateTimeField(null=True)),
                (
                    "into",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merged_here", to="tickets.ticket"
                    ),
                ),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("ticket"), name="merge_ticket")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)), fields=("ticket",), name="merged_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ticket", models.F("into")), _negated=True), name="merge_of_two"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
