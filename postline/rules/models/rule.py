"""Rules: filters that act on what arrives, hints that only say something; their versions and what they cost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models import Person, Project


class RuleKind(models.TextChoices):
    """A filter acts, a hint never does."""

    FILTER = "filter", _("Filter")
    HINT = "hint", _("Hint")


class ActsOn(models.TextChoices):
    """Which messages a rule looks at."""

    NEW = "new", _("New requests")
    FOLLOW_UPS = "follow-ups", _("Follow-ups")
    ALL = "all", _("New requests and follow-ups")


class WhyDisabled(models.TextChoices):
    """Why the desk itself has switched a rule off."""

    BROKEN = "broken", _("It can no longer be understood.")
    GONE = "gone", _("It names something that is gone: a queue, topic, group or template.")
    FAULT = "fault", _("It failed with an error.")
    SLOW = "slow", _("It took too long.")


class Rule(models.Model):
    """WHEN `condition` THEN `steps` (a filter) or `suggestions` (a hint), all of them as JSON.

    Filters act in the order of `position`. A deleted rule stays as a row that nobody lists, for the history of tickets
    names it. `disabled_because` is empty where a person has switched it off.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="rules")
    kind = models.CharField(max_length=8, choices=RuleKind)
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(default=False)
    condition = models.JSONField(default=dict)
    steps = models.JSONField(default=list, blank=True)
    suggestions = models.JSONField(default=list, blank=True)
    weight = models.PositiveSmallIntegerField(default=50)  # of a hint: 1 to 100
    acts_on = models.CharField(max_length=12, choices=ActsOn, default=ActsOn.NEW)
    version = models.PositiveIntegerField(default=1)
    disabled_because = models.CharField(max_length=8, choices=WhyDisabled, blank=True, default="")
    disabled_detail = models.CharField(max_length=200, blank=True, default="")  # what is gone, which error
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    last_hit_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index("project", "kind", "position", "id", name="rule_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "slug"], name="rule_slug", condition=models.Q(deleted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class RuleVersion(models.Model):
    """What a rule was after a change of its name or its doing, and who made the change."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, db_index=False, related_name="versions")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    name = models.CharField(max_length=100)
    condition = models.JSONField()
    steps = models.JSONField(default=list)
    suggestions = models.JSONField(default=list)
    weight = models.PositiveSmallIntegerField()
    acts_on = models.CharField(max_length=12, choices=ActsOn)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="rule_version")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.version}"


class RuleDay(models.Model):
    """How often a rule held on a day (UTC), how many messages it looked at, and how long that took."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, db_index=False, related_name="days")
    day = models.DateField()
    hits = models.PositiveIntegerField(default=0)
    messages = models.PositiveIntegerField(default=0)
    micros = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "day"], name="rule_day")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.day}"


class RuleSet(models.Model):
    """Another number after each change of a project's rules: whoever has them ready sees that they are others now."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project_id} {self.version}"
