"""Locks between programs of one machine; the kernel lets go of them however their holder ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

PAUSE_S = 0.02


class FileLock:
    """An flock on a file, which is made when it is missing and never removed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self, *, shared: bool = False, patience: float = 0) -> bool:
        """Take the lock within `patience` seconds; tells whether that worked."""
        deadline = time.monotonic() + patience
        file = self._file if self._file is not None else os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        while True:
            try:
                fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    if self._file is None:
                        os.close(file)
                    return False
                time.sleep(PAUSE_S)
            else:
                self._file = file
                return True

    def release(self) -> None:
        """Let go of the lock; does nothing where it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
