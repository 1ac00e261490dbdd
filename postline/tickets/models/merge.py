"""What a merge did, so that it can be undone exactly."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postline.projects.models import Person
from postline.tickets.models.ticket import State, Ticket


class Merge(models.Model):
    """`ticket` became part of `into`, and is until `undone_at`: its number leads there.

    `messages` and `notes` are those that it brought along and those that were written to its number since: they go
    back with it. `participants` are the rows that `into` got by it. `state` to `into_closed_at` are what the two were
    before.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, db_index=False, related_name="merges")
    into = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merged_here")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    merged_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    messages = ArrayField(models.BigIntegerField(), default=list)
    notes = ArrayField(models.BigIntegerField(), default=list)
    participants = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(max_length=8, choices=State)
    waiting_since = models.DateTimeField(null=True)
    into_state = models.CharField(max_length=8, choices=State)
    into_waiting_since = models.DateTimeField(null=True)
    into_pending_until = models.DateTimeField(null=True)
    into_closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("ticket", name="merge_ticket")]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], name="merged_once", condition=models.Q(undone_at=None)),
            models.CheckConstraint(name="merge_of_two", condition=~models.Q(ticket=models.F("into"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} into {self.into_id}"
