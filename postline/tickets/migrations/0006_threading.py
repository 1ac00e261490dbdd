from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0005_merge"),
    ]

    operations = [
        migrations.AddField(
            model_name="body",
            name="beside",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="joined_to",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="other_address",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="other_name",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="message",
            name="other_role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("forwarded-by", "Forwarded by"),
                    ("forwarded-from", "Forwarded from"),
                    ("reply-to", "Asks for replies to"),
                ],
                db_default="",
                default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="participant",
            name="declined_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
