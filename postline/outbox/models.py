"""What waits to be sent, to whom, with which files, and every attempt."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models import Mailbox, Project, ServerHealth


class Kind(models.TextChoices):
    """Why a message goes out."""

    ANSWER = "answer", _("Answer")
    AUTOMATIC = "automatic", _("Automatic answer")
    ACCOUNT = "account", _("Account")  # sign-in links, invitations, resets


class State(models.TextChoices):
    """Of a message: `waiting` until every recipient is done; of a recipient likewise."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not delivered")
    HELD = "held", _("On hold")


class OutboxMessage(models.Model):
    """One message on its way out. Its Message-ID and date are fixed here: a second delivery is the same message.

    `mailbox` is the one it leaves from: by its own outgoing server where it has one, else by the relay.
    `ticket_id` names the ticket it belongs to (no foreign key: tickets stand above the outbox).
    """

    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    mailbox = models.ForeignKey(Mailbox, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    ticket_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    message_id = models.TextField(unique=True)  # without <>
    envelope_from = models.TextField(blank=True)  # empty: the null sender of automatic messages (RFC 3834, 3.3)
    sender_name = models.TextField(blank=True)
    sender_address = models.TextField()
    reply_to = models.TextField(blank=True)
    to = models.JSONField()  # [[name, address], …]
    cc = models.JSONField(default=list)
    subject = models.TextField()
    in_reply_to = models.TextField(blank=True)
    references = ArrayField(models.TextField(), default=list)
    language = models.CharField(max_length=8, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=64, blank=True, default="")  # the sender that has it in hand
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                "next_attempt_at",
                "id",
                name="outbox_due",
                condition=models.Q(state__in=["waiting", "sending"]),
            ),
            models.Index("state", name="outbox_stuck", condition=models.Q(state__in=["failed", "held"])),
            models.Index("ticket_id", name="outbox_ticket"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Recipient(models.Model):
    """One envelope recipient of a message and what became of it (RFC 5321: results are per recipient)."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, db_index=False, related_name="recipients")
    address = models.TextField()
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    reply = models.TextField(blank=True, default="")  # the last SMTP reply, such as "550 5.1.1 no such user"
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "address"], name="recipient_once")]

    def __str__(self) -> str:
        return self.address


class Attempt(models.Model):
    """One try to hand a message to the relay."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="tries")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, choices=State, blank=True, default="")
    reply = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.message_id} {self.outcome}"


class Enclosure(models.Model):
    """A file that goes out with a message."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="enclosures")
    filename = models.TextField()
    content_type = models.TextField()
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.filename


class OutgoingHealth(ServerHealth):
    """How it goes with the outgoing server of a mailbox; `version` is that of the settings that were tried last."""

    mailbox = models.OneToOneField(Mailbox, primary_key=True, on_delete=models.CASCADE, related_name="outgoing_health")
    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.mailbox_id} {self.trouble}"
