"""The raw messages: the first thing that is stored, and the last that is given up."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """`waiting`: not handled yet. `quarantined`: put aside with a reason, can be run again."""

    WAITING = "waiting", _("Waiting")
    HANDLED = "handled", _("Handled")
    QUARANTINED = "quarantined", _("In quarantine")
    DELETED = "deleted", _("Deleted")


class Source(models.TextChoices):
    """The door it came through."""

    SMTP = "smtp", "SMTP"
    LMTP = "lmtp", "LMTP"
    IMAP = "imap", "IMAP"
    POP3 = "pop3", "POP3"
    PIPE = "pipe", _("Pipe")
    API = "api", "API"


class RawMessage(models.Model):
    """The bytes as they came, with their envelope. `key` makes a second delivery of the same bytes to the same
    recipients the same row. `content` is stored uncompressed (migration 0002): twice as quick (MEASURED 2.2)."""

    key = models.BinaryField(unique=True, max_length=32)
    source = models.CharField(max_length=8, choices=Source)
    envelope_from = models.TextField(blank=True)
    envelope_to = ArrayField(models.TextField(), default=list)
    peer = models.TextField(blank=True)  # who handed it over: an IP address, or the door's own word
    content = models.BinaryField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    deliveries = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=32, blank=True, default="")  # why it is in quarantine
    error = models.TextField(blank=True, default="")
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("id", name="raw_waiting", condition=models.Q(state="waiting")),
            models.Index("received_at", "id", name="raw_quarantined", condition=models.Q(state="quarantined")),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AutomaticAnswer(models.Model):
    """One automatic answer that was queued for an address: what the limits count. Kept for a day."""

    address = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("address", "at", name="automatic_answer_address")]

    def __str__(self) -> str:
        return self.address
