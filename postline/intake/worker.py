"""Runs the pipeline: as fast as there is work, else asleep until a door has kept something."""

from __future__ import annotations

import gc
import threading
import time

from django.db import InterfaceError, OperationalError, connection

from postline.intake import floods, pipeline
from postline.intake.automatic_answer import limits
from postline.intake.reader import Reader
from postline.intake.receive import CHANNEL
from postline.kit import clock, metrics
from postline.kit.listen import Listener
from postline.kit.logs import logger

log = logger(__name__)

IDLE_SECONDS = 5.0  # how long a lost notification may go unnoticed
AWAY_SECONDS = 1.0
TIDY_SECONDS = 600.0  # what limits, loops and floods were counted by, and no window reaches any more


def run(stop: threading.Event) -> None:
    """Handle messages until `stop` is set; what is in hand is finished. A database that is away is waited for."""
    listener = Listener(CHANNEL)
    gc.freeze()  # what is loaded stays: no collection needs to look at it, which saves a tenth of the time
    tidied = 0.0
    with Reader() as reader:
        while not stop.is_set():
            try:
                if time.monotonic() > tidied + TIDY_SECONDS:
                    limits.forget(now=clock.now())
                    floods.forget(now=clock.now())
                    tidied = time.monotonic()
                count = pipeline.handle(reader, now=clock.now())
                metrics.handled.inc(count)
                if not count:
                    listener.wait(IDLE_SECONDS, stop=stop)
            except (OperationalError, InterfaceError) as error:
                log.warning("database away", error=type(error).__name__)
                connection.close()
                stop.wait(AWAY_SECONDS)
    listener.close()
    connection.close()
