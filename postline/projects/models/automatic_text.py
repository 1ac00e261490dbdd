"""What automatic answers say, where a project has words of its own."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models.project import Project, Queue


class Occasion(models.TextChoices):
    """What an automatic answer is given to. `outside-hours`: a new request that comes while nobody works."""

    NEW = "new", _("A new request")
    OUTSIDE_HOURS = "outside-hours", _("A new request outside opening hours")
    FOLLOW_UP = "follow-up", _("Another message of a requester")
    LONG_CLOSED = "long-closed", _("A message to a request closed long ago")
    STAYS_CLOSED = "stays-closed", _("A message to a request that is closed for good")


class AutomaticText(models.Model):
    """The words for one occasion in one language, for a project or for one of its queues. Without a row Postline's
    own words are used. They are answer texts (`kit/templating`) with the names of
    `projects/automatic_texts.py`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="automatic_texts")
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    occasion = models.CharField(max_length=16, choices=Occasion)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200)
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "queue", "occasion", "language"], name="automatic_text_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.language}"
