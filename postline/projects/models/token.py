"""API tokens. Only a digest is kept: a token is shown once."""

from django.db import models

from postline.projects.models.person import Person


class Token(models.Model):
    """Lets a program act as `person`."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100, blank=True, default="")
    digest = models.BinaryField(unique=True, max_length=32)  # SHA-256 of the token
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
