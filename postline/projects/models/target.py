"""Targets: how soon something should be done, and what follows when it is not."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models.project import Project, Queue, Topic


class Metric(models.TextChoices):
    """What is measured. `next-answer`: from the oldest message that nobody has answered yet. `solution`: from the
    first message until the ticket is closed, once. `first-line-wait`: begins with each entry into a first-line queue.
    """

    FIRST_ANSWER = "first-answer", _("First answer")
    NEXT_ANSWER = "next-answer", _("Next answer")
    SOLUTION = "solution", _("Solution")
    FIRST_LINE_WAIT = "first-line-wait", _("Wait in the first line")


class Act(models.TextChoices):
    """What an escalation step does."""

    NOTIFY = "notify", _("Tell the leads")
    MOVE = "move", _("Move")
    RAISE = "raise", _("Raise the priority")


class Target(models.Model):
    """So many minutes of working time, in a project or where a queue, a topic, a priority fits: that which names most
    wins. `warn_minutes` before the end the leads are warned; 0: they are not."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="targets")
    metric = models.CharField(max_length=16, choices=Metric)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    minutes = models.PositiveIntegerField()
    warn_minutes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "metric", "queue", "topic", "priority"], name="target_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.minutes}"


class EscalationStep(models.Model):
    """Done once for a ticket when its target has been missed for `after_minutes` of working time: 0 is at once."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="steps")
    after_minutes = models.PositiveIntegerField(default=0)
    act = models.CharField(max_length=8, choices=Act)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    priority = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="step_whole",
                condition=models.Q(act="notify", queue=None, priority=None)
                | models.Q(act="move", queue__isnull=False, priority=None)
                | models.Q(act="raise", queue=None, priority__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.after_minutes} {self.act}"


class WorkingRules(models.Model):
    """Which state of calendars and targets holds in a project, and how far the clocks of its open tickets follow.

    `mark` is another number after each change: whoever keeps something worked out asks whether it is still the same.
    `changed_in` is the transaction of the change. While `position` is set, tickets with a higher id, up to `last`, are
    still to be looked at (`tickets/clocks/recount.py`). `made_with`: which versions of the tables of holidays and time
    zones that was done with.
    """

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="working_rules")
    mark = models.BigIntegerField()
    changed_in = models.BigIntegerField()
    changed_at = models.DateTimeField()
    position = models.BigIntegerField(null=True, blank=True)
    last = models.BigIntegerField(null=True, blank=True)
    counted = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    made_with = models.TextField(blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "working rules"

    def __str__(self) -> str:
        return str(self.mark)
