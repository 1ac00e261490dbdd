"""A clock: one target of one ticket that runs, or has run."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from postline.projects.models import Metric
from postline.tickets.models.ticket import Ticket


class Clock(models.Model):
    """Runs until it is met, or stopped because nothing is to be met any more: closed, merged, no target.

    `target_id` is the target that it runs for, with its minutes as they were when it was last reckoned. `pauses` are
    the finished ones, beginning and end by turns; `paused_at` begins one that lasts. `due_at` follows from all that
    (`tickets/clocks/reckoning.py`); None while it is paused before its time, or when it would never come. `next_at` is
    when something is to be done: the warning, missing it, the next escalation step. `steps_done` are ids of such steps.
    `missed_at` is the moment at which it was due, once that has passed.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="clocks"
    )  # the migration adds the constraint, with which the database deletes clocks with their ticket
    metric = models.CharField(max_length=16, choices=Metric)
    target_id = models.BigIntegerField()
    minutes = models.PositiveIntegerField()
    warn_minutes = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    pauses = ArrayField(models.DateTimeField(), default=list)
    paused_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    steps_done = ArrayField(models.BigIntegerField(), default=list)
    met_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("ticket", name="clock_ticket"),
            models.Index("next_at", name="clock_next", condition=models.Q(next_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "metric"], name="clock_runs_once", condition=models.Q(met_at=None, stopped_at=None)
            ),
            models.CheckConstraint(
                name="clock_at_rest",
                condition=models.Q(met_at=None, stopped_at=None) | models.Q(next_at=None, paused_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.ticket_id}"

    @property
    def is_running(self) -> bool:
        """Whether it still is to be met, paused or not."""
        return self.met_at is None and self.stopped_at is None
