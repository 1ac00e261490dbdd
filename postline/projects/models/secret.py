"""Keys that must survive a move to another machine, so they live in the database."""

from django.db import models


class Secret(models.Model):
    """A named key: made once, read ever after (see `projects.reply_key`)."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.BinaryField()

    def __str__(self) -> str:
        return self.name
