"""Calendars: when somebody works in a project, or in a queue that differs from it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedTrouble(models.TextChoices):
    """Why the holidays at an address could not be read."""

    NOT_ALLOWED = "not-allowed", _("The address leads into a private network.")
    NOT_ENCRYPTED = "not-encrypted", _("The address is not encrypted: it must begin with https://")
    UNREACHABLE = "unreachable", _("Its server does not answer.")
    REFUSED = "refused", _("Its server gives no file there.")
    TOO_LARGE = "too-large", _("The file is too large.")
    NOT_A_CALENDAR = "not-a-calendar", _("What stands there is no calendar file.")


class Calendar(models.Model):
    """Working hours by weekday, in a time zone, without the holidays.

    `hours` is `{"0": [["09:00", "13:00"], ["14:00", "18:00"]]}`, Monday is 0, days that are missing are closed
    (`projects/working_time.py`). Holidays are those of `country` and `subdivision` (the package `holidays`), and
    `feed_days`, read from an .ics file: `[["2026-12-25", "Christmas Day"], …]`. The file was uploaded (`feed_name`), or
    is read again every day from `feed_url`; `feed_read_at` is when that worked last, `feed_next_at` when it is tried
    again.
    """

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="calendars")
    slug = models.SlugField()
    name = models.CharField(max_length=100)
    time_zone = models.CharField(max_length=64)
    hours = models.JSONField(default=dict, blank=True)
    country = models.CharField(max_length=8, blank=True, default="")
    subdivision = models.CharField(max_length=16, blank=True, default="")
    feed_name = models.CharField(max_length=200, blank=True, default="")
    feed_url = models.CharField(max_length=500, blank=True, default="")
    feed_days = models.JSONField(default=list, blank=True)
    feed_read_at = models.DateTimeField(null=True, blank=True)
    feed_next_at = models.DateTimeField(null=True, blank=True)
    feed_trouble = models.CharField(max_length=20, choices=FeedTrouble, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "slug"], name="calendar_slug")]
        indexes = [
            models.Index("feed_next_at", name="calendar_feed_next", condition=models.Q(feed_next_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.slug


class CalendarException(models.Model):
    """A day that is not as its weekday: with other hours, `[["10:00", "14:00"]]`, or closed, `[]`. It beats a
    holiday."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField()
    name = models.CharField(max_length=100, blank=True, default="")
    hours = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="calendar_exception_day")]

    def __str__(self) -> str:
        return self.day.isoformat()
