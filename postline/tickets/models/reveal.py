"""That somebody saw the addresses and telephone numbers of a ticket without having the right to see them always."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from postline.projects.models import Person
from postline.tickets.models.ticket import Ticket


class Why(models.TextChoices):
    """What for."""

    IDENTIFY = "identify", _("To make sure who the requester is")
    CALL = "call", _("To call them or to write to them")
    LOOK_UP = "look-up", _("To find them in another system")
    ABUSE = "abuse", _("To look into abuse or an attack")
    OTHER = "other", _("For another reason")


class Reveal(models.Model):
    """`person` sees `ticket` unmasked from `at` until `until`. `words` is what they wrote as the reason: it may name
    people, so it stands here and not in the audit log, which nobody can erase."""

    # the database deletes these with their ticket by itself (migration 0011)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="reveals"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False, related_name="+")
    reason = models.CharField(max_length=16, choices=Why)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index("ticket", "person", "until", name="reveal_running")]

    def __str__(self) -> str:
        return f"{self.ticket_id} for {self.person_id}"
