"""A rule about rights: on top of what a role gives, one right more or less."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from postline.projects.models.person import Person
from postline.projects.models.project import Group, Line, Project, Queue

WHOM = ("line", "group", "person")
WHERE = ("queue", "queues_of_line", "queues_of_group")


class Grant(models.Model):
    """Allows or forbids one right: to a line, a group or a person; in a queue, in the queues of a line or group, or,
    where none of the three is set, in all of the project.

    `right` is the name of a right in queues or, for a person and all of the project, of a right in the project
    (`projects/rights/names.py`). How several of them decide stands in `projects/rights/rules.py`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="grants")
    line = models.PositiveSmallIntegerField(null=True, blank=True, choices=Line)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    queues_of_line = models.PositiveSmallIntegerField(null=True, blank=True, choices=Line)
    queues_of_group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    right = models.CharField(max_length=64)
    allowed = models.BooleanField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", *WHOM, *WHERE, "right"], name="grant_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="grant_of_one",
                condition=Q(line__isnull=False, group__isnull=True, person__isnull=True)
                | Q(line__isnull=True, group__isnull=False, person__isnull=True)
                | Q(line__isnull=True, group__isnull=True, person__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_in_one",
                condition=Q(queue__isnull=True, queues_of_line__isnull=True, queues_of_group__isnull=True)
                | Q(queue__isnull=True, queues_of_line__isnull=True, queues_of_group__isnull=False)
                | Q(queue__isnull=True, queues_of_line__isnull=False, queues_of_group__isnull=True)
                | Q(queue__isnull=False, queues_of_line__isnull=True, queues_of_group__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{'+' if self.allowed else '-'}{self.right}"
