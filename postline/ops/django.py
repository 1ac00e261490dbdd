"""Sets Django up, for the commands that need it."""

from __future__ import annotations

import os

import django


def set_up() -> None:
    """Load settings and models. Raises what a wrong setting raises (settings.py ends the program with its sentence)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postline.settings")
    django.setup()
