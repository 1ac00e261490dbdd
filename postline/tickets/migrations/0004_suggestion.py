"""Tickets that may belong to another one; a ticket that is deleted whole takes its suggestions along."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
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
    DELETE FROM tickets_ticket WHERE id = ticket;
    PERFORM set_config('postline.deleting_ticket', '', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_logos")]
    operations = [
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("dismissed_at", models.DateTimeField(null=True)),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggested_for",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestions",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=["ticket", "other"], name="suggestion_once")]},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
