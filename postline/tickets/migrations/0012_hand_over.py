"""A ticket may go to another project; notes are read in the project alone that they were written in."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Deferred checks of a row that has just been changed forbid to alter its table: they are made at once.
NOTES = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE tickets_note SET project_id = ticket.project_id FROM tickets_ticket AS ticket
WHERE ticket.id = tickets_note.ticket_id;
"""
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
    DELETE FROM tickets_handover WHERE ticket_id = ticket;
    DELETE FROM tickets_suggestion WHERE ticket IN (ticket_id, other_id);
    DELETE FROM tickets_ticket WHERE id = ticket;
    PERFORM set_config('postline.deleting_ticket', '', true);
END
$$;
"""
BACKWARD = """
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


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0014_looks_topics_follow_ups"),
        ("tickets", "0011_reveals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="note",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.RunSQL(NOTES, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="note",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
            ),
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("event", models.PositiveIntegerField()),
                ("reason", models.TextField(blank=True, default="")),
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
                    "tags",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
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
                ("pending_until", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "mailbox",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.mailbox",
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
                    "queue",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.queue",
                    ),
                ),
                (
                    "requester",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tickets.requester",
                    ),
                ),
                (
                    "return_queue",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.queue",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.project",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hand_overs",
                        to="tickets.ticket",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="projects.topic",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "event"), name="hand_over_event"),
                    models.CheckConstraint(
                        condition=models.Q(("source", models.F("target")), _negated=True), name="hand_over_of_two"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
