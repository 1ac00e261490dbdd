from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0008_automatic_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="believed_servers",
            field=models.CharField(blank=True, default="", max_length=500),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="spam_header",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AddField(
            model_name="mailbox",
            name="spam_value",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]
