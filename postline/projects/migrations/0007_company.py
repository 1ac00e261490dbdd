import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0006_retiring_and_audit_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailbox",
            name="believes_company",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="project",
            name="company",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), blank=True, default=list, size=None
            ),
        ),
    ]
