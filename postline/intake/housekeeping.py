"""Removes what has lain in quarantine for its time."""

from __future__ import annotations

import threading

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from postline.intake import quarantine
from postline.kit import clock
from postline.kit.logs import logger

log = logger(__name__)

EVERY_SECONDS = 600.0


def run(stop: threading.Event) -> None:
    """Do it every ten minutes until `stop` is set. A database that is away is waited for."""
    days = settings.CONFIGURATION.quarantine_days
    while not stop.wait(EVERY_SECONDS):
        close_old_connections()
        try:
            while quarantine.expire(days=days, now=clock.now()) and not stop.is_set():
                pass
        except (OperationalError, InterfaceError) as error:
            log.warning("database away", error=type(error).__name__)
            connection.close()
