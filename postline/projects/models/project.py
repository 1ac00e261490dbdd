"""A project and its parts: groups, queues in a tree, topics in a tree."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Line(models.IntegerChoices):
    """The first line takes every new request; the second has groups for the hard ones."""

    FIRST = 1, _("First line")
    SECOND = 2, _("Second line")


class Colour(models.TextChoices):
    """The colour of a project, by name: its shade in each theme stands in the stylesheet, where contrast is kept."""

    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    OLIVE = "olive", _("Olive")
    ORANGE = "orange", _("Orange")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    VIOLET = "violet", _("Violet")
    GREY = "grey", _("Grey")


class FollowUp(models.TextChoices):
    """What becomes of a message to a ticket that was closed longer ago than its queue allows."""

    REOPEN = "reopen", _("Opens the ticket again")
    NEW_TICKET = "new-ticket", _("Opens a new ticket that is linked to it")
    CLOSED = "closed", _("Is kept in it, and answered that it is closed")


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
    colour = models.CharField(max_length=16, choices=Colour, default=Colour.BLUE)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)  # it answers in; none: in all
    sender_name = models.CharField(max_length=100, blank=True, default="")  # of mailboxes that have none of their own
    signature = models.TextField(blank=True, default="")  # of queues that have none of their own
    helps_first_line_after = models.PositiveIntegerField(null=True, blank=True)  # minutes; None: never
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.slug


class Logo(models.Model):
    """The picture of a project: what `projects/logos.py` has found harmless."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="logo")
    content_type = models.CharField(max_length=32)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)  # SHA-256: stands in its address, so that it may be cached for good

    def __str__(self) -> str:
        return self.digest


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
    follow_up = models.CharField(max_length=16, choices=FollowUp, default=FollowUp.REOPEN)
    follow_up_days = models.PositiveIntegerField(default=0)  # so long after its end a ticket is opened again anyway
    keeps_agent = models.BooleanField(default=False)  # a follow-up is for whoever answered last
    accepts_from_projects = models.BooleanField(default=False)  # other projects see its name and hand tickets over
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
    """A kind of problem. Its `queue` is where the second line works on it. A retired one is chosen no more: what it was
    given to keeps it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="topics")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL, related_name="topics")
    position = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=list, blank=True)  # what its form asks: projects/form_fields.py
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="topic_slug")]

    def __str__(self) -> str:
        return self.slug
