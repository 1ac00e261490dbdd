"""Ends what an earlier supervisor of the same data folder left. Call it only under the owner's lock."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

PATIENCE_S = 60.0
PAUSE_S = 0.02


def end(data: Path, *, patience: float = PATIENCE_S) -> None:
    """Wait until no PostgreSQL works on `data`, stopping what still does; then no stale lock file remains.

    A postmaster is asked for a fast shutdown, servers without a postmaster for an immediate one; after
    `patience` seconds both are killed, which PostgreSQL survives without loss.
    """
    deadline = time.monotonic() + patience
    asked: set[int] = set()
    while alive := _servers_of(data):
        postmaster = postmaster_pid(data)
        for pid in [postmaster] if postmaster in alive else alive:
            if time.monotonic() > deadline:
                _send(pid, signal.SIGKILL)
            elif pid not in asked:
                _send(pid, signal.SIGINT if pid == postmaster else signal.SIGQUIT)
                asked.add(pid)
        time.sleep(PAUSE_S)
    # The number in it may by now belong to any other program, for which PostgreSQL would wait for ever.
    (data / "postmaster.pid").unlink(missing_ok=True)


def postmaster_pid(data: Path) -> int:
    """The process named by the lock file in `data`, alive or not; 0 where there is none."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _servers_of(data: Path) -> list[int]:
    """The processes of PostgreSQL that work in `data` (each has it as its working folder)."""
    if not Path("/proc/self/exe").exists():
        pid = postmaster_pid(data)
        return [pid] if pid and _is_called_postgres(pid) else []
    found = []
    place = os.path.realpath(data)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if os.readlink(entry / "cwd") == place and "postgres" in os.path.basename(os.readlink(entry / "exe")):
                found.append(int(entry.name))
        except OSError:  # ended meanwhile, a zombie, or somebody else's
            continue
    return found


def _is_called_postgres(pid: int) -> bool:
    done = subprocess.run(["ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False)
    return "postgres" in done.stdout


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
