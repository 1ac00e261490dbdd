"""A ticket and the people outside who take part in it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models import Mailbox, Person, Project, Queue, Topic
from postline.tickets.models.showing import Showable


class State(models.TextChoices):
    """`new`: nobody of us has touched it. `open`: waits for us. `pending`: waits for the requester or a date."""

    NEW = "new", _("New")
    OPEN = "open", _("Open")
    PENDING = "pending", _("Pending")
    CLOSED = "closed", _("Closed")
    MERGED = "merged", _("Merged")


OPEN_STATES = (State.NEW, State.OPEN)


class Priority(models.IntegerChoices):
    """How urgent. Kept as a number so that it sorts."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class Requester(Showable):
    """Who wrote. Projects are walls: the same address in two projects is two requesters."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="requesters")
    name = models.TextField(blank=True)
    address = models.TextField(blank=True)  # lower case; empty for a person who only telephoned
    phone = models.TextField(blank=True, default="")
    language = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "address"], name="requester_address", condition=~models.Q(address="")
            )
        ]

    def __str__(self) -> str:
        return self.address or self.name

    @property
    def shown_name(self) -> str:
        """The name, else the address, else the phone number."""
        return self.name or self.address or self.phone


class Ticket(Showable):
    """The whole chain about one problem. A narrow row: texts live in Body.

    `owner` is who is to answer; `taken_by` and `taken_until` are the lease of who works at it now; `assigned` keeps
    the owner when the lease ends. `return_queue` is where a follow-up goes (DESIGN 4.4): set by an answer, cleared
    when somebody moves the ticket after it. `event_count` numbers the events without gaps.

    The foreign keys have no index of their own: those that are searched by lead one of the indexes below, and each
    index more is paid for by every message that arrives.
    """

    number = models.IntegerField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, db_index=False, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, db_index=False, related_name="+")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+")
    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    requester = models.ForeignKey(Requester, on_delete=models.PROTECT, db_index=False, related_name="tickets")
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    language = models.CharField(max_length=8, blank=True)
    subject = models.TextField(blank=True)
    preview = models.TextField(blank=True)  # the beginning of the requester's last message
    tags = ArrayField(models.TextField(), default=list)
    fields = models.JSONField(default=dict)
    hints = models.JSONField(default=list, db_default=[])  # what rules say of the last message, the best first
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    assigned = models.BooleanField(default=False)
    taken_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    taken_until = models.DateTimeField(null=True, blank=True)
    return_queue = models.ForeignKey(
        Queue, null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    return_count = models.PositiveIntegerField(default=0)  # how often the requester wrote again after an answer
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)  # since when the requester waits for us
    pending_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    event_count = models.PositiveIntegerField(default=0)
    undelivered = models.BooleanField(default=False, db_default=False)  # our last answer did not reach the requester

    class Meta:
        indexes = [
            # the open tickets alone: about one in fifty, so lists, counts and ages stay quick at a million
            models.Index(
                "queue",
                "waiting_since",
                "id",
                name="ticket_waiting",
                condition=models.Q(state__in=["new", "open"]),
                include=["owner_id", "taken_by_id", "taken_until", "assigned"],
            ),
            models.Index(
                "pending_until",
                name="ticket_pending_due",
                condition=models.Q(state="pending", pending_until__isnull=False),
            ),
            models.Index("taken_until", name="ticket_lease_end", condition=models.Q(taken_by__isnull=False)),
            models.Index("owner", "updated_at", "id", name="ticket_owner"),
            models.Index("requester", "id", name="ticket_requester"),
            models.Index("queue", "updated_at", "id", name="ticket_queue_updated"),
            models.Index("project", "updated_at", "id", name="ticket_project_updated"),
        ]
        constraints = [
            models.CheckConstraint(
                name="ticket_lease_whole",
                condition=models.Q(taken_by__isnull=True, taken_until__isnull=True)
                | models.Q(taken_by__isnull=False, taken_until__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_waits_when_open",
                condition=models.Q(state__in=["new", "open"], waiting_since__isnull=False)
                | (~models.Q(state__in=["new", "open"]) & models.Q(waiting_since__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Participant(models.Model):
    """An address that takes part in a ticket. `proved` is False for one that joined by our signed address and has not
    been added by an agent: nothing is sent to it (DESIGN 4.3). `declined_at`: when an agent said that it shall not be.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, db_index=False, related_name="participants")
    name = models.TextField(blank=True)
    address = models.TextField()
    proved = models.BooleanField(default=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "address"], name="participant_once")]

    def __str__(self) -> str:
        return self.address


class RefusedAddress(models.Model):
    """An address that mail could not be delivered to, until it writes again: it gets no automatic answer.

    `reply` is what its server said, such as "550 5.1.1 no such user".
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, db_index=False, related_name="+")
    address = models.TextField()  # lower case
    reply = models.TextField(blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "address"], name="refused_address_once")]

    def __str__(self) -> str:
        return self.address
