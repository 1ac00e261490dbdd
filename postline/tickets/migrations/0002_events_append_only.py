"""The database itself refuses to change history. Only `postline_delete_ticket` removes events: with their whole ticket."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION postline_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('postline.deleting_ticket', true) = OLD.ticket_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON tickets_event
    FOR EACH ROW EXECUTE FUNCTION postline_keep_history();

CREATE FUNCTION postline_delete_ticket(ticket bigint) RETURNS void LANGUAGE plpgsql AS $$
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
BACKWARD = """
DROP FUNCTION postline_delete_ticket(bigint);
DROP TRIGGER append_only ON tickets_event;
DROP FUNCTION postline_keep_history();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
