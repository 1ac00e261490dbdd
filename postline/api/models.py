"""What was already done on a request that carried an `Idempotency-Key`."""

from __future__ import annotations

from django.db import models

from postline.projects.models import Person


class IdempotentRequest(models.Model):
    """One key of one person with the answer that it got. Written in the transaction of what was done.

    `digest` covers method, address and body, so that a key is not taken for another request. `status` is 0 only
    inside the transaction that is doing the work.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(default="")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("created_at", name="idempotent_created")]
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotent_key")]

    def __str__(self) -> str:
        return self.key
