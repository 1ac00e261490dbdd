"""A ticket that went from one project to another."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postline.projects.models import Mailbox, Person, Project, Queue, Topic
from postline.tickets.models.ticket import Requester, State, Ticket


class HandOver(models.Model):
    """The ticket left `source` for `target` at `event`, the number in its history from which on it was there.

    `reason` is for both projects to read. `messages` and `notes` are those that the people of `source` may still read.
    What it was there, from `topic` on, comes back with it should it ever be handed back.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, db_index=False, related_name="hand_overs")
    source = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="+")
    target = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField()
    event = models.PositiveIntegerField()
    reason = models.TextField(blank=True, default="")
    messages = ArrayField(models.BigIntegerField(), default=list)
    notes = ArrayField(models.BigIntegerField(), default=list)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, db_index=False, related_name="+")
    topic = models.ForeignKey(Topic, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    requester = models.ForeignKey(Requester, on_delete=models.PROTECT, db_index=False, related_name="+")
    return_queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    tags = ArrayField(models.TextField(), default=list)
    state = models.CharField(max_length=8, choices=State)
    waiting_since = models.DateTimeField(null=True)
    pending_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "event"], name="hand_over_event"),
            models.CheckConstraint(name="hand_over_of_two", condition=~models.Q(source=models.F("target"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} to {self.target_id}"
