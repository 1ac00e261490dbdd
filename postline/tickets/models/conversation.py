"""What is said in a ticket: messages with their bodies and attachments, notes among the staff, drafts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.outbox.models import OutboxMessage
from postline.projects.models import Person, Project, Queue
from postline.tickets.models.showing import Showable
from postline.tickets.models.ticket import Ticket


class Direction(models.TextChoices):
    """`told`: a request that an agent wrote down, for example from the telephone."""

    INBOUND = "inbound", _("Received")
    OUTBOUND = "outbound", _("Sent")
    AUTOMATIC = "automatic", _("Automatic answer")
    TOLD = "told", _("Told")


class Other(models.TextChoices):
    """What somebody besides the sender has to do with a message.

    `forwarded-by`: who passed the letter on; its sender is the one who wrote it. `forwarded-from`: who wrote the
    letter that the sender passed on. `reply-to`: where the sender asks for replies.
    """

    FORWARDED_BY = "forwarded-by", _("Forwarded by")
    FORWARDED_FROM = "forwarded-from", _("Forwarded from")
    REPLY_TO = "reply-to", _("Asks for replies to")


class Message(Showable):
    """A message of a ticket. Texts are in `Body`; the raw bytes of a received one in intake, under `raw_id`.

    `project` is the one that it came to or left from, also when its ticket is in another one by now. `digest` is what
    makes two deliveries the same message, once per project. `joined_by` says how it found its ticket (a code of
    intake.thread) and `joined_to` which message its reference hit. `request_key` makes an answer that is sent twice
    one answer.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, db_index=False, related_name="messages")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="+")
    direction = models.CharField(max_length=10, choices=Direction)
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    queue = models.ForeignKey(Queue, null=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    message_id = models.TextField(blank=True)  # without <>
    sender_name = models.TextField(blank=True)
    sender_address = models.TextField(blank=True)
    to = models.JSONField(default=list)  # [[name, address], …]
    cc = models.JSONField(default=list)
    subject = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    kind = models.CharField(max_length=20, default="letter")
    joined_by = models.CharField(max_length=32, blank=True, default="")
    joined_to = models.BigIntegerField(null=True)  # id of a message
    report = models.JSONField(null=True)  # what a complaint report says (RFC 5965), as in intake.parse.Feedback
    other_role = models.CharField(max_length=16, choices=Other, blank=True, default="", db_default="")
    other_name = models.TextField(blank=True, default="", db_default="")
    other_address = models.TextField(blank=True, default="", db_default="")
    flags = ArrayField(models.TextField(), default=list)  # such as new-address, same-message-id
    mailboxes = ArrayField(models.BigIntegerField(), default=list)  # ids of those that saw it
    raw_id = models.BigIntegerField(null=True)
    digest = models.BinaryField(null=True, max_length=32)
    outbox_message = models.OneToOneField(
        OutboxMessage, null=True, on_delete=models.PROTECT, related_name="ticket_message"
    )
    request_key = models.TextField(null=True)
    origin_id = models.BigIntegerField(null=True)  # of the ticket whose history tells of it, after a merge or a split
    sent_at = models.DateTimeField(null=True)  # its own Date
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("ticket", "id", name="message_ticket"),
            models.Index("message_id", name="message_message_id", condition=~models.Q(message_id="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "digest"], name="message_once_per_project"),
            models.UniqueConstraint(fields=["author", "request_key"], name="message_once_per_request"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Body(Showable):
    """A message's texts. `html` is as it came: cleaned when it is shown, so that an upgrade protects old ones.

    `beside` is of a forwarded letter: what whoever passed it on wrote above it or, while they are the sender
    themselves, the letter's own text.
    """

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.CASCADE, related_name="body")
    text = models.TextField(blank=True)
    new_text = models.TextField(blank=True)  # without the quoted original and the signature
    html = models.TextField(blank=True)
    beside = models.TextField(blank=True, default="", db_default="")

    def __str__(self) -> str:
        return str(self.message_id)


SMALL_PICTURE = 40_000  # bytes


class Attachment(models.Model):
    """A file of a message: where it stands in the raw message (`place`), or which enclosure of the outbox it is."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    filename = models.TextField(blank=True)
    content_type = models.TextField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    inline = models.BooleanField(default=False)
    content_id = models.TextField(blank=True)
    place = models.TextField(blank=True)
    enclosure_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [  # small pictures within the text: those that come again and again are folded
            models.Index(
                "sha256", name="attachment_small_picture", condition=models.Q(inline=True, size__lt=SMALL_PICTURE)
            )
        ]

    def __str__(self) -> str:
        return self.filename


class Note(models.Model):
    """An internal comment: never sent to anybody, and read in the project alone that it was written in. A filter's has
    no author; `rule` is its name and version."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="notes")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="+")
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False, related_name="+")
    rule = models.CharField(max_length=120, blank=True, default="", db_default="")
    text = models.TextField()
    request_key = models.TextField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "request_key"], name="note_once_per_request")]

    def __str__(self) -> str:
        return str(self.pk)


class Draft(models.Model):
    """What a person has begun to write in a ticket: saved while they type, seen by them alone."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, db_index=False, related_name="drafts")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=8, choices=[("answer", _("Answer")), ("note", _("Note"))])
    text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person", "kind"], name="draft_once")]

    def __str__(self) -> str:
        return self.kind
