"""The settings of the embedded server, by the size of the machine (measured: docs/decisions/0001)."""

from __future__ import annotations

import os
from pathlib import Path

MIB = 1 << 20


def settings(socket: Path) -> dict[str, str]:
    """What `postgres -c` is given: reachable through `socket` alone, durable, and discreet in its log."""
    memory = memory_mib()
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{_between(128, memory // 8, 1024)}MB",
        "effective_cache_size": f"{_between(256, memory // 2, 1 << 20)}MB",
        "maintenance_work_mem": f"{_between(64, memory // 32, 512)}MB",
        "work_mem": f"{_between(4, memory // 512, 32)}MB",
        "max_wal_size": "4GB",
        "wal_compression": "pglz",
        "jit": "off",
        "max_wal_senders": "2",
        "log_checkpoints": "off",
        # the log must not hold what people wrote: neither the statement nor the row that failed
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }


def memory_mib() -> int:
    """Memory of this machine, or what its control group allows, in MiB."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MIB
    try:
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text()) // MIB)
    except (OSError, ValueError):  # no control groups, or "max"
        return machine


def _between(least: int, value: int, most: int) -> int:
    return max(least, min(value, most))
