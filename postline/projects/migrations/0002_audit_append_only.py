"""The database itself refuses to change or remove what the audit log says."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION postline_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON projects_auditentry
    FOR EACH ROW EXECUTE FUNCTION postline_refuse_change();
"""
BACKWARD = """
DROP TRIGGER append_only ON projects_auditentry;
DROP FUNCTION postline_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
