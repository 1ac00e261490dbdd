"""A project and its parts: groups, queues in a tree, topics in a tree."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Line(models.IntegerChoices):
    """The first line takes every new request; the second has groups for the hard ones."""

    FIRST = 1, _("First line")
    SECOND = 2, _("Second line")


class Project(models.Model):
    """A product with its own desk. Projects are walls.

    `company` holds the company's own addresses and domains, lower case, a domain without `@`: what is forwarded from
    there is the request of whoever wrote it (MISSION I4).

    `calendar` says when somebody works (`projects/calendars.py`); None: always.

    What automatic answers say: `answer_within_hours` is when an answer may be expected (of working time; None: nothing
    is promised), where no target says it. `long_closed_days`: a follow-up of a ticket closed longer gets an answer.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    company = ArrayField(models.TextField(), default=list, blank=True)
    answer_within_hours = models.PositiveIntegerField(null=True, blank=True, default=24)
    calendar = models.ForeignKey(
        "projects.Calendar", null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    answers_follow_ups = models.BooleanField(default=False)
    long_closed_days = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.slug


class Group(models.Model):
    """People who do one kind of work."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="groups")
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    line = models.PositiveSmallIntegerField(choices=Line)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="group_slug")]

    def __str__(self) -> str:
        return self.slug


class Queue(models.Model):
    """Where tickets of one kind wait. Belongs to a line and a group; queues stand in a tree.

    `return_queue` says where a follow-up to an answer given here goes, when this is a first-line queue whose
    ticket has no topic with a queue of its own (MISSION T2). A queue
    with a `successor` takes in nothing more: its tickets are being moved there, and when none is left it is retired.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="queues")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    line = models.PositiveSmallIntegerField(choices=Line)
    group = models.ForeignKey(Group, null=True, blank=True, on_delete=models.PROTECT, related_name="queues")
    private = models.BooleanField(default=False)  # seen only by its group and by those who lead the project
    position = models.PositiveSmallIntegerField(default=0)
    return_queue = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        "projects.Person", null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )  # in whose name its tickets are moved
    target_minutes = models.PositiveIntegerField(
        default=480
    )  # the wait that is promised here, drawn as the age's full bar
    signature = models.TextField(blank=True, default="")
    answer_within_hours = models.PositiveIntegerField(null=True, blank=True)  # None: as its project
    calendar = models.ForeignKey(
        "projects.Calendar", null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )  # None: as its project

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="queue_slug")]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_in_use(self) -> bool:
        """Whether tickets may go in: it is neither retired nor being emptied."""
        return self.retired_at is None and self.successor_id is None

    def is_as_private_as(self, other: Queue) -> bool:
        """Whether what stands in the other one may come here by itself: out of a private one to its own group alone."""
        return not other.private or (self.private and self.group_id == other.group_id)


class Topic(models.Model):
    """A kind of problem. Its `queue` is where the second line works on it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="topics")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL, related_name="topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="topic_slug")]

    def __str__(self) -> str:
        return self.slug
