"""Keeps programs running: each is started again when it ends, sooner or later by how often it did."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from postline.kit.logs import logger
from postline.kit.processes import SignalPipe
from postline.ops.errors import Refused

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
HEALTHY_S = 10.0  # who lived so long starts again at once
TURN_S = 0.1
STOP_S = 10.0
DYING = 3  # so many short lives in a row are worth an alarm
STOPPING = frozenset({int(signal.SIGTERM), int(signal.SIGINT), int(signal.SIGHUP)})

log = logger(__name__)


@dataclass
class Program:
    """A program to keep running. With `stopped_by_owner` the supervisor never stops it itself."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stopped_by_owner: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause: float = FIRST_PAUSE_S
    short_lives: int = 0  # in a row


class Supervisor:
    """Starts the programs, starts again what ends, and stops them all."""

    def __init__(self, programs: Sequence[Program], *, on_dying: Callable[[Program], None] | None = None) -> None:
        """`on_dying` is told of a program each time it ended soon after its start once more, from the third time on."""
        self.programs = programs
        self._on_dying = on_dying

    def run(self, signals: SignalPipe, *, until_ready: Callable[[], bool]) -> None:
        """Work until a signal says to stop. `until_ready` is called every turn until it tells True.

        `signals` must hold SIGCHLD besides those that stop.
        """
        ready = False
        try:
            while True:
                for program in self.programs:
                    self._look_after(program)
                ready = ready or until_ready()
                pauses = [program.due_at - time.monotonic() for program in self.programs if not program.process]
                longest = max(0.0, min(pauses)) if pauses else None
                if not ready:
                    longest = TURN_S if longest is None else min(TURN_S, longest)
                if signals.wait(longest) & STOPPING:
                    return
        finally:
            self._stop()

    def _look_after(self, program: Program) -> None:
        now = time.monotonic()
        if program.process is not None and (code := program.process.poll()) is not None:
            program.process = None
            healthy = now - program.started_at >= HEALTHY_S
            program.pause = FIRST_PAUSE_S if healthy else min(program.pause * 2, LONGEST_PAUSE_S)
            program.due_at = now + (0 if healthy else program.pause)
            log.warning("program ended", program=program.name, code=code, again_in_s=program.due_at - now)
            self._count(program, healthy=healthy)
        if program.process is None and now >= program.due_at:
            try:
                program.process = program.start()
            except (OSError, Refused) as error:
                program.pause = min(program.pause * 2, LONGEST_PAUSE_S)
                program.due_at = now + program.pause
                log.error("program does not start", program=program.name, reason=str(error))
                self._count(program, healthy=False)
            else:
                program.started_at = time.monotonic()
                log.info("program started", program=program.name, pid=program.process.pid)

    def _count(self, program: Program, *, healthy: bool) -> None:
        program.short_lives = 0 if healthy else program.short_lives + 1
        if program.short_lives >= DYING and self._on_dying is not None:
            self._on_dying(program)

    def _stop(self) -> None:
        deadline = time.monotonic() + STOP_S
        ours = [one for one in self.programs if one.process is not None and not one.stopped_by_owner]
        for program in ours:
            if program.process is not None and program.process.poll() is None:
                program.process.terminate()
        for program in ours:
            if program.process is None:
                continue
            try:
                program.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("program killed, for it did not stop", program=program.name)
                program.process.kill()
                program.process.wait()
            program.process = None
