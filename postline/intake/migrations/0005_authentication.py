from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_left_uids"),
    ]

    operations = [
        migrations.AddField(
            model_name="rawmessage",
            name="authentication",
            field=models.JSONField(null=True),
        ),
    ]
