"""Limits of automatic answers by domain and in all; what loops and floods are recognised by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_quarantine"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.BigIntegerField()),
                ("words", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="automaticanswer",
            name="domain",
            field=models.TextField(db_default=""),
        ),
        migrations.AddIndex(
            model_name="automaticanswer",
            index=models.Index(models.F("domain"), models.F("at"), name="automatic_answer_domain"),
        ),
        migrations.AddIndex(
            model_name="automaticanswer",
            index=models.Index(models.F("at"), models.F("id"), name="automatic_answer_at"),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(models.F("sender"), models.F("at"), name="sighting_sender"),
        ),
        # what is seen need not outlive a crash: a third of the work
        migrations.RunSQL("ALTER TABLE intake_sighting SET UNLOGGED", "ALTER TABLE intake_sighting SET LOGGED"),
    ]
