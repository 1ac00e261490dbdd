"""CPU time of other processes, from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

from postline.ops.errors import Refused

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, with those of its children that have ended. Raises Refused without /proc."""
    return sum(_fields(pid)[11:15]) / TICKS_A_SECOND


def cpu_seconds_of_children(pid: int) -> float:
    """What the living children of a process have used so far, and theirs."""
    return sum(cpu_seconds(child) + cpu_seconds_of_children(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except FileNotFoundError:
        return []


def _fields(pid: int) -> list[int]:
    """The numbers behind the state in /proc/PID/stat; see proc(5): 11 to 14 are utime, stime, cutime, cstime."""
    try:
        behind_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        if not Path("/proc/self/stat").exists():
            raise Refused("Measuring CPU time needs /proc, which this system does not have.") from None
        return [0] * 15  # it has just ended, and counts among its parent's
    return [int(field) if field.lstrip("-").isdigit() else 0 for field in behind_name]
