"""Answer templates: a text in several languages, its files, its versions, how often it is used."""

from __future__ import annotations

from django.db import models

from postline.projects.models import Person, Project, Queue, Topic


class Template(models.Model):
    """An answer that stands ready. It is offered in the tickets of its project; with a `queue` only in those of this
    queue and of the queues below it. With a `topic` it stands first where the ticket has this topic.

    `queue_was` and `topic_was` keep the short names, so that it can be told when the queue or the topic is gone.
    `automatic`: filters may send it, so its texts say nothing of the sender. `reviewed_at`: when somebody last wrote
    it or said that it is still right.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="templates")
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    queue_was = models.CharField(max_length=50, blank=True, default="")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    topic_was = models.CharField(max_length=50, blank=True, default="")
    automatic = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    used_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="template_slug")]

    def __str__(self) -> str:
        return self.slug


class TemplateText(models.Model):
    """The words of a template in one language. An answer keeps the subject of its ticket: `subject` is for a message
    that begins something."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "language"], name="template_language")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.language}"


class TemplateFile(models.Model):
    """A file that goes out with a template: kept here once, put into the outbox with each answer."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="files")
    filename = models.CharField(max_length=200)
    content_type = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.filename


class TemplateVersion(models.Model):
    """How a template was after a change. `content` is what `rules/templates/transfer.py` writes of one."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    content = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "version"], name="template_version_once")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.version}"


class TemplateDay(models.Model):
    """How many answers of a day were written with a template."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "day"], name="template_day_once")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.day}"
