"""A ticket that may belong to another one."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from postline.tickets.models.ticket import Ticket


class Reason(StrEnum):
    """What speaks for it."""

    NUMBER_IN_SUBJECT = "number-in-subject"  # a stranger named it
    FOREIGN_MESSAGE_ID = "foreign-message-id"  # a stranger's message replies to one of its messages
    SAME_REQUESTER = "same-requester"  # the same person wrote about the same thing


class Suggestion(models.Model):
    """`ticket` may belong to `other`, the older one. Each pair is suggested once: what was dismissed stays so."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, db_index=False, related_name="suggestions")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="suggested_for")
    reason = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "other"], name="suggestion_once")]

    def __str__(self) -> str:
        return self.reason
