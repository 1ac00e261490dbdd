"""Raw messages are stored as they are: trying to compress them costs more than it saves (MEASURED 2.2)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE intake_rawmessage ALTER COLUMN content SET STORAGE EXTERNAL",
            "ALTER TABLE intake_rawmessage ALTER COLUMN content SET STORAGE EXTENDED",
        )
    ]
