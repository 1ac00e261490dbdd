"""What administrators must know of at once, and what the processes of this installation say of themselves."""

from django.db import models


class Alarm(models.Model):
    """Something that goes wrong, one row for each `code` and `subject` however often it is raised.

    It is over once `until` has passed; without `until` it lasts until it is ended. `detail` holds ids and codes,
    never an address of a requester, a name or a text.
    """

    code = models.CharField(max_length=64)
    subject = models.CharField(max_length=200, blank=True, default="")  # which role, which mailbox
    detail = models.JSONField(default=dict)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=1)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "subject"], name="alarm_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}".strip()


class Heartbeat(models.Model):
    """A living process of a role. `samples` are its counters, as `kit.metrics.samples` gives them."""

    process = models.CharField(max_length=64, primary_key=True)  # host:pid:chance
    role = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    samples = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.role} {self.process}"
