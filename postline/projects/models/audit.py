"""The audit log: changes of settings and rights, sign-ins, reveals.

Only ever appended; each entry's hash covers the one before.
"""

from django.db import models
from django.db.models.fields.json import KeyTransform


class AuditEntry(models.Model):
    """One entry. `actor` is a login (empty: the system), `detail` holds ids and codes, never a secret.

    `detail["project"]` is the id of the project that it belongs to, `before` and `after` what a change changed.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64, blank=True)
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index("target", "number", name="audit_target"),
            models.Index("actor", "number", name="audit_actor"),
            models.Index("action", "number", name="audit_action"),
            models.Index("at", name="audit_at"),
            models.Index(KeyTransform("project", "detail"), "number", name="audit_project"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.action}"
