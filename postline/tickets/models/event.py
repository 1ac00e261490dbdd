"""One row of history."""

from __future__ import annotations

from django.db import models

from postline.projects.models import Person
from postline.tickets.models.ticket import Ticket


class Event(models.Model):
    """Who did what and when. Only appended: the database refuses changes (migration 0002).

    `data` holds ids and codes, never an address, a name or a text, so that erasing a person need not touch it.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.DO_NOTHING, db_index=False, related_name="events")
    number = models.PositiveIntegerField()  # 1, 2, 3… within the ticket
    kind = models.CharField(max_length=32)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.DO_NOTHING, db_index=False, related_name="+"
    )  # None: the system
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="event_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"
