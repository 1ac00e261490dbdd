"""Runs the loops of one role in threads, until a signal stops them or one of them fails."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping

from postline.kit.logs import logger
from postline.kit.processes import SignalPipe

STOP_S = 8.0
Loop = Callable[[threading.Event], None]

log = logger(__name__)


def run_until_stopped(loops: Mapping[str, Loop]) -> int:
    """Run every loop in a thread of its own and give the exit code: 0 after SIGTERM or SIGINT, 1 when a loop failed.

    A loop gets an event that is set when it shall return. One that raises, or returns before that, ends the role:
    whoever supervises it starts it afresh.
    """
    stop = threading.Event()
    failed: list[str] = []
    with SignalPipe(signal.SIGTERM, signal.SIGINT) as signals:

        def work(name: str, loop: Loop) -> None:
            try:
                loop(stop)
            except Exception:
                log.exception("loop failed", loop=name)
                failed.append(name)
            else:
                if not stop.is_set():
                    log.error("loop ended by itself", loop=name)
                    failed.append(name)
            if failed:
                signals.wake()

        # daemons: one that hangs must not keep the process alive
        threads = [
            threading.Thread(target=work, args=(name, loop), name=name, daemon=True) for name, loop in loops.items()
        ]
        for thread in threads:
            thread.start()
        while not signals.wait(None):
            pass
        stop.set()
        deadline = time.monotonic() + STOP_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                log.warning("loop did not stop in time", loop=thread.name)
        return 1 if failed else 0
