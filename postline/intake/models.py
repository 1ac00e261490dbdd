"""The raw messages: the first thing that is stored, and the last that is given up."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models import Mailbox, Person, Project, Queue, ServerHealth


class State(models.TextChoices):
    """`waiting`: not handled yet. `quarantined`: put aside with a reason, can be run again. `deleted`: out of
    quarantine by somebody's act, kept until its time is over."""

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
    recipients the same row. `content` is stored uncompressed (migration 0002): twice as quick (MEASURED 2.2).

    `check_until`: its signatures are to be checked, or are being checked; nobody waits for that any longer.
    `authentication` is what came of it (`authentication.as_json`), empty while somebody checks. `project`, `sender`
    and `subject` are for quarantine: whose it is, and what a person recognises it by. `accepted_into`: somebody wants
    a ticket of it whatever it is; `released_at`: when it was last handed to the pipeline from quarantine."""

    key = models.BinaryField(unique=True, max_length=32)
    source = models.CharField(max_length=8, choices=Source)
    envelope_from = models.TextField(blank=True)
    envelope_to = ArrayField(models.TextField(), default=list)
    peer = models.TextField(blank=True)  # who handed it over: an IP address, or the door's own word
    content = models.BinaryField()
    size = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField()
    deliveries = models.PositiveIntegerField(default=1)  # at least; one that meets a row in hand is not counted
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=32, blank=True, default="")  # why it is in quarantine
    error = models.TextField(blank=True, default="")
    handled_at = models.DateTimeField(null=True)
    check_until = models.DateTimeField(null=True)
    authentication = models.JSONField(null=True)
    project = models.ForeignKey(Project, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    sender = models.TextField(blank=True, db_default="")
    subject = models.TextField(blank=True, db_default="")
    accepted_into = models.ForeignKey(Queue, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("id", name="raw_waiting", condition=models.Q(state="waiting")),
            models.Index("id", name="raw_unchecked", condition=models.Q(state="waiting", check_until__isnull=False)),
            models.Index("id", name="raw_quarantined", condition=models.Q(state="quarantined")),
            models.Index("project", "reason", "id", name="raw_by_reason", condition=models.Q(state="quarantined")),
            models.Index("released_at", name="raw_released", condition=models.Q(released_at__isnull=False)),
            models.Index("received_at", name="raw_aside", condition=models.Q(state__in=["quarantined", "deleted"])),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Verdict(models.TextChoices):
    """What a project wants to happen to the messages of a sender."""

    BLOCK = "block", _("Blocked")
    ALLOW = "allow", _("Allowed")


class ListedSender(models.Model):
    """A sender whom a project knows. `pattern` is an address, or a domain with all below it, in lower case.

    An allowed one is believed when the message is proved to come from there, with `always` in any case.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="+")
    pattern = models.CharField(max_length=320)
    verdict = models.CharField(max_length=8, choices=Verdict)
    always = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    before = models.CharField(max_length=8, blank=True, default="")  # for an undo: the verdict, or "always"
    added_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "pattern"], name="listed_sender")]

    def __str__(self) -> str:
        return self.pattern


class AutomaticAnswer(models.Model):
    """One automatic answer that was queued for an address: what the limits count. Kept for a day."""

    address = models.TextField()
    domain = models.TextField(db_default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("address", "at", name="automatic_answer_address"),
            models.Index("domain", "at", name="automatic_answer_domain"),
            models.Index("at", "id", name="automatic_answer_at"),
        ]

    def __str__(self) -> str:
        return self.address


class Sighting(models.Model):
    """Somebody wrote: what loops and floods are recognised by. No address and no text, only their hashes; kept for
    an hour, in a table that a crash may empty (UNLOGGED, migration 0005)."""

    sender = models.BigIntegerField()
    words = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("sender", "at", name="sighting_sender")]

    def __str__(self) -> str:
        return f"{self.sender} {self.at}"


class MailboxHealth(ServerHealth):
    """How it goes with a mailbox that we read. `last_uid` of `uid_validity` (RFC 9051, 2.3.1.1) is the newest message
    known to be dealt with, where messages stay in the folder. `left_behind` is how many lie there that are too large
    for POSTLINE_MAX_MESSAGE or that the server does not hand over; `left_uids` are those at or below `last_uid`, which
    are still wanted when somebody has read them there."""

    mailbox = models.OneToOneField(Mailbox, primary_key=True, on_delete=models.CASCADE, related_name="health")
    fetched = models.BigIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)
    left_behind = models.PositiveIntegerField(default=0)
    uid_validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(null=True)
    left_uids = ArrayField(models.BigIntegerField(), default=list)

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.trouble}"


class Arrivals(models.Model):
    """How many messages came to a mailbox within an hour, for the chart on its page."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, db_index=False, related_name="+")
    hour = models.DateTimeField()
    messages = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailbox", "hour"], name="arrivals_hour")]

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.hour}"
