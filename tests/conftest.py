"""Every test runs on a real PostgreSQL: the server of DATABASE_URL, or an embedded one for this run alone."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import django
import pytest

from postline import configuration
from postline.ops.database import running

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
RESOURCES = contextlib.ExitStack()


def _choose_environment() -> None:
    """Before Django's settings are read: nothing of this machine's installation may take part in the tests."""
    database = os.environ.get("DATABASE_URL", "")
    home = RESOURCES.enter_context(tempfile.TemporaryDirectory(prefix="postline-tests-"))
    Path(home, "static").mkdir()  # where the middleware looks for collected files; tests collect none
    os.environ.update(dict.fromkeys(configuration.KNOWN, ""))  # an empty one hides what .env says
    os.environ.update(
        POSTLINE_HOME=home,
        POSTLINE_SMTP="127.0.0.1:2525",
        POSTLINE_TIME_ZONE="Europe/Amsterdam",
        DATABASE_URL=database,
        DJANGO_SETTINGS_MODULE="postline.settings",
    )


if not IS_WORKER:  # workers inherit the environment of the one that started them, and its server
    _choose_environment()


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server, once for all workers; a crash of the machine may cost this data."""
    if not IS_WORKER:
        quick = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "shared_buffers": "64MB"}
        RESOURCES.enter_context(running(configuration.load(folder=Path("/")), alone=True, tuned=quick))
    django.setup()  # pytest-django looked for settings before this file had chosen them


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove its files."""
    RESOURCES.close()
