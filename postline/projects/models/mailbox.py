"""A mailbox: an address that people write to, and the queue its messages go to."""

from django.db import models
from django.db.models.functions import Lower

from postline.projects.models.project import Project, Queue


class Mailbox(models.Model):
    """`address` is kept in lower case. `plus_addressing`: its server accepts `name+token@`."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="mailboxes")
    address = models.EmailField(unique=True)
    sender_name = models.CharField(max_length=100, blank=True, default="")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="mailboxes")
    plus_addressing = models.BooleanField(default=True)
    automatic_answer = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(name="mailbox_lower_case", condition=models.Q(address=Lower("address")))]

    def __str__(self) -> str:
        return self.address
