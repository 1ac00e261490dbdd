import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0004_left_uids"),
        ("projects", "0009_believed_servers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedSender",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pattern", models.CharField(max_length=320)),
                ("verdict", models.CharField(choices=[("block", "Blocked"), ("allow", "Allowed")], max_length=8)),
                ("always", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField()),
                ("before", models.CharField(blank=True, default="", max_length=8)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="rawmessage",
            name="raw_quarantined",
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="accepted_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="projects.queue",
            ),
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="authentication",
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="check_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="project",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="projects.project",
            ),
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="released_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="sender",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="rawmessage",
            name="subject",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddIndex(
            model_name="rawmessage",
            index=models.Index(
                models.F("id"),
                condition=models.Q(("check_until__isnull", False), ("state", "waiting")),
                name="raw_unchecked",
            ),
        ),
        migrations.AddIndex(
            model_name="rawmessage",
            index=models.Index(models.F("id"), condition=models.Q(("state", "quarantined")), name="raw_quarantined"),
        ),
        migrations.AddIndex(
            model_name="rawmessage",
            index=models.Index(
                models.F("project"),
                models.F("reason"),
                models.F("id"),
                condition=models.Q(("state", "quarantined")),
                name="raw_by_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="rawmessage",
            index=models.Index(
                models.F("released_at"), condition=models.Q(("released_at__isnull", False)), name="raw_released"
            ),
        ),
        migrations.AddIndex(
            model_name="rawmessage",
            index=models.Index(
                models.F("received_at"), condition=models.Q(("state__in", ["quarantined", "deleted"])), name="raw_aside"
            ),
        ),
        migrations.AddField(
            model_name="listedsender",
            name="added_by",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="listedsender",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.project"
            ),
        ),
        migrations.AddConstraint(
            model_name="listedsender",
            constraint=models.UniqueConstraint(fields=("project", "pattern"), name="listed_sender"),
        ),
    ]
