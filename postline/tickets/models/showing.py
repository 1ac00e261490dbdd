"""A guard: what was made for somebody's eyes is not written back."""

from __future__ import annotations

from typing import Any

from django.db import models


class Showable(models.Model):
    """A row that may be held as a copy whose personal data is hidden (queries.shown): such a copy cannot be saved."""

    is_masked = False

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """As usual. Raises TypeError for a masked copy."""
        if self.is_masked:
            raise TypeError("a masked copy is for showing: fetch the row anew to change it")
        super().save(*args, **options)
